package server_test

import (
	"maps"
	"slices"

	"github.com/anishathalye/porcupine"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// What the two models know. A shift's partition holds who stands on it; a person's partition holds which of the
// overlapping shifts the person has promised. Both are a row of places, each empty, taken by a contract, or taken by a
// contract whose name nobody was told, because its claim's answer never came.
const (
	modelPeople = 24 // who share one shift
	modelShifts = 6  // that one person chooses from, each of which overlaps the next
	unnamed     = -1
)

// places is a state: the number of the contract at each place, 0 for none.
type places [modelPeople]int

// verb is what a client asked for.
type verb int

const (
	toClaim verb = iota
	toWithdraw
	toCount // how many places are taken
	toList  // which contract is at which place
)

// asked is an operation's input.
type asked struct {
	verb      verb
	partition int
	place     int
	contract  int // to withdraw
	capacity  int // of the shift; people's partitions have none
}

// told is an operation's output.
type told struct {
	unknown  bool // the answer never came: it has happened, or happens at any time later, or never
	reason   nuov1.ErrorReason
	contract int
	count    int
	list     places
}

// rule tells whether a place can be taken, and the reason if not.
type rule func(s places, in asked) nuov1.ErrorReason

// ofShift is a shift with so many slots, for people whose other promises are on other days.
func ofShift(s places, in asked) nuov1.ErrorReason {
	if s[in.place] != 0 {
		return isClaimed
	}
	if s.taken() >= in.capacity {
		return isFull
	}
	return 0
}

// ofPerson is one person with slots enough everywhere: the place is a shift, which overlaps its neighbours.
func ofPerson(s places, in asked) nuov1.ErrorReason {
	if s[in.place] != 0 {
		return isClaimed
	}
	for _, beside := range []int{in.place - 1, in.place + 1} {
		if beside >= 0 && beside < modelShifts && s[beside] != 0 {
			return isOverlap
		}
	}
	return 0
}

func (s places) taken() (n int) {
	for _, contract := range s {
		if contract != 0 {
			n++
		}
	}
	return n
}

func (s places) with(place, contract int) places {
	s[place] = contract
	return s
}

// modelOf is the service as its callers may see it. An unknown outcome leaves both states, and its operation never
// returns, so that it may also happen later.
func modelOf(allowed rule) porcupine.Model {
	m := porcupine.NondeterministicModel{
		Init:      func() []any { return []any{places{}} },
		Partition: byPartition,
		Step: func(state, input, output any) []any {
			s, in, out := state.(places), input.(asked), output.(told)
			switch in.verb {
			case toClaim:
				return stepClaim(s, in, out, allowed(s, in))
			case toWithdraw:
				return stepWithdraw(s, in, out)
			case toCount:
				return only(s, out.count == s.taken())
			default:
				return stepList(s, out)
			}
		},
		Hash: hashOf,
	}
	return m.ToModel()
}

func only(s places, holds bool) []any {
	if !holds {
		return nil
	}
	return []any{s}
}

func stepClaim(s places, in asked, out told, why nuov1.ErrorReason) []any {
	switch {
	case out.unknown && why == 0:
		return []any{s, s.with(in.place, unnamed)}
	case out.unknown:
		return []any{s}
	case out.reason != why:
		return nil
	case why == 0:
		return []any{s.with(in.place, out.contract)}
	case why == isClaimed && s[in.place] == unnamed:
		return []any{s.with(in.place, out.contract)}
	case why == isClaimed:
		return only(s, s[in.place] == out.contract)
	}
	return []any{s}
}

func stepWithdraw(s places, in asked, out told) []any {
	stands := s[in.place] == in.contract || s[in.place] == unnamed
	switch {
	case out.unknown && stands:
		return []any{s, s.with(in.place, 0)}
	case out.unknown:
		return []any{s}
	case out.reason == nuov1.ErrorReason_ERROR_REASON_WRONG_STATE:
		return only(s, s[in.place] != in.contract)
	}
	return only(s.with(in.place, 0), stands && out.reason == 0)
}

// stepList compares what was shown, and learns the names that were not known.
func stepList(s places, out told) []any {
	for i, contract := range out.list {
		if s[i] == unnamed && contract != 0 {
			s[i] = contract
		}
	}
	return only(s, s == out.list)
}

func hashOf(state any) uint64 {
	h := uint64(14695981039346656037)
	for _, contract := range state.(places) {
		h = (h ^ uint64(contract)) * 1099511628211
	}
	return h
}

func byPartition(history []porcupine.Operation) [][]porcupine.Operation {
	parts := map[int][]porcupine.Operation{}
	for _, o := range history {
		p := o.Input.(asked).partition
		parts[p] = append(parts[p], o)
	}
	var all [][]porcupine.Operation
	for _, p := range slices.Sorted(maps.Keys(parts)) {
		all = append(all, parts[p])
	}
	return all
}
