package store

import (
	"context"
	"fmt"
	"iter"
	"slices"
)

// WatchTables is Watch over several fed tables at once: one position tells how far all of them were seen. Keys are
// those of whichever table, without its name, so they tell by themselves what they are of, as resource names do. A
// table that is not fed is a defect.
func (s *Store) WatchTables(ctx context.Context, after Position, tables ...AnyTable) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		prefixes := make([]byte, 0, len(tables))
		for _, t := range tables {
			if !t.Info().Feed {
				yield(Change{}, fmt.Errorf("store: table %s is not fed", t.Info().Name))
				return
			}
			prefixes = append(prefixes, t.Info().Prefix)
		}
		for c, err := range s.engine.Watch(ctx, after, nil) {
			change := Change{Position: c.Position}
			err = engineError(err)
			for _, key := range c.Keys {
				if len(key) == 0 || !slices.Contains(prefixes, key[0]) {
					continue
				}
				parts, broken := DecodeKey(key[1:])
				if broken != nil {
					err = damaged("feed", key[1:], broken)
					break
				}
				change.Keys = append(change.Keys, parts)
			}
			if err == nil && len(change.Keys) == 0 {
				continue
			}
			if !yield(change, err) || err != nil {
				return
			}
		}
	}
}
