package matching

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/store"
)

// proposes asks for a plan of the list, which is not worked off yet.
func (y *yard) proposes(edit ...func(*nuov1.ProposeMatchRequest)) (*nuov1.Match, error) {
	y.Helper()
	req := &nuov1.ProposeMatchRequest{RequestId: uuid.NewString(), Scope: yardList, Method: fill, Seconds: 1}
	for _, e := range edit {
		e(req)
	}
	return yardCall(y, yardStreets, y.room.ProposeMatch, nuov1.MatchService_ProposeMatch_FullMethodName, req)
}

// asked is proposes that must be taken, later than what was asked before.
func (y *yard) asked(edit ...func(*nuov1.ProposeMatchRequest)) *nuov1.Match {
	y.Helper()
	y.clock.now = y.clock.now.Add(time.Millisecond)
	m, err := y.proposes(edit...)
	if err != nil {
		y.Fatal(err)
	}
	return m
}

// filed stores so many plans of a scope in a state, as if they had been made before.
func (y *yard) filed(n int, state nuov1.MatchState, scope func(int) string) {
	y.Helper()
	for from := 0; from < n; from += 100 {
		y.do(func(tx *store.Tx) error {
			for i := from; i < min(from+100, n); i++ {
				m := &nuov1.Match{
					Name: "matches/" + tx.NewID(), Scope: scope(i), District: yardDistrict, State: state,
					CreateTime: timestamppb.New(tx.Now()),
				}
				if err := store.Matches.Insert(tx, m); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// How many plans other scopes have is nothing to this one.
func TestOKPlansOfOtherScopesDoNotCount(t *testing.T) {
	y := newYard(t)
	y.filed(800, proposed, func(i int) string { return fmt.Sprintf("taskLists/of-%d", i) })
	y.filed(40, solving, func(i int) string { return fmt.Sprintf("taskLists/of-%d", i) })
	y.asked()
}

// The bounds are the scope's own; a plan that nobody can read any more counts, and refuses nobody.
func TestErrLimitReachedCountsWhatCannotBeRead(t *testing.T) {
	y := newYard(t)
	y.filed(maxProposed-1, proposed, func(int) string { return yardList })
	y.damagesPlans()
	y.asked()
	y.filed(1, proposed, func(int) string { return yardList })
	_, err := y.proposes()
	y.refuses(err, limitReached)
}

// matchKey is what the keys of plans begin with.
const matchKey = 'w'

// damagesPlans flips a bit of every plan that is stored, or of those that are named.
func (y *yard) damagesPlans(names ...string) {
	y.Helper()
	y.flips(matchKey, func(key []byte) bool {
		for _, name := range names {
			id := uuid.MustParse(strings.TrimPrefix(name, "matches/"))
			if bytes.HasSuffix(key, id[:]) {
				return true
			}
		}
		return len(names) == 0
	})
}

// flips a bit of every record of a table whose key is asked for.
func (y *yard) flips(table byte, of func(key []byte) bool) {
	y.Helper()
	_, err := y.engine.Engine.Update(context.Background(), func(tx kv.Tx) error {
		var all []kv.Pair
		for pair, err := range tx.Scan(kv.Prefix([]byte{table})) {
			if err != nil {
				return err
			}
			if of(pair.Key) {
				all = append(all, kv.Pair{Key: bytes.Clone(pair.Key), Value: bytes.Clone(pair.Value)})
			}
		}
		for _, pair := range all {
			pair.Value[len(pair.Value)-1] ^= 1
			if err := tx.Put(pair.Key, pair.Value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		y.Fatal(err)
	}
}
