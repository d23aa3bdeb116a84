package report

import (
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/lifecycle"
)

// figure says which people or contracts are behind one figure and what each adds. Exactly one of person, ratio, number
// and in is set.
type figure struct {
	key     nuov1.FigureKey
	measure nuov1.FigureMeasure
	kinds   kind
	// branch and member tell which rows have it.
	branch, member bool

	// person picks people.
	person func(*person) bool
	// ratio divides another figure by MEMBERS.
	ratio nuov1.FigureKey
	// number is taken as it is.
	number func(*world) int64
	// in picks contracts.
	in func(*world, *entry) bool
	// amount is what a picked contract adds; nil means 1.
	amount func(*entry) int64
	// once names what is counted once however many contracts are behind it.
	once func(*entry) string
	// based gives the number of contracts as what the value is divided by.
	based bool
	// split shows both ledgers; apart, them alone.
	split, apart bool
	// byPerson puts a contract into the row of its volunteer's branch rather than the one that it was signed in.
	byPerson bool
	// withheld picks among what is not fed back; it leads to no contracts.
	withheld bool
	// part tells of which part a person or contract is.
	personPart func(*person) part
	part       func(*entry) part
}

// part is a part of a figure.
type part struct {
	exemption nuov1.ExemptionCategory
	reason    nuov1.ReasonCode
	rating    int32
}

const (
	everywhere = ofUnit | ofPlace | ofDistrict
	withStaff  = ofUnit | ofDistrict

	inPeople    = nuov1.FigureMeasure_FIGURE_MEASURE_PEOPLE
	inTimes     = nuov1.FigureMeasure_FIGURE_MEASURE_TIMES
	inContracts = nuov1.FigureMeasure_FIGURE_MEASURE_CONTRACTS
)

