package report_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

func TestOKContractsBehindAFigure(t *testing.T) {
	h := opened(t)
	furnish(h)
	all := h.list(ofCourt, court, keyReached, "", 2)
	var names []string
	var sum int64
	for _, c := range all.GetContracts() {
		names = append(names, c.GetContract()[len("contracts/"):])
		sum += c.GetValue()
		if c.GetVolunteer() == "" || c.GetTitle() == "" || c.GetStartTime() == nil || c.GetEndTime() == nil {
			t.Errorf("lacks something: %v", c)
		}
		if gone := c.GetVolunteer() == volunteer("g"); gone != (c.GetPersonName() == "") {
			t.Errorf("%s is named %q", c.GetVolunteer(), c.GetPersonName())
		}
	}
	if want := []string{"s1a", "s1b", "s1c", "s2d", "s2g", "s3b"}; !slices.Equal(names, want) || sum != 19 {
		t.Errorf("%v of %d, want %v of 19", names, sum, want)
	}
	if all.GetTotalSize() != 6 || text(all.GetValue()) != "19 16 3 -" {
		t.Errorf("%d contracts, %s", all.GetTotalSize(), text(all.GetValue()))
	}
	if of := h.list(ofCourt, court, nuov1.FigureKey_FIGURE_KEY_PARTICIPATION_RATE, branch2, 9); len(of.GetContracts()) != 1 {
		t.Errorf("behind a rate: %v", of)
	}
	for _, c := range h.list(auditor, court, keyTimes, "", 9).GetContracts() {
		if c.GetVolunteer()+c.GetPersonName() != "" {
			t.Errorf("the auditor is told of %s", c.GetVolunteer())
		}
	}
	for _, c := range h.list(ofMingzhu, mingzhu, keyTimes, "", 9).GetContracts() {
		if c.GetVolunteer() == "" || c.GetPersonName() != "" {
			t.Errorf("the community is told %q of %q", c.GetPersonName(), c.GetVolunteer())
		}
	}
}

func TestErrListOfWhatIsNot(t *testing.T) {
	h := opened(t)
	furnish(h)
	for _, c := range []struct {
		subject string
		key     nuov1.FigureKey
		row     string
	}{
		{court, keyMembers, ""},
		{court, keyWithheld, ""},
		{mingzhu, keyPart, ""},
		{court, keyTimes, bureau + "/branches/1"},
		{court, keyTimes, volunteer("nobody")},
		{mingzhu, keyTimes, branch1},
	} {
		caller := ofCourt
		if c.subject == mingzhu {
			caller = ofMingzhu
		}
		_, err := h.page(caller, &nuov1.ListReportContractsRequest{Subject: c.subject, Figure: c.key, Row: c.row})
		wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD, fmt.Sprint(c))
	}
	_, err := h.page(auditor, &nuov1.ListReportContractsRequest{Subject: court, Figure: keyTimes, Row: volunteer("a")})
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED, "the auditor asks of a member")
	_, err = h.page(ofCourt, &nuov1.ListReportContractsRequest{Subject: court, Figure: keyTimes, PageToken: "AAAA"})
	wantReason(t, err, nuov1.ErrorReason_ERROR_REASON_INVALID_PAGE_TOKEN, "a made-up token")
}

// once are the figures that count something once: a list of them is longer than they are.
var once = map[nuov1.FigureKey]func(*nuov1.ReportContract) string{
	keyPart: (*nuov1.ReportContract).GetVolunteer, keyServing: (*nuov1.ReportContract).GetVolunteer,
	keyCommunity: (*nuov1.ReportContract).GetCommunity,
}

// In any world the rows of a table add up to the figure, and what is listed behind a figure gives the figure.
func TestOKRowsAddUpAndListsCountTheSame(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h, done := open(rt)
		defer done()
		populate(h, rt)
		r := h.report(ofCourt, court)
		for _, f := range r.GetFigures() {
			addsUp(h, f, r.GetBranches(), f.GetKey() == keyServing || f.GetKey() == keyCommunity)
			addsUp(h, f, r.GetMembers(), f.GetKey() == keyCommunity)
			if f.GetHasContracts() {
				countsTheSame(h, court, f, "")
			}
		}
		for _, row := range append(r.GetBranches(), r.GetMembers()...) {
			for _, f := range row.GetFigures() {
				if figureIn(r, f.GetKey()).GetHasContracts() {
					countsTheSame(h, court, &nuov1.Figure{Key: f.GetKey(), Value: f.GetValue()}, row.GetName())
				}
			}
		}
	})
}

