package check

import (
	"context"
	"strings"

	"nuo.internal/nuo/server/store"
)

// Problem is one thing that is stored and must not be, or is missing. It holds no personal data.
type Problem struct {
	// Table, index or chain in which it is.
	Table string
	// Key of the record or entry, as far as one is meant.
	Key string
	// Object is the resource name that it is about, as far as there is one.
	Object string
	// Text says in English what is wrong.
	Text string
}

// String is the problem on one line: table, key, object and what is wrong.
func (p Problem) String() string {
	where := p.Table
	if p.Key != "" {
		where += " " + p.Key
	}
	if p.Object != "" && p.Object != p.Key {
		where += " (" + p.Object + ")"
	}
	return strings.Map(oneLine, where+": "+p.Text)
}

func oneLine(r rune) rune {
	if r < ' ' {
		return ' '
	}
	return r
}

// Progress is how far a run has come.
type Progress struct {
	// Keys is how many keys were read, of records and of index entries.
	Keys int64
	// Records is how many of them were intact records, events included.
	Records int64
	// Table that is being read.
	Table string
}

// partKeys is how many keys one transaction reads: some hundredths of a second where each is a contract.
const partKeys = 500

// Run reads everything and calls found for each problem, and progress (nil: not wanted) after each part. It reads in
// transactions of some hundredths of a second each, everything about one record in one of them, so that it may run beside
// a server's writers. It returns nil when it has read everything, however much is wrong, and otherwise what keeps the
// store from being read.
func Run(ctx context.Context, s *store.Store, found func(Problem), progress func(Progress)) error {
	var now Progress
	var past horizon
	err := s.View(ctx, func(tx *store.Tx) (err error) {
		past, err = horizonOf(tx)
		return err
	})
	if err != nil {
		return err
	}
	for at := (store.CheckCursor{}); !at.Done(); {
		var p part
		err := s.View(ctx, func(tx *store.Tx) error {
			p = part{}
			return p.read(tx, at, past)
		})
		if err != nil {
			return err
		}
		for _, problem := range p.problems {
			found(problem)
		}
		at = p.next
		now.Keys, now.Table = at.Keys(), at.Table()
		now.Records += p.records
		if progress != nil {
			progress(now)
		}
	}
	return nil
}

// part is what one transaction found.
type part struct {
	next     store.CheckCursor
	problems []Problem
	records  int64
}

func (p *part) read(tx *store.Tx, from store.CheckCursor, past horizon) (err error) {
	v := visit{Tx: tx, part: p, past: past}
	p.next, err = store.CheckPart(tx, from, partKeys, store.CheckVisitor{
		Problem: func(found store.Problem) {
			p.problems = append(p.problems, Problem{Table: found.Table, Key: found.Key, Text: found.Text})
		},
		Record: func(r store.Record) error {
			p.records++
			v.record = r
			return v.tolerate(v.verify())
		},
	})
	return err
}