// figures are all, in the order of their keys. A figure is defined here and nowhere else; its words are in words.go.
var figures = []*figure{
	people(nuov1.FigureKey_FIGURE_KEY_MEMBERS, (*person).member),
	people(nuov1.FigureKey_FIGURE_KEY_PROBATIONARY, func(p *person) bool { return p.member() && p.trial }),
	people(nuov1.FigureKey_FIGURE_KEY_OTHER_STAFF, func(p *person) bool { return p.service == inService && !p.party }),
	people(nuov1.FigureKey_FIGURE_KEY_RETIRED, stands(nuov1.ServiceStatus_SERVICE_STATUS_RETIRED)),
	people(nuov1.FigureKey_FIGURE_KEY_SECONDED, stands(nuov1.ServiceStatus_SERVICE_STATUS_SECONDED)),
	people(nuov1.FigureKey_FIGURE_KEY_STANDING_NOT_STATED, stands(nuov1.ServiceStatus_SERVICE_STATUS_UNSPECIFIED)),
	{
		key: nuov1.FigureKey_FIGURE_KEY_REGISTERED, measure: inPeople, kinds: everywhere, branch: true, member: true,
		person: func(p *person) bool { return p.member() && p.registered },
	},
	ratio(nuov1.FigureKey_FIGURE_KEY_REGISTRATION_RATE, nuov1.FigureKey_FIGURE_KEY_REGISTERED),
	{
		key: nuov1.FigureKey_FIGURE_KEY_NOT_REGISTERED, measure: inPeople, kinds: withStaff, branch: true,
		person: func(p *person) bool { return p.member() && !p.registered }, personPart: byExemption,
	},
	{
		key: nuov1.FigureKey_FIGURE_KEY_EXEMPT, measure: inPeople, kinds: withStaff, branch: true,
		person: func(p *person) bool { return p.member() && len(p.exempt) > 0 }, personPart: byExemption,
	},
	{
		key: nuov1.FigureKey_FIGURE_KEY_TAKING_PART, measure: inPeople, kinds: withStaff, branch: true, member: true,
		in:   func(w *world, e *entry) bool { return e.fulfilled() && w.people[e.contract.GetVolunteer()].member() },
		once: volunteerOf, byPerson: true, split: true,
	},
	ratio(nuov1.FigureKey_FIGURE_KEY_PARTICIPATION_RATE, nuov1.FigureKey_FIGURE_KEY_TAKING_PART),
	{
		key: nuov1.FigureKey_FIGURE_KEY_PEOPLE_SERVING, measure: inPeople, kinds: everywhere, branch: true,
		in: fulfilled, once: volunteerOf, split: true,
	},
	{
		key: nuov1.FigureKey_FIGURE_KEY_PERSON_TIMES, measure: inTimes, kinds: everywhere, branch: true, member: true,
		in: fulfilled, split: true,
	},
	{
		key: nuov1.FigureKey_FIGURE_KEY_PEOPLE_REACHED, measure: inTimes, kinds: everywhere, branch: true, member: true,
		in: fulfilled, amount: func(e *entry) int64 { return e.reached }, split: true,
	},
	{
		key: nuov1.FigureKey_FIGURE_KEY_SERVICES, measure: inTimes, kinds: everywhere, branch: true, member: true,
		in: fulfilled, split: true,
	},
	{
		key: nuov1.FigureKey_FIGURE_KEY_DOORS, measure: nuov1.FigureMeasure_FIGURE_MEASURE_DOORS,
		kinds: everywhere, branch: true, member: true,
		in: func(_ *world, e *entry) bool { return e.doors > 0 }, amount: func(e *entry) int64 { return e.doors }, split: true,
	},
	{
		key: nuov1.FigureKey_FIGURE_KEY_DOORS_BY_COMMITTEE, measure: nuov1.FigureMeasure_FIGURE_MEASURE_DOORS,
		kinds: ofPlace | ofDistrict, number: func(w *world) int64 { return w.committeeDoors },
	},
	{
		key: nuov1.FigureKey_FIGURE_KEY_HOURS, measure: nuov1.FigureMeasure_FIGURE_MEASURE_HUNDREDTHS_OF_HOUR,
		kinds: everywhere, branch: true, member: true,
		in: fulfilled, amount: func(e *entry) int64 { return int64(e.contract.GetHoursHundredths()) }, split: true, apart: true,
	},
	{
		key: nuov1.FigureKey_FIGURE_KEY_COMMUNITIES, measure: nuov1.FigureMeasure_FIGURE_MEASURE_COMMUNITIES,
		kinds: everywhere, branch: true, member: true,
		in: fulfilled, once: func(e *entry) string { return e.contract.GetCommunity() }, split: true,
	},
	{
		key: nuov1.FigureKey_FIGURE_KEY_FULFILMENT_RATE, measure: nuov1.FigureMeasure_FIGURE_MEASURE_RATIO,
		kinds: everywhere, branch: true,
		in: func(w *world, e *entry) bool { return e.fulfilled() || breached(w, e) },
		amount: func(e *entry) int64 {
			if e.fulfilled() {
				return 1
			}
			return 0
		}, based: true,
	},
	ended(nuov1.FigureKey_FIGURE_KEY_BREACHED, breached),
	ended(nuov1.FigureKey_FIGURE_KEY_EXCUSED, in(nuov1.ContractState_CONTRACT_STATE_EXCUSED)),
	ended(nuov1.FigureKey_FIGURE_KEY_WITHDRAWN, promised(nuov1.ContractState_CONTRACT_STATE_WITHDRAWN)),
	ended(nuov1.FigureKey_FIGURE_KEY_CANCELLED, promised(nuov1.ContractState_CONTRACT_STATE_CANCELLED)),
	{
		key: nuov1.FigureKey_FIGURE_KEY_UNDECIDED, measure: inContracts, kinds: everywhere, branch: true,
		in: in(nuov1.ContractState_CONTRACT_STATE_ABSENT),
	},
	{key: nuov1.FigureKey_FIGURE_KEY_OPEN, measure: inContracts, kinds: everywhere, branch: true, in: waits},
	mean(nuov1.FigureKey_FIGURE_KEY_EVALUATION, (*nuov1.Contract).GetRating),
	mean(nuov1.FigureKey_FIGURE_KEY_SERVED_PARTY_EVALUATION, (*nuov1.Contract).GetServedPartyRating),
	{
		key: nuov1.FigureKey_FIGURE_KEY_NOT_FED_BACK, measure: inTimes, kinds: ofUnit, branch: true,
		in: fulfilled, withheld: true,
	},
}

