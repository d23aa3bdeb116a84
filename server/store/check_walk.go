package store

import (
	"bytes"
	"iter"
	"sync"

	"google.golang.org/protobuf/proto"

	"nuo.internal/nuo/server/kv"
)

// Record is an intact record that a check came by.
type Record struct {
	// Table in which it is.
	Table string
	// Message is what was decoded.
	Message proto.Message
	// Owner and Sequence are the key of a chain's event; Previous is the hash of the event before it, nil for the first.
	Owner    string
	Sequence uint64
	Previous []byte
}

// CheckVisitor is told what a check comes by. Both functions are called inside the transaction.
type CheckVisitor struct {
	// Problem takes what is wrong.
	Problem func(Problem)
	// Record takes each intact record, in the order of keys, and may read more in the same transaction. Its error ends
	// the check. Nil: records are not wanted.
	Record func(Record) error
}

// CheckCursor is how far a check has come. Its zero value is the beginning; it is valid in later transactions too.
type CheckCursor struct {
	after []byte
	table string
	done  bool
	keys  int64
	// the end of the chain that is being read
	owner    []byte
	sequence uint64
	hash     []byte
}

// Done tells whether everything was read.
func (c CheckCursor) Done() bool { return c.done }

// Table is the table, index or chain that was read last.
func (c CheckCursor) Table() string { return c.table }

// Keys is how many keys were read.
func (c CheckCursor) Keys() int64 { return c.keys }

// prefixCheck is how the pairs under one prefix are verified.
type prefixCheck struct {
	prefix byte
	name   string
	// pair verifies one pair and returns its record, if it is one, or the table or index whose problem the error is.
	pair func(tx *Tx, p kv.Pair, at *CheckCursor) (Record, string, error)
}

var checksByPrefix = sync.OnceValue(func() (all [256]prefixCheck) {
	for b := range all {
		all[b] = prefixCheck{byte(b), "no table", func(*Tx, kv.Pair, *CheckCursor) (Record, string, error) {
			return Record{}, "no table", errNoTable
		}}
	}
	for _, t := range Tables() {
		for _, c := range t.checks() {
			all[c.prefix] = c
		}
	}
	return all
})

// CheckTables reads everything and yields what is wrong: a record or entry whose checksum does not fit or that does
// not decode, a record that stands under another key than its own, a record without one of its index entries, an
// entry without its record, a chain with a gap or a wrong hash, a key of no table. An error of the engine ends it. It
// writes nothing and holds one record at a time.
func CheckTables(tx *Tx) iter.Seq2[Problem, error] {
	return func(yield func(Problem, error) bool) {
		stopped := false
		err := walk(tx, &CheckCursor{}, 0, func(_ Record, p *Problem) error {
			if p != nil && !yield(*p, nil) {
				stopped = true
				return errStopped
			}
			return nil
		})
		if err != nil && !stopped {
			yield(Problem{}, err)
		}
	}
}

const errStopped wrong = "the reader stopped"

// CheckPart is CheckTables in parts, each a transaction of its own: it goes on where the cursor says, reads at most
// limit keys, tells the visitor, and returns where the next part begins. What one record needs is looked up in the same
// transaction, so a store that is written to meanwhile may be checked too. An error is the engine's or the visitor's.
func CheckPart(tx *Tx, from CheckCursor, limit int, v CheckVisitor) (CheckCursor, error) {
	err := walk(tx, &from, limit, func(r Record, p *Problem) error {
		if p != nil {
			v.Problem(*p)
			return nil
		}
		if r.Message == nil || v.Record == nil {
			return nil
		}
		return v.Record(r)
	})
	return from, err
}

// walk verifies pair by pair from the cursor on, which it moves, at most limit of them where that is more than zero.
func walk(tx *Tx, at *CheckCursor, limit int, visit func(Record, *Problem) error) error {
	checks := checksByPrefix()
	n := 0
	var r kv.Range
	if at.after != nil {
		at.after = bytes.Clone(at.after) // it moves from here on, and an earlier cursor stays
		r.Start = append(bytes.Clone(at.after), 0)
	}
	for pair, err := range tx.kv.Scan(r) {
		if err != nil {
			return err
		}
		if n++; limit > 0 && n > limit {
			return nil
		}
		if len(pair.Key) == 0 {
			continue
		}
		c := checks[pair.Key[0]]
		record, table, err := c.pair(tx, pair, at)
		at.after, at.table, at.keys = append(at.after[:0], pair.Key...), c.name, at.keys+1
		var wrong *Problem
		if err != nil {
			p, err := problem(table, pair.Key[1:], err)
			if err != nil {
				return err
			}
			wrong = &p
		}
		if err := visit(record, wrong); err != nil {
			return err
		}
	}
	at.done = true
	return nil
}
