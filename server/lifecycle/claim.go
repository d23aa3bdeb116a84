package lifecycle

import (
	"crypto/sha256"
	"strconv"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// entrant is a person who comes to a shift.
type entrant struct {
	person string
	ledger nuov1.Ledger
	origin nuov1.ContractOrigin
	onSite bool
	marks  []nuov1.ContractMark // of the signature
}

// Claim gives the volunteer a free slot (SIGNED, and DISPLAYED at once when the list accepts by itself) or, when the
// shift is full and the request asks for it, a place on the waitlist. Faults: SHIFT_FULL, ALREADY_CLAIMED,
// REVISION_MISMATCH, CLAIM_WINDOW, LIST_NOT_OPEN, SHIFT_CANCELLED, LIMIT_REACHED and those of rules 2 and 4.
func Claim(tx *store.Tx, a Actor, r *nuov1.ClaimShiftRequest) (*nuov1.Contract, error) {
	w, s, err := openShift(tx, a, r.GetShift())
	if err != nil {
		return nil, err
	}
	e := entrant{person: r.GetVolunteer(), ledger: r.GetLedger(), origin: nuov1.ContractOrigin_CONTRACT_ORIGIN_CLAIM}
	waiting, err := w.standing(s, e.person)
	if err != nil {
		return nil, err
	}
	if err := w.read(s, r.GetRevision()); err != nil {
		return nil, err
	}
	if waiting != nil {
		return w.signWaiting(s, waiting, e)
	}
	free, err := w.freeForClaim(s)
	if err != nil {
		return nil, err
	}
	c := w.draft(s, e)
	if !free {
		if !r.GetWaitlist() {
			return nil, w.full(s, c)
		}
		return w.wait(s, c, e)
	}
	if err := w.signs(s, c, claim, e); err != nil {
		return nil, err
	}
	return w.done(c)
}

// read checks that the terms which the caller read are the present ones.
func (w *step) read(s *shiftStep, revision int64) error {
	if revision != s.shift.GetRevision() {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_REVISION_MISMATCH, "name", s.shift.GetName())
	}
	return nil
}

// standing answers the person's contract that waits for this shift, nil when there is none; any other live contract
// on it is ALREADY_CLAIMED. Who has no live one gets none beyond what a person may have: LIMIT_REACHED. The conflict key
// of the scan is the shift's counts.
func (w *step) standing(s *shiftStep, person string) (*nuov1.Contract, error) {
	tries := 0
	for h, err := range store.Holders.Scan(w.tx, s.shift.GetName(), person) {
		if err != nil {
			return nil, err
		}
		if tries++; !Live(h.GetState()) {
			continue
		}
		c, _, err := w.current(h.GetContract())
		if err != nil {
			return nil, err
		}
		switch {
		case !Live(c.GetState()): // ended by what was settled in this step
		case c.GetState() == waitlisted:
			return c, nil
		default:
			return nil, alreadyClaimed(c)
		}
	}
	p, err := w.person(person)
	if err != nil {
		return nil, err
	}
	if tries >= maxTries {
		return nil, limitReached(maxTries)
	}
	if p.claims.GetLive() >= maxLive {
		return nil, limitReached(maxLive)
	}
	return nil, nil
}

func limitReached(limit int) error {
	return fault.New(nuov1.ErrorReason_ERROR_REASON_LIMIT_REACHED, "limit", strconv.Itoa(limit))
}

// offeredOrWaiting is standing for whoever is at the gate: an offer is theirs to sign there.
func (w *step) offeredOrWaiting(s *shiftStep, person string) (*nuov1.Contract, error) {
	c, err := w.standing(s, person)
	f, ok := fault.As(err)
	if !ok || f.Reason != nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED {
		return c, err
	}
	if c, _, err := w.contract(f.Vars["contract"]); err != nil || c.GetState() == offered {
		return c, err
	}
	return nil, err
}

func alreadyClaimed(c *nuov1.Contract) error {
	return fault.New(nuov1.ErrorReason_ERROR_REASON_ALREADY_CLAIMED, "contract", c.GetName())
}

