package server_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// mutant is a fault that is put into one file of the program, and the test that must catch it.
type mutant struct {
	name string
	file string
	old  string // stands exactly once in the file
	new  string
	test string
	pkg  string // of the test; "": the file's
	args []string
}

// The faults that this program must never have, and that its tests must never miss.
var mutants = []mutant{
	{
		name: "capacity not checked", file: "lifecycle/step.go", test: "TestErrShiftFullThenWaitlistIsPromotedInOrder",
		old: "return s.shift.GetCapacity() - s.slots.GetHeld() }", new: "return s.shift.GetCapacity() }",
	},
	{
		name: "overlap checked on the same shift only", file: "lifecycle/qualify.go", test: "TestErrOverlapIsHalfOpen",
		old: "if f := overlap(calendar, b); f != nil {\n\t\tfaults",
		new: "if f := overlap(slices.DeleteFunc(slices.Clone(calendar), func(e *storev1.CalendarEntry) bool " +
			"{ return e.GetShift() != s.shift.GetName() }), b); f != nil {\n\t\tfaults",
	},
	{
		name: "touching intervals overlap", file: "lifecycle/qualify.go", test: "TestErrOverlapIsHalfOpen",
		old: "return aFrom.Before(bTo) && bFrom.Before(aTo)", new: "return !aFrom.After(bTo) && !bFrom.After(aTo)",
	},
	{
		name: "exemption ignored", file: "lifecycle/qualify.go", test: "TestErrRulesOfTimeAndPerson",
		old: "return slices.ContainsFunc(v.GetExemptions(), ", new: "return false && slices.ContainsFunc(v.GetExemptions(), ",
	},
	{
		name: "event missing", file: "lifecycle/apply.go", test: "TestOKClaimSignsAndListAccepts",
		old: "\tw.touch(cs)\n\treturn w.record(c, from, ch)",
		new: "\tw.touch(cs)\n\tif ch.action == accept {\n\t\treturn nil\n\t}\n\treturn w.record(c, from, ch)",
	},
	{
		name: "counter not updated", file: "lifecycle/apply.go", test: "TestErrShiftFullThenWaitlistIsPromotedInOrder",
		old: "n.Held += after.held - before.held", new: "n.Held += max(after.held-before.held, 0)",
	},
	{
		name: "waitlist overtaken", file: "lifecycle/claim.go", test: "TestOKSigningCrossesOtherOffers",
		old: "if s.free() > 0 && s.slots.GetWaiting() > 0 &&", new: "if false && s.slots.GetWaiting() > 0 &&",
	},
	{
		name: "promotion not in order", file: "lifecycle/promote.go", test: "TestErrShiftFullThenWaitlistIsPromotedInOrder",
		old: "From: []any{last + 1}}", new: "From: []any{last + 1}, Reverse: true}",
	},
	{
		name: "offer outlives its time", file: "lifecycle/offer.go", test: "TestOKOfferThatExpiresGoesToTheNext",
		old: "if half := s.latest().Sub(w.now) / 2; half < life {", new: "if half := s.latest().Sub(w.now); half > life {",
	},
	{
		name: "terms not bound to the signature", file: "lifecycle/claim.go", test: "TestOKClaimSignsAndListAccepts",
		old: "c.Revision, c.TermsHash = s.shift.GetRevision(), hash", new: "c.Revision, _ = s.shift.GetRevision(), hash",
	},
	{
		name: "second person not required", file: "lifecycle/guard.go", test: "TestErrSecondPersonRequired",
		old: "if w.actor.same(c.GetPending().GetBy()) || w.owns(c) {", new: "if false {",
	},
	{
		name: "one's own contract confirmed", file: "lifecycle/guard.go", test: "TestErrOwnContract",
		old: "func checkNotOwn(w *step, _ *shiftStep, c *nuov1.Contract) error {\n\tif w.owns(c) {",
		new: "func checkNotOwn(w *step, _ *shiftStep, c *nuov1.Contract) error {\n\tif false {",
	},
	{
		name: "signed for another", file: "lifecycle/table.go", test: "TestErrNobodySignsForAnother",
		old: "{offered, sign, by(volunteer),", new: "{offered, sign, by(volunteer, committee),",
	},
	{
		name: "door shown outside its hours", file: "tasklist/door_show.go", test: "TestErrWrongTimeShowDoorsTooEarly",
		old: "lifecycle.MayShowDoors(c.Tx, contract)", new: "lifecycle.VerifyContract(c.Tx, contract, func(lifecycle.Problem) {})",
	},
	{
		name: "door shown without a trace", file: "tasklist/door_show.go", test: "TestOKShowDoorsIsWrittenDown",
		old: "return store.ViewEvents.Put(c.Tx, &storev1.ViewEvent{",
		new: "return func(...any) error { return nil }(c.Tx, &storev1.ViewEvent{",
	},
	{
		name: "revoked token accepted", file: "call/holder.go", test: "TestOKRevocationCountsFromTheNextCallOn",
		old: "return t.GetRevokeTime() == nil && ", new: "return ", pkg: "./server/identity",
	},
	{
		name: "request id not stored", file: "call/mutate.go", test: "TestOKRepeatsHaveOneEffect",
		old: "return keep(c, seal, res)", new: "return nil",
	},
	{
		name: "repeat not authorised", file: "call/mutate.go", test: "TestErrRepeatIsAuthorisedAgain",
		old: "if err := c.Allow(policy.Facts{Within: kept.GetWithin(), Leader: kept.GetLeader()}); err != nil {\n\t\treturn none, err\n\t}",
		new: "_ = policy.Facts{}\n\tc.allowed = true",
	},
	{
		name: "answered before the commit", file: "kv/boltkv/writer.go", test: "TestNoUnsyncedRead",
		old: "err := w.commit()\n\tw.tx, w.data, w.base = nil, nil, nil\n\tw.answer(err)",
		new: "w.answer(nil)\n\t_ = w.commit()\n\tw.tx, w.data, w.base = nil, nil, nil",
	},
	{
		name: "answered before the commit, as a client sees it", file: "kv/boltkv/writer.go", test: "TestOKKillLoop",
		old: "err := w.commit()\n\tw.tx, w.data, w.base = nil, nil, nil\n\tw.answer(err)",
		new: "w.answer(nil)\n\t_ = w.commit()\n\tw.tx, w.data, w.base = nil, nil, nil",
		pkg: "./server", args: []string{"-kills=10"},
	},
	{
		name: "failed sync answered as done", file: "kv/boltkv/commit.go", test: "TestErrUnknown",
		old: "return e.commitFailed(err)", new: "_ = e.commitFailed",
	},
	{
		name: "refusal writes", file: "kv/boltkv/writer.go", test: "TestSuite",
		old: "if c.err == nil && c.panicked == nil && !c.exited {", new: "if c.panicked == nil && !c.exited {",
	},
	{
		name: "state read before it is durable", file: "kv/boltkv/view.go", test: "TestNoUnsyncedRead",
		old: "for int64(tx.ID()) > e.durable.Load() {", new: "for false {",
	},
	{
		name: "update missing from the feed", file: "kv/boltkv/feed.go", test: "TestLongFeed",
		old: "if n++; n > maxRead {\n\t\t\treturn changes, at, nil", new: "if n++; n > maxRead {\n\t\t\treturn changes, last, nil",
	},
	{
		name: "flipped bit served", file: "store/record.go", test: "TestErrDamagedByAnyFlippedBit",
		old: "case binary.BigEndian.Uint32(value[1:]) != checksum(key, value):", new: "case false:",
	},
	{
		name: "index entry left behind", file: "store/index.go", test: "TestOKPutMovesIndexEntriesAndDeleteRemovesThem",
		old: "if !has(after, e) {", new: "if false {",
	},
	{
		name: "a plan asks whoever it likes", file: "matching/problem.go", test: "TestOKAPlanGivesWhatAClaimWouldTake",
		old: "why = first(o.PersonalRefusals(c.Candidate))", new: "why = none",
	},
	{
		name: "a plan asks again who gave up", file: "lifecycle/eligible.go", test: "TestErrWhoGaveUpIsNotAskedAgain",
		old: "before.gaveUp || gaveUp(h.GetState())", new: "gaveUp(h.GetState())",
	},
	{
		name: "a plan's offer that could not be signed", file: "lifecycle/plan.go", test: "TestErrPlaceThatChanged",
		old: "return c, p.signable(s, want.Volunteer)", new: "return c, nil",
	},
	{
		name: "a plan's offer beyond the capacity", file: "lifecycle/plan.go", test: "TestErrOneStepCrossesNothing",
		old: "if !free || int(s.free()-s.slots.GetWaiting()) < slots {", new: "if false {\n\t\t_ = free",
	},
	{
		name: "crew split by a step", file: "lifecycle/plan.go", test: "TestErrCrewIsNotSplit",
		old: "case split:", new: "case split && false:",
	},
	{
		name: "crew split by an offer", file: "matching/apply_offer.go", test: "TestErrCrewIsOfferedWholeOrNotAtAll",
		old: "joins := p.GetCrew() > 0 && ", new: "joins := false && ",
	},
	{
		name: "a place offered again after a step", file: "matching/apply_offer.go", test: "TestOKThreeHundredOffersGoInSteps",
		old: "\treturn true, store.MatchWorks.Put(tx, w)",
		new: "\tif w.GetApplyNumber() == offerStep+1 {\n\t\tw.ApplyNumber--\n\t}\n\treturn true, store.MatchWorks.Put(tx, w)",
	},
	{
		name: "offers go on without the role", file: "matching/apply_end.go", test: "TestErrALostRoleEndsTheOffers",
		old: "if err == nil && !may || damaged(err) {", new: "if false {\n\t\t_ = may",
	},
	{
		name: "half a round offered after a stop", file: "matching/work.go", test: "TestOKHalfARoundIsDropped",
		old: "n, err = purge(tx, m.GetName(), before+1)", new: "n, err = purge(tx, m.GetName(), before+1_000)",
	},
	{
		name: "a later round forgets the first", file: "matching/apply_rest.go", test: "TestOKLaterRoundsHeedTheFirst",
		old: "r.solve(ctx, m, &ownOffers{given: own.given})", new: "r.solve(ctx, m, &ownOffers{})",
	},
	{
		name: "what changed is not looked for", file: "matching/apply_rest.go", test: "TestOKWhatIsNewIsPlannedToo",
		old: "!w.GetChanged() && bytes.Equal(made, w.GetFingerprint())", new: "!w.GetChanged() && bytes.Equal(made, made)",
	},
	{
		name: "a volunteer is told who holds what", file: "matching/explain_tell.go", test: "TestOKAVolunteerIsToldAboutOneself",
		old: "case x.self:", new: "case false:",
	},
	{
		name: "a volunteer sees a plan's counts", file: "matching/list.go", test: "TestOKAVolunteerIsToldAboutOneself",
		old: "append(page, toVolunteer(m))", new: "append(page, m)",
	},
	{
		name: "a plan shows names to who may not see them", file: "matching/placement.go", test: "TestOKNamesAreShownToWhoMaySeeThem",
		old: "if s.c.Caller.SeesPerson(", new: "if true || s.c.Caller.SeesPerson(",
	},
}

