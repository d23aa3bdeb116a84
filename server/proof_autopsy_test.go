package server_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// autopsy reads everything that a dead server left, and fails the test for what it finds.
func autopsy(t *testing.T, data string, now time.Time, clients []*survivor) {
	t.Helper()
	checkClean(t, data, now)
	for _, finding := range compareAll(allContracts(t, data, now), clients) {
		t.Error(finding)
	}
}

func allContracts(t *testing.T, data string, now time.Time) map[string]*nuov1.Contract {
	t.Helper()
	s := openKept(t, data, now, true)
	defer s.Close()
	stored := map[string]*nuov1.Contract{}
	err := s.View(t.Context(), func(tx *store.Tx) error {
		for k, err := range store.Contracts.Scan(tx) {
			if err != nil {
				return err
			}
			stored[k.GetName()] = k
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

// compareAll finds the differences between what is stored and what the clients were told: that must be there, and nothing
// else but what a call without an answer may have done.
func compareAll(stored map[string]*nuov1.Contract, clients []*survivor) (findings []string) {
	stored = maps.Clone(stored)
	for _, c := range clients {
		findings = append(findings, c.compare(stored)...)
	}
	for name := range stored {
		findings = append(findings, name+": nobody asked for it")
	}
	return findings
}

// compare takes what the client knows of out of what is stored.
func (s *survivor) compare(stored map[string]*nuov1.Contract) (findings []string) {
	for name, p := range s.promises {
		k := stored[name]
		delete(stored, name)
		withdrawn := k.GetState() == nuov1.ContractState_CONTRACT_STATE_WITHDRAWN
		open := s.pending != nil && s.pending.withdraw.GetName() == name
		switch {
		case k == nil:
			findings = append(findings, name+": was acknowledged and is lost")
		case k.GetVolunteer() != proofPerson(p.person) || k.GetShift() != p.shift:
			findings = append(findings, name+": another's, or on another shift")
		case withdrawn != p.withdrawn && !open:
			findings = append(findings, fmt.Sprintf("%s: withdrawn %v, acknowledged as %v", name, withdrawn, p.withdrawn))
		}
	}
	if s.pending == nil || s.pending.claim == nil {
		return findings
	}
	for name, k := range stored {
		if k.GetVolunteer() == proofPerson(s.pending.person) && k.GetShift() == s.pending.claim.GetShift() {
			delete(stored, name)
			break
		}
	}
	return findings
}

// The comparison finds a lost claim, a lost withdrawal, and a claim that nobody made.
func TestErrComparisonFindsWhatIsLost(t *testing.T) {
	stored := map[string]*nuov1.Contract{
		"a": {Name: "a", Volunteer: proofPerson(1), Shift: "s", State: nuov1.ContractState_CONTRACT_STATE_DISPLAYED},
		"b": {Name: "b", Volunteer: proofPerson(1), Shift: "t", State: nuov1.ContractState_CONTRACT_STATE_WITHDRAWN},
	}
	for name, edit := range map[string]func(*survivor){
		"":             func(*survivor) {},
		"c: was":       func(s *survivor) { s.promises["c"] = &pledge{person: 1, shift: "s"} },
		"b: withdrawn": func(s *survivor) { s.promises["b"].withdrawn = false },
		"a: withdrawn": func(s *survivor) { s.promises["a"].withdrawn = true },
		"a: another's": func(s *survivor) { s.promises["a"].person = 2 },
		"a: nobody":    func(s *survivor) { delete(s.promises, "a") },
	} {
		s := &survivor{promises: map[string]*pledge{"a": {person: 1, shift: "s"}, "b": {person: 1, shift: "t", withdrawn: true}}}
		edit(s)
		findings := compareAll(stored, []*survivor{s})
		if name == "" && len(findings) > 0 || name != "" && (len(findings) != 1 || !strings.HasPrefix(findings[0], name)) {
			t.Errorf("%q: found %q", name, findings)
		}
	}
}
