package lifecycle

import (
	"slices"

	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

const (
	maxExemptByOthers = 14  // days for which the committee may exempt who was taken ill; the volunteer may for longer
	maxExemptions     = 200 // of one volunteer, as many as the volunteer's own record takes
)

// StopForHealth checks out at this minute (因健康中止), records an exemption until the date asked for, if any, and
// releases what lies in it, in one act. The volunteer asks for any date, the committee for 14 days at most; a leader
// stops the duty and exempts nobody (PERMISSION_DENIED).
func StopForHealth(tx *store.Tx, a Actor, r *nuov1.StopForHealthRequest) (*nuov1.Contract, error) {
	w, c, s, err := open(tx, a, r.GetName())
	if err != nil {
		return nil, err
	}
	if err := w.checksOut(s, c, w.now, nuov1.ReasonCode_REASON_CODE_HEALTH, stopForHealth, nil); err != nil {
		return nil, err
	}
	if r.GetExemptUntilDate() != "" {
		if err := w.exemptFor(s, c, r.GetExemptUntilDate()); err != nil {
			return nil, err
		}
	}
	return w.done(c)
}

// exemptFor exempts from today until a date. The category says nothing of health, which the unit would read.
func (w *step) exemptFor(s *shiftStep, c *nuov1.Contract, until string) error {
	today := place.LocalDate(w.now, s.policy.Zone)
	if !place.ValidDate(until) || until <= today {
		return fault.Field("exempt_until_date", "must be a date after today", "须为今天之后的日期")
	}
	switch {
	case w.actor.Role == leader:
		return denied(exempt)
	case w.actor.Role != volunteer && until > place.AddDays(today, maxExemptByOthers):
		return fault.Field("exempt_until_date", "must lie within 14 days; for longer the volunteer asks", "不得超过 14 天；更长的豁免由本人申请")
	}
	v, err := w.volunteer(c.GetVolunteer())
	if err != nil {
		return err
	}
	if len(v.GetExemptions()) >= maxExemptions {
		return fault.Field("exempt_until_date", "the record takes no more exemptions", "豁免记录已满")
	}
	e := &nuov1.Exemption{
		Id: w.tx.RandomID(), FromDate: today, ToDate: until,
		Category: nuov1.ExemptionCategory_EXEMPTION_CATEGORY_OTHER,
	}
	v.Exemptions = append(v.Exemptions, e)
	v.UpdateTime = timestamppb.New(w.now)
	v.Etag = store.Etag(v)
	if err := store.Volunteers.Put(w.tx, v); err != nil {
		return err
	}
	if err := w.note(v.GetName(), "StopForHealth", "exemption", e.GetId(), "from", today, "to", until); err != nil {
		return err
	}
	_, to, err := place.Instants(e, s.policy.Zone)
	if err != nil {
		return err
	}
	return w.release(v.GetName(), w.now, to)
}

// note appends to the events of an object other than a contract that the actor did this; details are keys and values
// by turns: ids, codes, numbers.
func (w *step) note(object, action string, details ...string) error {
	return store.AdminEvents.AppendNext(w.tx, object,
		func(sequence uint64, last store.Link[*storev1.AdminEvent]) *storev1.AdminEvent {
			e := &storev1.AdminEvent{
				Object: object, Sequence: sequence, Time: timestamppb.New(w.now), Role: w.actor.Role, Action: action,
			}
			if w.actor.Role != system {
				e.Actor = w.actor.Name
			}
			if before := last.Event.GetTime(); before.AsTime().After(w.now) {
				e.Time = before
			}
			for pair := range slices.Chunk(details, 2) {
				e.Details = append(e.Details, &storev1.Detail{Key: pair[0], Value: pair[1]})
			}
			return e
		})
}