// populate draws people of two branches and none, shifts, and contracts of every ended state.
func populate(h *house, rt *rapid.T) {
	h.Helper()
	branches := []string{branch1, branch2, ""}
	for i := range 6 {
		h.member(fmt.Sprint(i), rapid.SampledFrom(branches).Draw(rt, "branch"), func(v *nuov1.Volunteer) {
			if rapid.IntRange(0, 4).Draw(rt, "consent") == 0 {
				v.Consents = nil
			}
			if rapid.IntRange(0, 4).Draw(rt, "left") == 0 {
				v.Unit, v.Branch = bureau, ""
			}
			v.ServiceStatus = nuov1.ServiceStatus(rapid.IntRange(0, 3).Draw(rt, "service"))
			v.PoliticalStatus = nuov1.PoliticalStatus(rapid.IntRange(0, 3).Draw(rt, "politics"))
		})
		h.event(court, "2020-01-01 00:00", "CreateVolunteer", "member", volunteer(fmt.Sprint(i)))
	}
	for s := range rapid.IntRange(0, 5).Draw(rt, "shifts") {
		id := fmt.Sprint(s)
		day := fmt.Sprintf("2020-0%d-1%d 08:00", 1+s, s)
		h.shift(id, rapid.SampledFrom([]string{mingzhu, xingzhou}).Draw(rt, "community"), day, rapid.Int32Range(0, 40).Draw(rt, "reached"))
		for i := range 6 {
			state := nuov1.ContractState(rapid.IntRange(6, 17).Draw(rt, "state"))
			if state > isCancelled {
				state = isFulfilled
			}
			ledger := rapid.SampledFrom([]nuov1.Ledger{vol, duty}).Draw(rt, "ledger")
			branch := rapid.SampledFrom(branches).Draw(rt, "signed")
			h.contract(id+"-"+fmt.Sprint(i), fmt.Sprint(i), branch, id, ledger, state, rapid.Int32Range(0, 400).Draw(rt, "hours"),
				func(c *nuov1.Contract) { c.Rating = rapid.Int32Range(0, 5).Draw(rt, "rating") })
		}
	}
}

// addsUp holds the rows that have the figure to adding up to it, ledger by ledger.
func addsUp(h *house, f *nuov1.Figure, rows []*nuov1.ReportRow, distinct bool) {
	h.Helper()
	var total, volunteering, onDuty, base int64
	has := false
	for _, r := range rows {
		if v := rowFigure(r, f.GetKey()); v != nil {
			has = true
			total, volunteering, onDuty, base = total+v.GetTotal(), volunteering+v.GetVolunteering(), onDuty+v.GetDuty(), base+v.GetBase()
		}
	}
	v := f.GetValue()
	if has && !distinct && (total != v.GetTotal() || volunteering != v.GetVolunteering() || onDuty != v.GetDuty() || base != v.GetBase()) {
		h.Errorf("rows of %v add up to %d %d %d %d, the figure is %s", f.GetKey(), total, volunteering, onDuty, base, text(v))
	}
	var parts int64
	for _, p := range f.GetParts() {
		parts += p.GetCount()
	}
	whole := v.GetTotal()
	if v.Base != nil {
		whole = v.GetBase()
	}
	if len(f.GetParts()) > 0 && parts != whole {
		h.Errorf("parts of %v add up to %d, the figure is %s", f.GetKey(), parts, text(v))
	}
}

// countsTheSame lists what is behind a figure and counts it by itself.
func countsTheSame(h *house, subject string, f *nuov1.Figure, row string) {
	h.Helper()
	all := h.list(ofCourt, subject, f.GetKey(), row, 4)
	var total, volunteering, onDuty int64
	seen, seenVol, seenDuty := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, c := range all.GetContracts() {
		key := c.GetContract()
		if of := once[f.GetKey()]; of != nil {
			key = of(c)
		}
		seen[key] = true
		total += c.GetValue()
		if c.GetLedger() == duty {
			onDuty, seenDuty[key] = onDuty+c.GetValue(), true
		} else {
			volunteering, seenVol[key] = volunteering+c.GetValue(), true
		}
	}
	if once[f.GetKey()] != nil {
		total, volunteering, onDuty = int64(len(seen)), int64(len(seenVol)), int64(len(seenDuty))
	}
	v := f.GetValue()
	if int(all.GetTotalSize()) != len(all.GetContracts()) || text(all.GetValue()) != text(v) {
		h.Errorf("%v in %q: %d of %d listed, %s is %s", f.GetKey(), row, len(all.GetContracts()), all.GetTotalSize(), text(v), text(all.GetValue()))
	}
	if f.GetKey() == nuov1.FigureKey_FIGURE_KEY_PARTICIPATION_RATE {
		return // of what it divides, TAKING_PART, this is asked too
	}
	wrong := v.Total != nil && total != v.GetTotal() || v.Volunteering != nil && volunteering != v.GetVolunteering() ||
		v.Duty != nil && onDuty != v.GetDuty() || v.Base != nil && int64(len(all.GetContracts())) != v.GetBase()
	if wrong {
		h.Errorf("%v in %q is %s; the list gives %d %d %d", f.GetKey(), row, text(v), total, volunteering, onDuty)
	}
}
