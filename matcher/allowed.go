package matcher

// alone tells which pairs a volunteer may take where nothing else is given to them: those that no commitment and no limit
// of Time forbids by itself. To most people none is forbidden, and that is known at once.
type alone struct {
	p *Problem
	// bound are the volunteers whom a commitment or their Time may forbid a pair; nil where there are none.
	bound []bool
}

// newAlone costs O(volunteers + shifts), and a byte a volunteer where anybody is bound.
func newAlone(p *Problem) alone {
	a := alone{p: p}
	longest := 0
	for s := range p.shifts {
		longest = max(longest, p.shifts[s].End-p.shifts[s].Start)
	}
	for v := range p.volunteers {
		time := p.volunteers[v].Time
		if time > 0 && time < longest || p.firstCommitment[v] < p.firstCommitment[v+1] {
			if a.bound == nil {
				a.bound = make([]bool, len(p.volunteers))
			}
			a.bound[v] = true
		}
	}
	return a
}

// everything tells that no pair at all is forbidden.
func (a *alone) everything() bool { return a.bound == nil }

// free tells that no pair of the volunteer is forbidden.
func (a *alone) free(v int) bool { return len(a.bound) == 0 || !a.bound[v] }

// may tells whether a pair is allowed.
func (a *alone) may(v, s int) bool { return a.free(v) || a.p.Forbids(v, nil, s) == None }

// work is about what may costs for a volunteer, in looks at a pair.
func (a *alone) work(v int) int {
	if a.free(v) {
		return 1
	}
	return 8 * (1 + a.p.firstCommitment[v+1] - a.p.firstCommitment[v])
}
