package lifecycle

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// gates are what happens at the gate and while somebody is on duty.
func gates() (all []func(*world, string)) {
	for _, role := range []nuov1.Role{volunteer, committee, leader} {
		with := func(f func(*world, Actor, *nuov1.Contract)) {
			all = append(all, func(w *world, p string) { f(w, actorOf(role, p), bring(w, p, inFulfilment)) })
		}
		with(func(w *world, a Actor, c *nuov1.Contract) {
			must(w, a, CheckOut, &nuov1.CheckOutRequest{Name: c.GetName()})
		})
		with(func(w *world, a Actor, c *nuov1.Contract) {
			must(w, a, StopForHealth, &nuov1.StopForHealthRequest{Name: c.GetName()})
		})
		with(func(w *world, a Actor, c *nuov1.Contract) {
			must(w, a, Extend, &nuov1.ExtendContractRequest{
				Name: c.GetName(), Reason: reliefIs,
				EndTime: timestamppb.New(instant("2020-02-10 14:00")),
			})
		})
	}
	return append(all, func(w *world, p string) { must0(w.t, w.cutShort(bring(w, p, inFulfilment).GetShift())) })
}

// duties are a forgotten check-out, and what follows the confirmed hours.
func duties() (all []func(*world, string)) {
	for _, asks := range []nuov1.Role{volunteer, committee} {
		for _, second := range []Actor{deputy, streetRole} {
			for _, yes := range []bool{true, false} {
				all = append(all, func(w *world, p string) {
					c := bring(w, p, inFulfilment)
					w.at("2020-02-10 14:00")
					must(w, actorOf(asks, p), EnterCheckOut, &nuov1.EnterCheckOutRequest{
						Name:         c.GetName(),
						CheckOutTime: timestamppb.New(instant("2020-02-10 12:10")),
					})
					must(w, second, DecideCorrection, &nuov1.DecideCorrectionRequest{Name: c.GetName(), Approve: yes})
				})
			}
		}
	}
	for _, state := range []nuov1.ContractState{fulfilled, evaluated} {
		all = append(all, func(w *world, p string) {
			c := bring(w, p, state)
			must(w, as(p), Rate, &nuov1.RateShiftRequest{Name: c.GetName(), Rating: 4})
			must(w, staff, Evaluate, &nuov1.EvaluateContractRequest{Name: c.GetName(), Rating: 3, ByServedParty: true})
			w.is(c.GetName(), state, c.GetReason())
		})
	}
	return all
}

// endings are who is absent by the system, after a day in which nobody decided.
func endings() []func(*world, string) {
	return []func(*world, string){func(w *world, p string) {
		c := bring(w, p, displayed)
		other := w.claims(w.volunteer("two"), c.GetShift())
		w.at("2020-02-10 08:00")
		w.checksIn(other)
		w.at("2020-02-11 12:00")
		w.is(c.GetName(), absent, nuov1.ReasonCode_REASON_CODE_UNDECIDED)
	}}
}

// absences are what becomes of an absence.
func absences() []func(*world, string) {
	return []func(*world, string){
		func(w *world, p string) { bring(w, p, excused) },
		func(w *world, p string) { bring(w, p, breached); w.exempts(p) },
		func(w *world, p string) { bring(w, p, absent); w.exempts(p) },
	}
}
