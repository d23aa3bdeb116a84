package contract

import (
	"sync"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

const (
	// maxGuesses is how many wrong site codes of one shift a person may give before they have to wait.
	maxGuesses = 5
	// guessTurns is how long they wait, in lives of the code counted from the first wrong one: what was learnt by then is
	// of no use any more.
	guessTurns = 3
	// maxGuessers bounds what is remembered.
	maxGuessers = 10_000
)

// guesses counts wrong site codes per person and shift. A refusal writes nothing, so the count lives here and not in the
// store; a restart forgets it, which costs whoever guesses more time than it gives. It is safe for concurrent use.
type guesses struct {
	mu   sync.Mutex
	made map[guesser]*tally
}

type guesser struct{ who, shift string }

type tally struct {
	wrong int
	until time.Time // when the count starts anew
}

// guess is one call's try at a code. Its transaction may run more than once and counts once.
type guess struct {
	of    *guesses
	key   guesser
	taken bool
}

func (g *guesses) begin() *guess { return &guess{of: g} }

// at takes one of the person's tries before the code is looked at, so that calls side by side get no more of them than
// calls in a row. WRONG_SITE_CODE where none is left: then the right code is not looked at either. A call without a code
// takes none.
func (g *guess) at(tx *store.Tx, who, shift, code string) error {
	if code == "" || g.taken {
		return nil
	}
	life, err := lifecycle.CodeLife(tx, shift)
	if err != nil {
		return err
	}
	g.of.mu.Lock()
	defer g.of.mu.Unlock()
	key := guesser{who, shift}
	t := g.of.tally(key, tx.Now(), guessTurns*life)
	if t.wrong >= maxGuesses {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_WRONG_SITE_CODE).WithViolation(fault.Violation{
			Field:         "site_code",
			Description:   "too many wrong codes; wait until " + t.until.Format(time.RFC3339) + ", or have the shift leader check you in",
			DescriptionZH: "现场码输错次数过多，请在 " + t.until.Format(time.RFC3339) + " 之后再试，或请带班长代为签到",
		})
	}
	t.wrong++
	g.key, g.taken = key, true
	return nil
}

// end settles the try by what came of the call: a wrong code stays counted, the right one clears the count, and a call
// that ended otherwise gives its try back.
func (g *guess) end(err error) {
	if !g.taken || fault.Is(err, nuov1.ErrorReason_ERROR_REASON_WRONG_SITE_CODE) {
		return
	}
	g.of.mu.Lock()
	defer g.of.mu.Unlock()
	t, ok := g.of.made[g.key]
	if !ok {
		return
	}
	if t.wrong--; err == nil || t.wrong <= 0 {
		delete(g.of.made, g.key)
	}
}

// tally is the count of a person at a shift. Where there is no room for another one, those that are over go, and then the
// one that ends first.
func (g *guesses) tally(key guesser, now time.Time, wait time.Duration) *tally {
	if t, ok := g.made[key]; ok && now.Before(t.until) {
		return t
	}
	if len(g.made) >= maxGuessers {
		g.forget(now)
	}
	if g.made == nil {
		g.made = map[guesser]*tally{}
	}
	t := &tally{until: now.Add(wait)}
	g.made[key] = t
	return t
}

func (g *guesses) forget(now time.Time) {
	var first guesser
	for key, t := range g.made {
		if !now.Before(t.until) {
			delete(g.made, key)
		} else if f, ok := g.made[first]; !ok || t.until.Before(f.until) {
			first = key
		}
	}
	if len(g.made) >= maxGuessers {
		delete(g.made, first)
	}
}