// figureOf finds a figure that reports of a kind have.
func figureOf(key nuov1.FigureKey, k kind) (*figure, bool) {
	for _, f := range figures {
		if f.key == key && f.kinds&k != 0 {
			return f, true
		}
	}
	return nil, false
}

// people counts people by their standing.
func people(key nuov1.FigureKey, pick func(*person) bool) *figure {
	return &figure{key: key, measure: inPeople, kinds: withStaff, branch: true, person: pick}
}

// ratio divides a figure by the members.
func ratio(key, of nuov1.FigureKey) *figure {
	return &figure{
		key: key, measure: nuov1.FigureMeasure_FIGURE_MEASURE_RATIO, kinds: withStaff, branch: true, ratio: of,
	}
}

// ended counts contracts that came to nothing, by reason.
func ended(key nuov1.FigureKey, pick func(*world, *entry) bool) *figure {
	return &figure{
		key: key, measure: inContracts, kinds: everywhere, branch: true, in: pick,
		part: func(e *entry) part { return part{reason: reasonOf(e)} },
	}
}

// mean is that of a rating, of the subject as a whole alone: a mean of one person's ratings would rank people.
func mean(key nuov1.FigureKey, rating func(*nuov1.Contract) int32) *figure {
	return &figure{
		key: key, measure: nuov1.FigureMeasure_FIGURE_MEASURE_MEAN, kinds: everywhere, based: true,
		in:     func(_ *world, e *entry) bool { return e.fulfilled() && rating(e.contract) > 0 },
		amount: func(e *entry) int64 { return int64(rating(e.contract)) },
		part:   func(e *entry) part { return part{rating: rating(e.contract)} },
	}
}

func stands(s nuov1.ServiceStatus) func(*person) bool {
	return func(p *person) bool { return p.service == s }
}

func byExemption(p *person) part { return part{exemption: p.category()} }

func volunteerOf(e *entry) string { return e.contract.GetVolunteer() }

func fulfilled(_ *world, e *entry) bool { return e.fulfilled() }

func in(s nuov1.ContractState) func(*world, *entry) bool {
	return func(_ *world, e *entry) bool { return e.contract.GetState() == s }
}

var breached = in(nuov1.ContractState_CONTRACT_STATE_BREACHED)

// promised picks contracts of a state that had been signed: an offer or a place in the waitlist is no promise.
func promised(s nuov1.ContractState) func(*world, *entry) bool {
	return func(_ *world, e *entry) bool { return e.contract.GetState() == s && e.contract.GetSignTime() != nil }
}

// waits picks contracts whose shift is over and about which somebody's word is still to come.
func waits(w *world, e *entry) bool {
	if e.end.After(w.period.now) {
		return false
	}
	switch e.contract.GetState() {
	case nuov1.ContractState_CONTRACT_STATE_SIGNED, nuov1.ContractState_CONTRACT_STATE_DISPLAYED,
		nuov1.ContractState_CONTRACT_STATE_IN_FULFILMENT, nuov1.ContractState_CONTRACT_STATE_ABSENT:
		return true
	default:
		return e.contract.GetLeavePending() || e.contract.GetPending() != nil
	}
}

// reasonOf is why a contract ended, but for health, which is the parties' alone.
func reasonOf(e *entry) nuov1.ReasonCode {
	if r := e.contract.GetReason(); !lifecycle.OfHealth(r) {
		return r
	}
	return nuov1.ReasonCode_REASON_CODE_UNSPECIFIED
}

// contracts is the figure whose contracts are behind this one: of a ratio, those of what is divided. Nil for one that is
// made of none, or of what its readers may not see.
func (f *figure) contracts() *figure {
	if f.ratio != nuov1.FigureKey_FIGURE_KEY_UNSPECIFIED {
		f, _ = figureOf(f.ratio, everywhere)
	}
	if f.in == nil || f.withheld {
		return nil
	}
	return f
}

// adds is what a picked contract adds.
func (f *figure) adds(e *entry) int64 {
	if f.amount == nil {
		return 1
	}
	return f.amount(e)
}
