package lifecycle

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// reached is what events have shown: by whom a row was used, and where it led.
type reached struct {
	by map[reachedBy]bool
	to map[reachedTo]bool
}

type reachedBy struct {
	from   nuov1.ContractState
	action nuov1.ContractAction
	role   nuov1.Role
}

type reachedTo struct {
	from   nuov1.ContractState
	action nuov1.ContractAction
	to     nuov1.ContractState
}

// note takes over every event of a world.
func (r *reached) note(w *world) {
	w.do(func(tx *store.Tx) error {
		for c, err := range store.Contracts.Scan(tx) {
			if err != nil {
				return err
			}
			for l, err := range store.ContractEvents.Scan(tx, c.GetName()) {
				if err != nil {
					return err
				}
				r.by[reachedBy{l.Event.GetFromState(), l.Event.GetAction(), l.Event.GetRole()}] = true
				r.to[reachedTo{l.Event.GetFromState(), l.Event.GetAction(), l.Event.GetToState()}] = true
			}
		}
		return nil
	})
}

// Every row is walked on a real store by each role that it names, to each state that it names: nothing in the table is
// there for show.
func TestOKEveryRowIsReached(t *testing.T) {
	r := &reached{map[reachedBy]bool{}, map[reachedTo]bool{}}
	play := func(f func(w *world, person string)) {
		w := newWorld(t)
		f(w, w.volunteer("one"))
		w.clean()
		r.note(w)
	}
	for _, f := range [][]func(*world, string){beginnings(), offers(), promises(), endings(), gates(), duties(), absences()} {
		for _, f := range f {
			play(f)
		}
	}
	for _, state := range []nuov1.ContractState{fulfilled, evaluated, excused, breached} {
		for _, to := range []nuov1.ContractState{fulfilled, excused, breached} {
			for _, asks := range []nuov1.Role{volunteer, committee} {
				for _, yes := range []bool{true, false} {
					play(func(w *world, p string) { corrects(w, bring(w, p, state), to, asks, yes) })
				}
			}
		}
	}
	for _, row := range Table {
		for _, role := range row.By {
			if !r.by[reachedBy{row.From, row.Action, role}] {
				t.Errorf("%v %v by %v is reached by no test", row.From, row.Action, role)
			}
		}
		for _, to := range row.To {
			if !r.to[reachedTo{row.From, row.Action, to}] {
				t.Errorf("%v %v to %v is reached by no test", row.From, row.Action, to)
			}
		}
	}
}

// corrects plays a correction of what is recorded, asked by one side and decided by the other.
func corrects(w *world, c *nuov1.Contract, to nuov1.ContractState, asks nuov1.Role, yes bool) {
	w.at("2020-02-10 13:00")
	asker, decider := as(c.GetVolunteer()), deputy
	if asks == committee {
		asker, decider = decider, asker
	}
	r := &nuov1.RequestCorrectionRequest{Name: c.GetName(), State: to, Reason: wrong}
	if to == fulfilled {
		r.CheckInTime = timestamppb.New(instant("2020-02-10 08:10"))
		r.CheckOutTime = timestamppb.New(instant("2020-02-10 11:00"))
	}
	must(w, asker, RequestCorrection, r)
	refuses(w, asker, DecideCorrection, &nuov1.DecideCorrectionRequest{Name: c.GetName(), Approve: yes},
		nuov1.ErrorReason_ERROR_REASON_SECOND_PERSON_REQUIRED)
	after := must(w, decider, DecideCorrection, &nuov1.DecideCorrectionRequest{Name: c.GetName(), Approve: yes})
	want := c.GetState()
	if yes && (to != fulfilled || want != evaluated) {
		want = to
	}
	if after.GetState() != want || after.GetPending() != nil {
		w.t.Errorf("%v corrected to %v: %v", c.GetState(), to, after)
	}
}