// full is SHIFT_FULL, or what else stands in the way of a claim.
func (w *step) full(s *shiftStep, c *nuov1.Contract) error {
	if _, err := w.permits(s, c, claim); err != nil {
		return err
	}
	return fault.New(nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL, "shift", s.shift.GetName())
}

// freeForClaim tells whether a fresh claim may take a slot: those who wait come first, but in the last hour, when the
// first signature wins.
func (w *step) freeForClaim(s *shiftStep) (bool, error) {
	if s.free() > 0 && s.slots.GetWaiting() > 0 && !s.lastHour(w.now) {
		more, err := w.promoteWaiting(s)
		if err != nil || more {
			return false, err
		}
	}
	return s.free() > 0, nil
}

// draft is a contract that does not exist yet.
func (w *step) draft(s *shiftStep, e entrant) *nuov1.Contract {
	return &nuov1.Contract{
		Name: "contracts/" + w.tx.NewID(), Volunteer: e.person, Shift: s.shift.GetName(), Task: s.shift.GetTask(),
		TaskList: s.shift.GetTaskList(), Community: s.shift.GetCommunity(), District: s.shift.GetDistrict(),
		Ledger: e.ledger, Origin: e.origin, Revision: s.shift.GetRevision(),
		StartTime: s.shift.GetStartTime(), EndTime: s.shift.GetEndTime(), CreateTime: timestamppb.New(w.now),
	}
}

// wait puts a draft on the waitlist. Waiting takes nothing of the person's time, so only the person is asked about.
func (w *step) wait(s *shiftStep, c *nuov1.Contract, e entrant) (*nuov1.Contract, error) {
	v, err := w.volunteer(e.person)
	if err != nil {
		return nil, err
	}
	p, err := w.person(e.person)
	if err != nil {
		return nil, err
	}
	err = w.apply(c, change{
		action: joinWaitlist,
		check: func(s *shiftStep) error {
			if s.slots.GetWaiting() >= maxWaiting {
				return limitReached(maxWaiting)
			}
			if p.claims.GetWaiting() >= maxWaits {
				return limitReached(maxWaits)
			}
			return w.qualify(s, bid{volunteer: v, from: s.start(), to: s.end(), timeless: true})
		},
		edit: func(c *nuov1.Contract) {
			s.slots.NextWait++
			c.WaitSequence = s.slots.GetNextWait()
			hold(c, v)
		},
	})
	if err != nil {
		return nil, err
	}
	return w.done(c)
}

// signWaiting lets one who waits sign in the last hour, if a slot is free.
func (w *step) signWaiting(s *shiftStep, c *nuov1.Contract, e entrant) (*nuov1.Contract, error) {
	if !s.lastHour(w.now) || s.free() <= 0 {
		return nil, alreadyClaimed(c)
	}
	c.Ledger = e.ledger
	if err := w.signs(s, c, sign, e); err != nil {
		return nil, err
	}
	return w.done(c)
}

// signs is the signature: rules 1 to 4 hold at this moment, the terms are frozen with both parties, offers that it
// crosses expire, and a list that accepts by itself accepts.
func (w *step) signs(s *shiftStep, c *nuov1.Contract, action nuov1.ContractAction, e entrant) error {
	v, err := w.volunteer(c.GetVolunteer())
	if err != nil {
		return err
	}
	from, to := s.start(), s.shift.GetEndTime().AsTime()
	if w.now.After(from) { // whoever comes later promises what is left
		from = w.now
	}
	hadSlot := HoldsSlot(c.GetState())
	hash, err := w.termsHash(s, c)
	if err != nil {
		return err
	}
	err = w.apply(c, change{
		action: action, marks: e.marks,
		check: func(s *shiftStep) error {
			if !hadSlot && s.free() <= 0 {
				return fault.New(nuov1.ErrorReason_ERROR_REASON_SHIFT_FULL, "shift", s.shift.GetName())
			}
			return w.qualify(s, bid{volunteer: v, from: from, to: to, except: c.GetName(), onSite: e.onSite})
		},
		edit: func(c *nuov1.Contract) {
			hold(c, v)
			c.Ledger = e.ledger
			c.SignTime, c.OfferExpireTime = timestamppb.New(w.now), nil
			w.binds(s, c, hash, from)
		},
		tell: signature(c),
	})
	if err != nil {
		return err
	}
	if err := w.crossOffers(s, c, from, to); err != nil {
		return err
	}
	return w.acceptByList(s, c)
}