// Each fault is built into a copy of one file, which overlays the original, and the test that is named must fail: a test
// that passes, does not compile or is no longer there does not catch anything. No file of the program is touched. What
// takes time is the compiler and the linker: it is told to optimise nothing, which is a third less.
func TestErrSeededFaultsAreCaught(t *testing.T) {
	t.Parallel()
	if raced {
		return // says nothing about races, and is slow
	}
	chosen := mutants
	if testing.Short() {
		chosen = mutants[:3]
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	next := make(chan mutant)
	for range 2 {
		wg.Go(func() {
			for m := range next {
				if missed := m.missed(t, root); missed != "" {
					t.Errorf("%s: %s", m.name, missed)
				}
			}
		})
	}
	for _, m := range chosen {
		next <- m
	}
	close(next)
	wg.Wait()
	t.Logf("%d faults", len(chosen))
}

// missed tells why the fault was not caught, "" if it was.
func (m mutant) missed(t *testing.T, root string) string {
	file := filepath.Join(root, "server", filepath.FromSlash(m.file))
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	if n := strings.Count(string(text), m.old); n != 1 {
		return fmt.Sprintf("the text to be changed stands in %s %d times, not once", m.file, n)
	}
	dir := t.TempDir()
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{file: filepath.Join(dir, "mutant.go")}})
	if err != nil {
		return err.Error()
	}
	for name, content := range map[string]string{
		"mutant.go": strings.Replace(string(text), m.old, m.new, 1), "overlay.json": string(overlay),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return err.Error()
		}
	}
	pkg := cmp.Or(m.pkg, "./"+path.Join("server", path.Dir(m.file)))
	cmd := exec.CommandContext(t.Context(), "go", "test", "-vet=off", "-count=1", "-failfast", "-short", "-timeout=1m",
		"-gcflags=-N -l", "-ldflags=-s -w", "-overlay="+filepath.Join(dir, "overlay.json"), "-run=^"+m.test+"$", pkg)
	cmd.Args = append(cmd.Args, m.args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GOGC=400") // two at a time, and memory is cheaper than time
	out, err := cmd.CombinedOutput()
	switch said := string(out); {
	case err == nil:
		return m.test + " passes with it\n" + said
	case !strings.Contains(said, "--- FAIL: "+m.test) && !strings.Contains(said, "panic: "):
		return m.test + " did not run\n" + said
	}
	return ""
}
