package store

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// ChainConfig declares a table of chained events. Name and Prefix are required.
type ChainConfig struct {
	// Name is how errors and nuo check call it, in the singular.
	Name string
	// Prefix is the first byte of every key; no other table, index or chain has it.
	Prefix byte
	// KeepHash stores the hash of each event beside it, for owners that have no record to keep their newest in.
	KeepHash bool
	// Feed makes new events visible to Watch.
	Feed bool
}

// Chain is a declared kind of event: for each owner a sequence from 1 on, only ever appended. The hash of an event is
// SHA-256 over the hash of the one before it (nothing for the first) and the event's stored bytes, which are never
// written anew: a reader of a later version verifies what this one wrote. Its key is owner and sequence.
type Chain[E proto.Message] struct {
	c    ChainConfig
	kind protoreflect.MessageType
}

// NewChain makes a chain of its declaration.
func NewChain[E proto.Message](c ChainConfig) *Chain[E] {
	var none E
	return &Chain[E]{c: c, kind: none.ProtoReflect().Type()}
}

// Link is one event of a chain as it was read and verified.
type Link[E proto.Message] struct {
	// Sequence is 1 for the owner's first event.
	Sequence uint64
	// Event is decoded from Stored.
	Event E
	// Stored are the bytes that the hash covers; a copy.
	Stored []byte
	// Hash covers this event and all before it.
	Hash []byte
}

var (
	errBroken   = errors.New("hash chain is broken")
	errSequence = errors.New("sequence of a chain has a gap")
)

// ChainHash is the hash of an event's stored bytes behind the hash of the event before it.
func ChainHash(previous, stored []byte) []byte {
	h := sha256.New()
	h.Write(previous)
	h.Write(stored)
	return h.Sum(nil)
}

// Append stores the event with this sequence of its owner, behind the one whose hash is previous (nil for the first),
// and returns its hash, which the caller keeps in the owner's record. That the sequence is taken, or that the first
// has a previous hash, is a defect.
func (c *Chain[E]) Append(tx *Tx, owner string, sequence uint64, previous []byte, event E) ([]byte, error) {
	if sequence == 0 || (sequence == 1) != (len(previous) == 0) {
		return nil, fmt.Errorf("store: %s: event %d with %d bytes of previous hash", c.c.Name, sequence, len(previous))
	}
	key := c.key(owner, sequence)
	old, err := tx.kv.Get(key)
	if err != nil {
		return nil, err
	}
	if old != nil {
		return nil, fmt.Errorf("store: %s: event %d is there already", c.c.Name, sequence)
	}
	stored, err := deterministic.Marshal(event)
	if err != nil {
		return nil, err
	}
	hash := ChainHash(previous, stored)
	tx.value = beginRecord(tx.value)
	if c.c.KeepHash {
		tx.value = append(tx.value, hash...)
	}
	tx.value = append(tx.value, stored...)
	return hash, tx.kv.Put(key, endRecord(key, tx.value))
}

// AppendNext stores the event that a function returns for the owner's next sequence; last is the owner's newest event, its
// zero value when there is none. Only for chains that keep hashes.
func (c *Chain[E]) AppendNext(tx *Tx, owner string, event func(sequence uint64, last Link[E]) E) error {
	last, _, err := c.Last(tx, owner)
	if err != nil {
		return err
	}
	next := last.Sequence + 1
	_, err = c.Append(tx, owner, next, last.Hash, event(next, last))
	return err
}

// Last returns the owner's newest event, and whether there is one. Only for chains that keep hashes.
func (c *Chain[E]) Last(tx *Tx, owner string) (link Link[E], ok bool, err error) {
	if !c.c.KeepHash {
		return link, false, fmt.Errorf("store: %s keeps no hashes", c.c.Name)
	}
	for pair, err := range tx.kv.Scan(Range{Prefix: []any{owner}, Reverse: true}.keys(c.c.Prefix)) {
		if err != nil {
			return link, false, err
		}
		link, err = c.decode(pair.Key, pair.Value)
		return link, err == nil, err
	}
	return link, false, nil
}

// Scan yields the owner's events from the first on and verifies that none is missing and each hash fits. It ends
// after the first error, which is DAMAGED when the chain is broken. The caller compares the last hash with the one
// that the owner's record keeps: a chain does not know that its end was cut off.
func (c *Chain[E]) Scan(tx *Tx, owner string) iter.Seq2[Link[E], error] {
	return func(yield func(Link[E], error) bool) {
		var last Link[E]
		for pair, err := range tx.kv.Scan(Range{Prefix: []any{owner}}.keys(c.c.Prefix)) {
			if err != nil {
				yield(Link[E]{}, err)
				return
			}
			link, err := c.follow(pair.Key, pair.Value, last)
			if !yield(link, err) || err != nil {
				return
			}
			last = link
		}
	}
}

// Verify reads the owner's whole chain and compares its end with what the owner's record keeps; 0 and nil for an
// owner without events. Anything else is DAMAGED.
func (c *Chain[E]) Verify(tx *Tx, owner string, sequence uint64, hash []byte) error {
	var last Link[E]
	for link, err := range c.Scan(tx, owner) {
		if err != nil {
			return err
		}
		last = link
	}
	if last.Sequence != sequence || !bytes.Equal(last.Hash, hash) {
		return damaged(c.c.Name, c.key(owner, sequence)[1:], errBroken)
	}
	return nil
}

func (c *Chain[E]) key(owner string, sequence uint64) []byte {
	return appendUint(appendString(append(make([]byte, 0, 64), c.c.Prefix), owner, true), sequence)
}

// follow verifies that a stored event comes right behind last.
func (c *Chain[E]) follow(key, value []byte, last Link[E]) (Link[E], error) {
	link, err := c.decode(key, value)
	if err != nil {
		return link, err
	}
	if link.Sequence != last.Sequence+1 {
		return link, damaged(c.c.Name, key[1:], errSequence)
	}
	hash := ChainHash(last.Hash, link.Stored)
	if c.c.KeepHash && !bytes.Equal(link.Hash, hash) {
		return link, damaged(c.c.Name, key[1:], errBroken)
	}
	link.Hash = hash
	return link, nil
}

// decode verifies one stored event by itself.
func (c *Chain[E]) decode(key, value []byte) (link Link[E], err error) {
	payload, err := openRecord(key, value)
	if err != nil {
		return link, damaged(c.c.Name, key[1:], err)
	}
	parts, err := decodeParts(key[1:])
	if err != nil || len(parts) != 2 {
		return link, damaged(c.c.Name, key[1:], errKey)
	}
	sequence, ok := parts[1].(uint64)
	if !ok {
		return link, damaged(c.c.Name, key[1:], errKey)
	}
	link.Sequence = sequence
	if c.c.KeepHash {
		if len(payload) < sha256.Size {
			return link, damaged(c.c.Name, key[1:], errShort)
		}
		link.Hash, payload = bytes.Clone(payload[:sha256.Size]), payload[sha256.Size:]
	}
	link.Stored = bytes.Clone(payload)
	link.Event = c.kind.New().Interface().(E)
	if err := proto.Unmarshal(link.Stored, link.Event); err != nil {
		return link, damaged(c.c.Name, key[1:], err)
	}
	return link, nil
}
