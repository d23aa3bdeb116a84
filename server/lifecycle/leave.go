package lifecycle

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// remember writes down that a person of the community accepted the volunteer.
func (w *step) remember(c *nuov1.Contract) error {
	return store.Acceptances.Put(w.tx, &storev1.Acceptance{Community: c.GetCommunity(), Volunteer: c.GetVolunteer()})
}

// words refuses OTHER without a note that says what else.
func words(reason nuov1.ReasonCode, note string) error {
	if reason == nuov1.ReasonCode_REASON_CODE_OTHER && note == "" {
		return fault.Field("note", "say why in a few words when the reason is OTHER", "原因为“其他”时请简要说明")
	}
	if reason >= nuov1.ReasonCode_REASON_CODE_NOT_SIGNED_IN_TIME && reason != nuov1.ReasonCode_REASON_CODE_WRONG_ENTRY {
		return fault.Field("reason", "this reason is not a person's to give", "该原因不能由人填写")
	}
	return nil
}

// Withdraw takes a volunteer out until the deadline; the slot goes to the waitlist.
func Withdraw(tx *store.Tx, a Actor, r *nuov1.WithdrawContractRequest) (*nuov1.Contract, error) {
	if err := words(r.GetReason(), r.GetNote()); err != nil {
		return nil, err
	}
	return simple(tx, a, r.GetName(), change{action: withdraw, reason: r.GetReason(), note: r.GetNote()})
}

// AskLeave is the volunteer's notice after the deadline: the slot is free at once, the community's word is pending.
func AskLeave(tx *store.Tx, a Actor, r *nuov1.AskLeaveRequest) (*nuov1.Contract, error) {
	if err := words(r.GetReason(), r.GetNote()); err != nil {
		return nil, err
	}
	return simple(tx, a, r.GetName(), change{
		action: askLeave, reason: r.GetReason(), note: r.GetNote(),
		edit: func(c *nuov1.Contract) { c.LeavePending = true },
	})
}

// DecideLeave upholds a leave (EXCUSED stays) or does not (BREACHED).
func DecideLeave(tx *store.Tx, a Actor, r *nuov1.DecideLeaveRequest) (*nuov1.Contract, error) {
	if err := words(r.GetReason(), r.GetNote()); err != nil {
		return nil, err
	}
	action := rejectLeave
	if r.GetUphold() {
		action = upholdLeave
	}
	return simple(tx, a, r.GetName(), change{
		action: action, reason: r.GetReason(), note: r.GetNote(),
		edit: func(c *nuov1.Contract) { c.LeavePending = false },
	})
}

// MarkAbsent is the leader's or committee's word from the start on; the slot is free for whoever stands there.
func MarkAbsent(tx *store.Tx, a Actor, r *nuov1.MarkAbsentRequest) (*nuov1.Contract, error) {
	return simple(tx, a, r.GetName(), change{
		action: markAbsent, reason: nuov1.ReasonCode_REASON_CODE_DID_NOT_COME, note: r.GetNote(),
	})
}

// DecideAbsence is a person's decision: EXCUSED or BREACHED, with a reason.
func DecideAbsence(tx *store.Tx, a Actor, r *nuov1.DecideAbsenceRequest) (*nuov1.Contract, error) {
	if err := words(r.GetReason(), r.GetNote()); err != nil {
		return nil, err
	}
	action := breach
	if r.GetState() == excused {
		action = excuse
	}
	return simple(tx, a, r.GetName(), change{action: action, reason: r.GetReason(), note: r.GetNote()})
}

// ReleaseForExemption releases the contracts of a volunteer that lie in a period, as EXCUSED (offers and waits
// EXPIRE), at most as many as one step may; the rest follow by the due-queue. Who is checked in is left alone; an
// absence or a breach in the period is excused by it.
func ReleaseForExemption(tx *store.Tx, a Actor, person string, from, to time.Time) error {
	w := begin(tx, a)
	if err := w.release(person, from, to); err != nil {
		return err
	}
	return w.finish()
}

// LookAgain has the due-queue look at what a volunteer waits for, after their record changed: whom a free slot skipped
// for want of a registration, a consent or a skill, or for an exemption, may have it now. The caller has stored the
// record.
func LookAgain(tx *store.Tx, person string) error {
	claims, ok, err := store.Claims.Find(tx, person)
	if err != nil || !ok || claims.GetWaiting() == 0 {
		return err
	}
	return begin(tx, System).later(person)
}

func (w *step) release(person string, from, to time.Time) error {
	if _, err := w.person(person); err != nil {
		return err
	}
	var names []string
	for e, err := range store.Calendar.Range(w.tx, store.Range{
		Prefix: []any{person}, From: []any{from.Add(-calendarReach)}, Until: []any{to},
	}) {
		if err != nil {
			return err
		}
		if find(e.GetState(), exempt) == nil || !e.GetEndTime().AsTime().After(from) {
			continue
		}
		if !Live(e.GetState()) {
			if c, err := store.Contracts.Get(w.tx, e.GetContract()); err != nil || c.GetPending() != nil { // a person decides
				if err != nil {
					return err
				}
				continue
			}
		}
		if len(names) == stepReleases {
			if err := w.releaseLater(person, from); err != nil {
				return err
			}
			break
		}
		names = append(names, e.GetContract())
	}
	for _, name := range names {
		c, _, err := w.current(name)
		if err != nil {
			return err
		}
		if find(c.GetState(), exempt) == nil || c.GetPending() != nil { // ended in this step, or a person decides
			continue
		}
		err = w.apply(c, change{
			action: exempt, by: &Actor{Name: w.actor.Name, Person: w.actor.Person, Role: system},
			reason: nuov1.ReasonCode_REASON_CODE_EXEMPTION,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// releaseLater has the due-queue go on with a release from the same instant on.
func (w *step) releaseLater(person string, from time.Time) error {
	return store.DueEntries.Put(w.tx, &storev1.DueEntry{
		Time: timestamppb.New(w.now), Kind: storev1.DueKind_DUE_KIND_VOLUNTEER, Object: person, After: from.Format(time.RFC3339Nano),
	})
}

// LiveContracts names the person's contracts that have not ended, at most 20. It reads the person's conflict key.
func LiveContracts(tx *store.Tx, person string) ([]string, error) {
	claims, ok, err := store.Claims.Find(tx, person)
	if err != nil || !ok || claims.GetLive() == 0 {
		return nil, err
	}
	var names []string
	for e, err := range store.Calendar.ScanReverse(tx, person) {
		if err != nil {
			return nil, err
		}
		if Live(e.GetState()) {
			names = append(names, e.GetContract())
		}
		if len(names) == 20 {
			break
		}
	}
	return names, nil
}

// HoldsContract tells whether the community holds a contract with the person: signed, until 24 h after its end.
func HoldsContract(tx *store.Tx, person, community string, t time.Time) (bool, error) {
	for e, err := range store.Calendar.Range(tx, store.Range{Prefix: []any{person}, From: []any{t.Add(-calendarReach)}}) {
		if err != nil {
			return false, err
		}
		if !HoldsTime(e.GetState()) || t.After(e.GetEndTime().AsTime().Add(24*time.Hour)) {
			continue
		}
		c, err := store.Contracts.Get(tx, e.GetContract())
		if err != nil {
			return false, err
		}
		if c.GetCommunity() == community {
			return true, nil
		}
	}
	return false, nil
}