// binds ties a contract to the shift's present terms.
func (w *step) binds(s *shiftStep, c *nuov1.Contract, hash []byte, from time.Time) {
	c.StartTime, c.EndTime = timestamppb.New(from), s.shift.GetEndTime()
	c.Revision, c.TermsHash = s.shift.GetRevision(), hash
}

// promised is from when the shift's present terms bind who accepted older ones: from the start, but who came later
// never promised what had passed.
func (w *step) promised(s *shiftStep, c *nuov1.Contract) time.Time {
	from := c.GetStartTime().AsTime()
	if from.After(w.now) {
		from = w.now
	}
	if start := s.start(); start.After(from) {
		return start
	}
	return from
}

// signature is what the event of accepted terms says.
func signature(c *nuov1.Contract) func(*nuov1.ContractEvent) {
	return func(e *nuov1.ContractEvent) {
		e.StartTime, e.EndTime, e.TermsHash = c.GetStartTime(), c.GetEndTime(), c.GetTermsHash()
		e.Ledger = c.GetLedger()
	}
}

// hold writes down what the volunteer is at this moment: a contract keeps it for ever.
func hold(c *nuov1.Contract, v *nuov1.Volunteer) {
	c.Unit, c.Branch, c.PoliticalStatus = v.GetUnit(), v.GetBranch(), v.GetPoliticalStatus()
}

// termsHash is the hash of the shift's present terms with both parties.
func (w *step) termsHash(s *shiftStep, c *nuov1.Contract) ([]byte, error) {
	terms, err := store.Terms.Get(w.tx, s.shift.GetName(), s.shift.GetRevision())
	if err != nil {
		return nil, err
	}
	return TermsHash(terms, c)
}

// TermsHash is SHA-256 over the terms (deterministic protobuf), the volunteer and the community.
func TermsHash(terms *nuov1.Terms, c *nuov1.Contract) ([]byte, error) {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(terms)
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	h.Write(b)
	h.Write([]byte("\n" + c.GetVolunteer() + "\n" + c.GetCommunity() + "\n"))
	return h.Sum(nil), nil
}

