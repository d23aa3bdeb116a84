package boltkv

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"

	bolt "go.etcd.io/bbolt"

	"nuo.internal/nuo/server/kv"
)

// feedFormat is the first byte of every record of the feed.
const feedFormat = 1

func positionKey(p kv.Position) []byte { return binary.BigEndian.AppendUint64(nil, uint64(p)) }

// putFeed writes the record of one commit: the format, then each key, sorted and once, after its length.
func putFeed(feed *bolt.Bucket, p kv.Position, keys [][]byte) error {
	slices.SortFunc(keys, bytes.Compare)
	keys = slices.CompactFunc(keys, bytes.Equal)
	size := 1
	for _, k := range keys {
		size += binary.MaxVarintLen32 + len(k)
	}
	rec := append(make([]byte, 0, size), feedFormat)
	for _, k := range keys {
		rec = binary.AppendUvarint(rec, uint64(len(k)))
		rec = append(rec, k...)
	}
	feed.FillPercent = 0.95 // keys only ascend
	return feed.Put(positionKey(p), rec)
}

// feedKeys returns copies of the keys in rec that begin with prefix.
func feedKeys(rec, prefix []byte) (keys [][]byte, err error) {
	if len(rec) == 0 || rec[0] != feedFormat {
		return nil, fmt.Errorf("boltkv: damaged record in the feed")
	}
	for rec = rec[1:]; len(rec) > 0; {
		n, w := binary.Uvarint(rec)
		if w <= 0 || n > uint64(len(rec)-w) {
			return nil, fmt.Errorf("boltkv: damaged record in the feed")
		}
		k := rec[w : w+int(n)]
		rec = rec[w+int(n):]
		if bytes.HasPrefix(k, prefix) {
			keys = append(keys, bytes.Clone(k))
		}
	}
	return keys, nil
}

// Watch implements kv.Engine. It holds no transaction while the consumer works or nothing happens.
func (e *Engine) Watch(ctx context.Context, after kv.Position, prefix []byte) iter.Seq2[kv.Change, error] {
	prefix = bytes.Clone(prefix)
	return func(yield func(kv.Change, error) bool) {
		at := after
		for {
			next := e.commits.next()
			changes, upTo, err := e.readFeed(ctx, at, prefix)
			if err != nil {
				yield(kv.Change{}, err)
				return
			}
			for _, c := range changes {
				if !yield(c, nil) {
					return
				}
			}
			if upTo > at {
				at = upTo
				continue // there may be more
			}
			select {
			case <-next:
			case <-ctx.Done():
			case <-e.failed:
			case <-e.closed:
			}
		}
	}
}

// readFeed returns up to maxRead commits' changes after position at, and how far it looked.
func (e *Engine) readFeed(ctx context.Context, at kv.Position, prefix []byte) ([]kv.Change, kv.Position, error) {
	tx, err := e.begin(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer end(tx)
	feed, last := tx.Bucket(feedBucket), kv.Position(tx.Bucket(dataBucket).Sequence())
	if at < kv.Position(feed.Sequence()) || at > last {
		return nil, 0, kv.ErrTooOld
	}
	var changes []kv.Change
	c := feed.Cursor()
	k, rec := c.Seek(positionKey(at + 1))
	for n := 0; k != nil; k, rec = c.Next() {
		if n++; n > maxRead {
			return changes, at, nil
		}
		at = kv.Position(binary.BigEndian.Uint64(k))
		keys, err := feedKeys(rec, prefix)
		if err != nil {
			return nil, 0, err
		}
		if len(keys) > 0 {
			changes = append(changes, kv.Change{Position: at, Keys: keys})
		}
	}
	return changes, last, nil
}

// trim removes up to maxTrim records up to the call's position and raises the floor as far as it came.
func (w *writer) trim(c *call) {
	feed := w.tx.Bucket(feedBucket)
	floor := min(c.trim, kv.Position(w.e.position.Load()))
	var keys [][]byte
	cur := feed.Cursor()
	for k, _ := cur.First(); k != nil && kv.Position(binary.BigEndian.Uint64(k)) <= floor; k, _ = cur.Next() {
		if keys = append(keys, bytes.Clone(k)); len(keys) == maxTrim {
			floor, c.more = kv.Position(binary.BigEndian.Uint64(k)), true
			break
		}
	}
	if uint64(floor) <= feed.Sequence() {
		return
	}
	for _, k := range keys {
		if w.err = feed.Delete(k); w.err != nil {
			return
		}
	}
	w.err = feed.SetSequence(uint64(floor))
	w.trimmed = true
}
