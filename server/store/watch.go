package store

import (
	"context"
	"fmt"
	"iter"
)

// Change tells which records of a table a commit wrote or removed.
type Change struct {
	// Position of the commit; a stream resumes after it.
	Position Position
	// Keys are the parts of the records' keys. What stands under them now is read in a View.
	Keys [][]any
}

// Watch yields, in order and without gaps, the changes after a position to records of a fed table whose keys begin
// with prefix, and goes on until ctx ends, whose error is then the last element, or the consumer stops. Several
// commits may arrive as one. A position that is no longer kept is RESUME_TOO_OLD: the watcher reads everything anew. A table that is not fed is a defect.
func (s *Store) Watch(ctx context.Context, after Position, t AnyTable, prefix ...any) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		if !t.Info().Feed {
			yield(Change{}, fmt.Errorf("store: table %s is not fed", t.Info().Name))
			return
		}
		p := appendKey([]byte{t.Info().Prefix}, prefix)
		for c, err := range s.engine.Watch(ctx, after, p) {
			change := Change{Position: c.Position, Keys: make([][]any, 0, len(c.Keys))}
			err = engineError(err)
			for _, key := range c.Keys {
				parts, broken := DecodeKey(key[1:])
				if broken != nil {
					err = damaged(t.Info().Name, key[1:], broken)
					break
				}
				change.Keys = append(change.Keys, parts)
			}
			if !yield(change, err) || err != nil {
				return
			}
		}
	}
}

// FeedPrefixes are the prefixes of all fed tables: an engine is opened to feed these.
func FeedPrefixes() [][]byte {
	var all [][]byte
	for _, t := range Tables() {
		if i := t.Info(); i.Feed {
			all = append(all, []byte{i.Prefix})
		}
	}
	return all
}