// crossOffers expires the person's offers that a signature crosses. Their slots go on with their shifts' next step;
// until then those who wait there come before any fresh claim.
func (w *step) crossOffers(s *shiftStep, c *nuov1.Contract, from, to time.Time) error {
	p, err := w.person(c.GetVolunteer())
	if err != nil || p.claims.GetOffers() == 0 || s.shift.GetTiming() == nuov1.ShiftTiming_SHIFT_TIMING_DUE_BY {
		return err
	}
	entries, err := w.offersOf(p)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.GetState() != offered || e.GetDueBy() || e.GetContract() == c.GetName() {
			continue
		}
		other, of, err := w.current(e.GetContract())
		if err != nil {
			return err
		}
		// The offer is of the shift's present times, whatever they were when it was made.
		if other.GetState() != offered || !overlaps(from, to, of.start(), of.end()) {
			continue
		}
		err = w.apply(other, change{
			action: cross, by: &System, reason: nuov1.ReasonCode_REASON_CODE_CROSSED, cause: c.GetName(),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// offersOf are the calendar entries of the person's live offers, wherever they stand: the shift of an offer may have
// moved since it was made. An offer is made before its shift's start, and lives for less than is read back.
func (w *step) offersOf(p *personStep) (offers []*storev1.CalendarEntry, err error) {
	for e, err := range store.Calendar.Range(w.tx, store.Range{
		Prefix: []any{p.claims.GetVolunteer()}, From: []any{w.now.Add(-readAhead)},
	}) {
		if err != nil {
			return nil, err
		}
		w.entries++
		if e.GetState() == offered {
			offers = append(offers, e)
		}
	}
	return offers, nil
}

// acceptByList accepts at once where the list's standing order does: not by hand and, at doors, only whom the
// community accepted before or the unit vouches for.
func (w *step) acceptByList(s *shiftStep, c *nuov1.Contract) error {
	if s.list.GetAcceptByHand() {
		return nil
	}
	if s.shift.GetHasDoors() {
		v, err := w.volunteer(c.GetVolunteer())
		if err != nil {
			return err
		}
		known, err := store.Acceptances.Has(w.tx, c.GetCommunity(), c.GetVolunteer())
		if err != nil || !known && !v.GetVouched() {
			return err
		}
	}
	return w.apply(c, change{
		action: accept, by: &System, reason: nuov1.ReasonCode_REASON_CODE_LIST_ACCEPTS, edit: w.accepts,
	})
}

func (w *step) accepts(c *nuov1.Contract) { c.AcceptTime = timestamppb.New(w.now) }

// CheckInOnSite is claiming, signing and checking in at once by whoever stands there with the site code. Whoever was
// offered the slot or waits for it signs that contract. Faults: WRONG_SITE_CODE and those of Claim and CheckIn.
func CheckInOnSite(tx *store.Tx, a Actor, person string, r *nuov1.CheckInOnSiteRequest) (*nuov1.Contract, error) {
	w, s, err := openShift(tx, a, r.GetShift())
	if err != nil {
		return nil, err
	}
	if err := w.siteCode(s, r.GetSiteCode()); err != nil {
		return nil, err
	}
	if err := w.read(s, r.GetRevision()); err != nil {
		return nil, err
	}
	e := entrant{
		person: person, ledger: r.GetLedger(), origin: nuov1.ContractOrigin_CONTRACT_ORIGIN_ON_SITE,
		onSite: true, marks: []nuov1.ContractMark{nuov1.ContractMark_CONTRACT_MARK_ON_SITE},
	}
	return w.enter(s, e, nuov1.AttendanceMethod_ATTENDANCE_METHOD_SITE_CODE)
}

// RegisterOnSite is 现场登记 of somebody without an account: the volunteer was created in this transaction, the gate
// sheet is signed by hand. Hazardous shifts are NOT_REGISTERED; other faults are Claim's and CheckIn's.
func RegisterOnSite(tx *store.Tx, a Actor, person string, r *nuov1.RegisterOnSiteRequest) (*nuov1.Contract, error) {
	w, s, err := openShift(tx, a, r.GetShift())
	if err != nil {
		return nil, err
	}
	e := entrant{
		person: person, ledger: r.GetLedger(), origin: nuov1.ContractOrigin_CONTRACT_ORIGIN_ON_SITE,
		onSite: true, marks: []nuov1.ContractMark{nuov1.ContractMark_CONTRACT_MARK_PAPER_SIGNATURE},
	}
	return w.enter(s, e, method(a))
}

// enter signs and checks in whoever stands at the gate.
func (w *step) enter(s *shiftStep, e entrant, by nuov1.AttendanceMethod) (*nuov1.Contract, error) {
	c, err := w.offeredOrWaiting(s, e.person)
	if err != nil {
		return nil, err
	}
	action := sign
	if c == nil {
		c, action = w.draft(s, e), claim
	}
	if err := checkCheckInWindow(w, s, c); err != nil {
		return nil, withAction(err, checkIn)
	}
	free, err := w.freeForClaim(s)
	if err != nil {
		return nil, err
	}
	if !free && !HoldsSlot(c.GetState()) {
		return nil, w.full(s, c)
	}
	if err := w.signs(s, c, action, e); err != nil {
		return nil, err
	}
	if err := w.checksIn(s, c, by); err != nil {
		return nil, err
	}
	return w.done(c)
}
