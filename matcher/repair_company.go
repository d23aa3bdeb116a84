package matcher

import "slices"

// company completes begun crews, those of who signed first first, by augmenting paths (Kuhn 1955): who completes one crew
// goes over to another if somebody else can take their place. A crew that cannot be completed so takes nobody.
//
// Where one more is missing in each, and nobody can join two, the crews that can be completed together are a transversal
// matroid (Edmonds and Fulkerson 1965), and no other choice completes more; elsewhere it is a heuristic. It costs a few
// sweeps, each at most one look by the rules at every pair with a begun crew.
type company struct {
	r    *repair
	beat *pulse
	// begun are the shifts with a begun crew, who signed first first; missing is how many it lacks, by shift.
	begun   []int32
	missing []int
	// able are the people who might complete a crew, by shift: first those who have signed nothing else.
	able [][]int32
	// with are those who complete it, by shift; held is what each person has, first the fixed shifts.
	with, held [][]int32
	// seen are the shifts whose people this sweep has asked.
	seen []bool
}

// company are assignments that complete begun crews, and whether no others complete more of them.
func (r *repair) company(beat *pulse) (completing []Assignment, proved bool, err error) {
	shifts := len(r.p.shifts)
	c := &company{
		r: r, beat: beat, missing: make([]int, shifts), able: make([][]int32, shifts), with: make([][]int32, shifts),
		held: slices.Clone(r.held), seen: make([]bool, shifts),
	}
	one, err := c.look()
	if err != nil {
		return nil, false, err
	}
	complete := 0
	for more := true; more; {
		clear(c.seen)
		more = false
		for _, s := range c.begun {
			if c.missing[s] == 0 {
				continue
			}
			ok, err := c.complete(s)
			if err != nil {
				return nil, false, err
			}
			if ok {
				complete++
				more = true
			}
		}
	}
	for _, s := range c.begun {
		for _, v := range c.with[s] {
			completing = append(completing, Assignment{int(v), int(s)})
		}
	}
	return completing, one || complete == len(c.begun), nil
}

// look finds the begun crews and who might complete them. It tells whether each lacks one and nobody can join two.
func (c *company) look() (one bool, err error) {
	r := c.r
	one = true
	for s, over := range r.over(nil) {
		if over > 0 {
			c.missing[s] = r.p.shifts[s].Crew - over
			one = one && c.missing[s] == 1
		}
	}
	listed, loose := make([]bool, len(r.p.shifts)), make([]bool, len(r.p.volunteers))
	for i, a := range r.signed {
		switch {
		case !r.fixed[i]:
			loose[a.Volunteer] = true
		case c.missing[a.Shift] > 0 && !listed[a.Shift]:
			listed[a.Shift] = true
			c.begun = append(c.begun, int32(a.Shift))
		}
	}
	for _, sweep := range []bool{false, true} {
		for v := range r.p.volunteers {
			if loose[v] != sweep {
				continue
			}
			shifts, _ := r.p.PairsOf(v)
			if err := c.beat.beat(1 + len(shifts)); err != nil {
				return false, err
			}
			crews := 0
			for _, s := range shifts {
				if c.missing[s] > 0 {
					c.able[s] = append(c.able[s], int32(v))
					crews++
				}
			}
			one = one && (crews < 2 || r.p.volunteers[v].Shifts <= len(r.held[v])+1)
		}
	}
	return one, nil
}

// complete finds everybody whom a begun crew lacks, or nobody.
func (c *company) complete(s int32) (bool, error) {
	for ; c.missing[s] > 0; c.missing[s]-- {
		c.seen[s] = true
		ok, err := c.seat(s)
		if err != nil {
			return false, err
		}
		if !ok {
			for len(c.with[s]) > 0 {
				c.leave(c.with[s][0], s)
				c.missing[s]++
			}
			return false, nil
		}
	}
	return true, nil
}

// seat finds one more for a begun crew, if need be by letting people go over from one crew to another.
func (c *company) seat(s int32) (bool, error) {
	for _, v := range c.able[s] {
		can, err := c.can(v, s)
		if err != nil {
			return false, err
		}
		if can {
			c.join(v, s)
			return true, nil
		}
	}
	for _, v := range c.able[s] {
		for _, t := range slices.Clone(c.held[v][len(c.r.held[v]):]) {
			if c.seen[t] || t == s {
				continue
			}
			c.leave(v, t)
			can, err := c.can(v, s)
			if err != nil {
				return false, err
			}
			if can {
				c.seen[t] = true
				c.join(v, s)
				if ok, err := c.seat(t); ok || err != nil {
					return ok, err
				}
				c.leave(v, s)
			}
			c.join(v, t)
		}
	}
	return false, nil
}

// can tells whether somebody may join a crew beside what they have.
func (c *company) can(v, s int32) (bool, error) {
	a := Assignment{int(v), int(s)}
	if err := c.beat.beat(c.r.effort(a) + 8*len(c.held[v])); err != nil {
		return false, err
	}
	return c.r.p.Forbids(a.Volunteer, c.held[v], a.Shift) == None, nil
}

func (c *company) join(v, s int32) {
	c.held[v] = append(slices.Clip(c.held[v]), s)
	c.with[s] = append(c.with[s], v)
}

func (c *company) leave(v, s int32) {
	held, with := c.held[v], c.with[s]
	i := slices.Index(held, s)
	c.held[v] = slices.Concat(held[:i], held[i+1:])
	i = slices.Index(with, v)
	c.with[s] = slices.Delete(with, i, i+1)
}
