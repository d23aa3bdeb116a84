package check

import (
	"fmt"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// visit verifies one record after another with what they need of others.
type visit struct {
	*store.Tx

	part   *part
	past   horizon
	record store.Record
	object string // of the record, for what is wrong
	key    string
}

// say notes what is wrong with the present record.
func (v *visit) say(format string, args ...any) {
	v.part.problems = append(v.part.problems, Problem{
		Table: v.record.Table, Key: v.key, Object: v.object, Text: fmt.Sprintf(format, args...),
	})
}

// lifecycle notes what lifecycle finds.
func (v *visit) lifecycle(p lifecycle.Problem) {
	v.part.problems = append(v.part.problems, Problem{Table: v.record.Table, Object: p.Object, Text: p.Text})
}

// tolerate makes a problem of damage that a lookup met: it is named where it is, too, and what leans on it cannot be
// verified. Any other error is the engine's.
func (v *visit) tolerate(err error) error {
	e, ok := fault.As(err)
	if !ok {
		return err
	}
	switch e.Reason {
	case nuov1.ErrorReason_ERROR_REASON_DAMAGED:
		v.say("cannot be verified: %s %s is damaged", e.Vars["table"], e.Vars["key"])
		return nil
	case nuov1.ErrorReason_ERROR_REASON_NOT_FOUND:
		v.say("cannot be verified: %s is not stored", e.Vars["name"])
		return nil
	}
	return err
}

// verify verifies the present record.
func (v *visit) verify() error {
	v.object, v.key = "", ""
	switch m := v.record.Message.(type) {
	case *nuov1.Contract:
		v.object = m.GetName()
		return v.contract(m)
	case *nuov1.ContractEvent:
		v.object = v.record.Owner
		return v.event(m)
	case *storev1.CalendarEntry:
		v.object = m.GetContract()
		return v.calendar(m)
	case *storev1.Holder:
		v.object = m.GetContract()
		return v.holder(m)
	case *storev1.Wait:
		v.object = m.GetContract()
		return v.wait(m)
	case *nuov1.Shift:
		v.object = m.GetName()
		return v.shift(m)
	case *storev1.ShiftSlots:
		v.object = m.GetShift()
		return need(v, store.Shifts, m.GetShift())
	case *storev1.PersonClaims:
		v.object = m.GetVolunteer()
		return v.claims(m)
	default:
		return v.verifyOther()
	}
}

// verifyOther is verify for what is not written by claims.
func (v *visit) verifyOther() error {
	switch m := v.record.Message.(type) {
	case *nuov1.TaskList:
		v.object = m.GetName()
		return v.list(m)
	case *nuov1.Task:
		v.object = m.GetName()
		return need(v, store.TaskLists, m.GetTaskList())
	case *nuov1.Door:
		v.object = m.GetName()
		return need(v, store.Tasks, m.GetTask())
	case *nuov1.Terms:
		v.object = m.GetShift()
		return need(v, store.Shifts, m.GetShift())
	case *storev1.DueEntry:
		v.object = m.GetObject()
		return v.due(m)
	case *storev1.StoredPerson:
		v.object = m.GetName()
		return need(v, store.Volunteers, m.GetName())
	case *storev1.StoredContact:
		v.object = m.GetName()
		return need(v, store.ServedParties, m.GetName())
	case *storev1.AdminEvent:
		v.object = v.record.Owner
		v.adminEvent(m)
	case *storev1.Note:
		v.object = m.GetOwner()
		return v.note(m)
	case *storev1.Request:
		v.request(m)
	default:
		return v.verifyPlan()
	}
	return nil
}

// keyed is a table whose key is one name.
type keyed interface {
	Has(tx *store.Tx, key ...any) (bool, error)
	Info() store.Info
}

// need says so where the record that the present one refers to is not stored.
func need(v *visit, t keyed, name string) error {
	ok, err := t.Has(v.Tx, name)
	if err == nil && !ok {
		v.say("refers to %s %s, which is not stored", t.Info().Name, name)
	}
	return err
}

// ignoreDamage is for what is looked up without being verified: the damage is named where it is.
func ignoreDamage(err error) error {
	if fault.Is(err, nuov1.ErrorReason_ERROR_REASON_DAMAGED) {
		return nil
	}
	return err
}
