package lifecycle

import (
	"slices"
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// Every (state, action, role): what the table does not have is refused, by the verb and by the gate behind all verbs,
// and leaves no trace; what it has is never refused for the state's or the role's sake alone.
func TestOKTableSaysWhatIsPossible(t *testing.T) {
	for _, state := range states() {
		t.Run(stateName(state), func(t *testing.T) {
			w := newWorld(t)
			person := w.volunteer("one")
			c := bring(w, person, state)
			for _, action := range actions() {
				for _, role := range roles() {
					walk(t, w, c, action, role)
				}
			}
			w.clean()
		})
	}
}

// walk tries one action of one role on a contract. What passes is taken back, so that the next one meets the same.
func walk(t *testing.T, w *world, c *nuov1.Contract, action nuov1.ContractAction, role nuov1.Role) {
	t.Helper()
	row := find(c.GetState(), action)
	a := actorOf(role, c.GetVolunteer())
	for name, try := range map[string]func(*store.Tx) error{
		"verb": func(tx *store.Tx) error { return callVerb(tx, a, action, c) },
		"gate": func(tx *store.Tx) error { return applyTo(tx, a, action, c.GetName()) },
	} {
		before := w.position()
		err := w.try(func(tx *store.Tx) error {
			if err := try(tx); err != nil {
				return err
			}
			return errPassed
		})
		if w.position() != before {
			t.Fatalf("%s %s by %v left a trace", name, action, role)
		}
		switch {
		case row == nil && !fault.Is(err, wrongState) && !fault.Is(err, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD):
			t.Errorf("%s %s by %v in %s: %v, want WRONG_STATE", name, action, role, stateName(c.GetState()), err)
		case row != nil && !slices.Contains(row.By, role) && !fault.Is(err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED):
			t.Errorf("%s %s by %v in %s: %v, want PERMISSION_DENIED", name, action, role, stateName(c.GetState()), err)
		case row != nil && slices.Contains(row.By, role) && fault.Is(err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED):
			t.Errorf("%s %s by %v in %s: %v, the table allows it", name, action, role, stateName(c.GetState()), err)
		}
	}
}

// errPassed takes back what passed.
var errPassed = fault.New(nuov1.ErrorReason_ERROR_REASON_FAILED_PRECONDITION)

func (w *world) position() (p store.Position) {
	w.t.Helper()
	must0(w.t, w.store.View(w.t.Context(), func(tx *store.Tx) error { p = tx.Position(); return nil }))
	return p
}

func applyTo(tx *store.Tx, a Actor, action nuov1.ContractAction, name string) error {
	w := begin(tx, a)
	c, _, err := w.contract(name)
	if err != nil {
		return err
	}
	if err := w.apply(c, change{action: action}); err != nil {
		return err
	}
	return w.finish()
}

// What a table can be wrong in by itself.
func TestOKTableIsOneRowForEachStateAndAction(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range Table {
		key := row.From.String() + row.Action.String()
		if seen[key] {
			t.Errorf("%s has two rows", key)
		}
		seen[key] = true
		if len(row.By) == 0 || len(row.To) == 0 {
			t.Errorf("%s says not who, or not where to", key)
		}
	}
}

// Rule 10: nobody accepts, confirms, approves, corrects or evaluates their own contract, whatever other roles they hold.
func TestErrOwnContract(t *testing.T) {
	for _, row := range Table {
		for _, guard := range row.Holds {
			if guard.Text != notOwn.Text && guard.Text != othersOnly.Text || row.From == none {
				continue
			}
			t.Run(stateName(row.From)+" "+row.Action.String(), func(t *testing.T) {
				w := newWorld(t)
				c := bring(w, w.volunteer("staff"), row.From)
				before := w.position()
				err := w.try(func(tx *store.Tx) error { return applyTo(tx, staff, row.Action, c.GetName()) })
				refused(t, err, nuov1.ErrorReason_ERROR_REASON_OWN_CONTRACT)
				if w.position() != before {
					t.Fatal("the refusal left a trace")
				}
			})
		}
	}
}

func TestErrNobodySignsForAnother(t *testing.T) {
	w := newWorld(t)
	c := bring(w, w.volunteer("one"), offered)
	denied := nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED
	for _, action := range []nuov1.ContractAction{sign, decline} {
		for _, a := range []Actor{as(w.volunteer("two")), staff, leaderRole, unitRole, {Name: "tokens/x", Role: volunteer}} {
			refused(t, w.try(func(tx *store.Tx) error { return callVerb(tx, a, action, c) }), denied)
		}
	}
	w.is(c.GetName(), offered, 0)
}