// beginnings are how a contract comes into being.
func beginnings() []func(*world, string) {
	onSite := func(a Actor) func(*world, string) {
		return func(w *world, p string) {
			shift := w.gate(4)
			w.at("2020-02-10 07:45")
			must(w, a, func(tx *store.Tx, a Actor, r *nuov1.RegisterOnSiteRequest) (*nuov1.Contract, error) {
				return RegisterOnSite(tx, a, p, r)
			}, &nuov1.RegisterOnSiteRequest{Shift: shift, Ledger: ledger1})
		}
	}
	offerAs := func(a Actor) func(*world, string) {
		return func(w *world, p string) {
			must(w, a, offerBy, &nuov1.OfferContractRequest{Shift: w.gate(1), Volunteer: p})
		}
	}
	return []func(*world, string){
		onSite(staff), onSite(leaderRole), offerAs(staff), offerAs(unitRole), offerAs(System),
		offerAs(streetRole), offerAs(actorOf(admin, "")), offerAs(actorOf(command, "")),
		func(w *world, p string) { lateEntry(w, p, w.gate(1), streetRole, true) },
		func(w *world, p string) { lateEntry(w, p, w.gate(1), deputy, false) },
		func(w *world, p string) { lateEntry(w, p, bring(w, p, displayed).GetShift(), deputy, true) },
		func(w *world, p string) { lateEntry(w, p, bring(w, p, absent).GetShift(), streetRole, false) },
	}
}

// lateEntry enters an attendance from paper, which a second person decides about.
func lateEntry(w *world, person, shift string, second Actor, yes bool) *nuov1.Contract {
	w.t.Helper()
	w.at("2020-02-10 20:00")
	c := must(w, staff, RecordLateEntry, &nuov1.RecordLateEntryRequest{
		Shift: shift, Volunteer: person, Ledger: ledger1,
		CheckInTime: timestamppb.New(instant("2020-02-10 08:00")), CheckOutTime: timestamppb.New(instant("2020-02-10 12:00")),
	})
	return must(w, second, DecideCorrection, &nuov1.DecideCorrectionRequest{Name: c.GetName(), Approve: yes})
}

// exempts records an exemption over the days of these tests.
func (w *world) exempts(person string) {
	w.t.Helper()
	w.do(func(tx *store.Tx) error {
		return ReleaseForExemption(tx, staff, person, instant("2020-02-01 00:00"), instant("2020-02-20 00:00"))
	})
}

// offers are what becomes of an offer or a wait.
func offers() []func(*world, string) {
	spoken := func(w *world, p string) *nuov1.Contract {
		return must(w, staff, SpokenYes, &nuov1.RecordSpokenYesRequest{Shift: w.gate(2), Volunteer: p})
	}
	waits := func(w *world, p string) *nuov1.Contract { return bring(w, p, waitlisted) }
	return []func(*world, string){
		func(w *world, p string) { // promoted
			c := waits(w, p)
			must0(w.t, w.amend(c.GetShift(), func(s *nuov1.Shift) { s.Capacity = 2 }))
			w.signs(c)
		},
		func(w *world, p string) { // the last hour
			c := waits(w, p)
			w.at("2020-02-10 07:30")
			must0(w.t, w.amend(c.GetShift(), func(s *nuov1.Shift) { s.Capacity = 2 }))
			w.signs(c)
		},
		func(w *world, p string) { w.withdraws(waits(w, p)) },
		func(w *world, p string) { waits(w, p); w.at("2020-02-10 08:00") },
		func(w *world, p string) { must0(w.t, w.cancelShift(waits(w, p).GetShift())) },
		func(w *world, p string) { waits(w, p); w.exempts(p) },
		func(w *world, p string) { w.signs(bring(w, p, offered)) },
		func(w *world, p string) { bring(w, p, declined) },
		func(w *world, p string) { bring(w, p, expired) },
		func(w *world, p string) {
			bring(w, p, offered)
			w.claims(p, w.shift("b", "2020-02-10 11:00", "2020-02-10 13:00", 1))
		},
		func(w *world, p string) { c := spoken(w, p); w.at("2020-02-10 07:50"); w.checksIn(c) },
		func(w *world, p string) {
			c := spoken(w, p)
			w.at("2020-02-10 07:50")
			must(w, leaderRole, CheckIn, &nuov1.CheckInRequest{Name: c.GetName()})
		},
		func(w *world, p string) {
			must(w, staff, Refuse, &nuov1.RefuseContractRequest{Name: bring(w, p, offered).GetName(), Reason: family})
		},
		func(w *world, p string) { must0(w.t, w.cancelShift(bring(w, p, offered).GetShift())) },
		func(w *world, p string) { reducesOne(w, bring(w, p, offered), staff) },
		func(w *world, p string) { reducesOne(w, bring(w, p, offered), leaderRole) },
		func(w *world, p string) { bring(w, p, offered); w.exempts(p) },
	}
}

// reducesOne lowers a shift until this contract, the last on it, goes.
func reducesOne(w *world, c *nuov1.Contract, a Actor) {
	w.t.Helper()
	w.claims(w.volunteer("stays"), c.GetShift())
	must0(w.t, w.reduce(a, c.GetShift(), 1, c.GetName()))
	w.is(c.GetName(), cancelled, nuov1.ReasonCode_REASON_CODE_REDUCED)
}

// promises are what becomes of a promise before it begins, signed or displayed.
func promises() (all []func(*world, string)) {
	for _, state := range []nuov1.ContractState{signed, displayed} {
		with := func(f func(*world, *nuov1.Contract)) {
			all = append(all, func(w *world, p string) { f(w, bring(w, p, state)) })
		}
		with(func(w *world, c *nuov1.Contract) {
			must(w, staff, Refuse, &nuov1.RefuseContractRequest{Name: c.GetName(), Reason: family})
		})
		with(func(w *world, c *nuov1.Contract) { w.withdraws(c) })
		with(func(w *world, c *nuov1.Contract) {
			w.at("2020-02-10 07:00")
			must(w, as(c.GetVolunteer()), AskLeave, &nuov1.AskLeaveRequest{Name: c.GetName(), Reason: family})
			must(w, staff, DecideLeave, &nuov1.DecideLeaveRequest{Name: c.GetName(), Uphold: state == signed, Reason: family})
		})
		for _, a := range []Actor{staff, compoundRole, leaderRole} {
			with(func(w *world, c *nuov1.Contract) {
				w.at("2020-02-10 07:45")
				must(w, a, CheckIn, &nuov1.CheckInRequest{Name: c.GetName()})
				must(w, a, UndoCheckIn, &nuov1.UndoCheckInRequest{Name: c.GetName()})
			})
		}
		with(func(w *world, c *nuov1.Contract) {
			w.at("2020-02-10 07:45")
			must(w, as(c.GetVolunteer()), CheckIn, &nuov1.CheckInRequest{Name: c.GetName(), SiteCode: w.siteCode(c.GetShift())})
			must(w, as(c.GetVolunteer()), UndoCheckIn, &nuov1.UndoCheckInRequest{Name: c.GetName()})
		})
		for _, a := range []Actor{staff, leaderRole} {
			with(func(w *world, c *nuov1.Contract) {
				w.at("2020-02-10 08:00")
				must(w, a, MarkAbsent, &nuov1.MarkAbsentRequest{Name: c.GetName()})
			})
			with(func(w *world, c *nuov1.Contract) { reducesOne(w, c, a) })
		}
		for _, yes := range []bool{true, false} {
			with(func(w *world, c *nuov1.Contract) {
				w.moved(c)
				must(w, as(c.GetVolunteer()), AnswerAmendment, &nuov1.AnswerAmendmentRequest{Name: c.GetName(), Revision: 2, Accept: yes})
			})
		}
		with(func(w *world, c *nuov1.Contract) { w.moved(c); w.at("2020-02-10 07:30") })
		with(func(w *world, c *nuov1.Contract) { must0(w.t, w.cancelShift(c.GetShift())) })
		with(func(w *world, c *nuov1.Contract) { w.exempts(c.GetVolunteer()) })
	}
	return append(all, func(w *world, p string) {
		must(w, staff, Accept, &nuov1.AcceptContractRequest{Name: bring(w, p, signed).GetName()})
	})
}

// moved has the shift begin an hour later.
func (w *world) moved(c *nuov1.Contract) {
	w.t.Helper()
	must0(w.t, w.amend(c.GetShift(), func(s *nuov1.Shift) {
		s.StartTime = timestamppb.New(s.GetStartTime().AsTime().Add(time.Hour))
		s.EndTime = timestamppb.New(s.GetEndTime().AsTime().Add(time.Hour))
	}))
}
