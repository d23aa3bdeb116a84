package matcher_test

import (
	"context"
	"fmt"
	"time"

	"nuo.internal/nuo/matcher"
)

// Three people and two gates: who came first would take the gate that the second one needs, and leave a slot free.
func ExampleFill() {
	b := matcher.NewBuilder(matcher.Rules{})
	east := b.Shift(matcher.Shift{Capacity: 1})
	west := b.Shift(matcher.Shift{Capacity: 1, Minimum: 1}) // it cannot do without
	ann, bo, cai := b.Volunteer(matcher.Volunteer{}), b.Volunteer(matcher.Volunteer{}), b.Volunteer(matcher.Volunteer{})
	b.Pair(matcher.Pair{Volunteer: ann, Shift: east, Rank: 1}) // ann may do both, and would rather stand in the east
	b.Pair(matcher.Pair{Volunteer: ann, Shift: west, Rank: 2})
	b.Pair(matcher.Pair{Volunteer: bo, Shift: east, Rank: 1})
	b.Pair(matcher.Pair{Volunteer: cai, Shift: east, Rank: 3})
	problem, err := b.Build() // names what makes no sense
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := matcher.Fill(context.Background(), problem)
	if err != nil {
		fmt.Println(err) // the context ended: there is no plan, for it would not be the best one
		return
	}
	for _, a := range plan.Assignments {
		fmt.Printf("%s: %s\n", []string{"ann", "bo", "cai"}[a.Volunteer], []string{"east", "west"}[a.Shift])
	}
	fmt.Printf("%d filled, ranks %d, proved: %t\n", plan.Score.Filled, plan.Score.Rank, plan.Optimal)
	// Output:
	// ann: west
	// bo: east
	// 2 filled, ranks 3, proved: true
}

// A day of half hours: nobody stands in two places, and the way between them takes half an hour.
func ExampleRoster() {
	b := matcher.NewBuilder(matcher.Rules{Day: 48, Travel: 1})
	const gate, square = 0, 1
	b.Shift(matcher.Shift{Start: 16, End: 24, Capacity: 1, Place: gate})   // 0: 8:00 to 12:00
	b.Shift(matcher.Shift{Start: 24, End: 30, Capacity: 1, Place: square}) // 1: from 12:00, too early for who comes from the gate
	b.Shift(matcher.Shift{Start: 25, End: 30, Capacity: 1, Place: square}) // 2: from 12:30
	ann, bo := b.Volunteer(matcher.Volunteer{Shifts: 2, TimeDay: 20}), b.Volunteer(matcher.Volunteer{})
	for shift := range 3 {
		b.Pair(matcher.Pair{Volunteer: ann, Shift: shift, Rank: 1 + shift})
	}
	b.Pair(matcher.Pair{Volunteer: bo, Shift: 1, Rank: 1})
	problem, err := b.Build()
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second) // when it ends, the best so far is the answer
	defer cancel()
	plan, err := matcher.Roster(ctx, problem, matcher.RosterOptions{Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plan.Assignments)
	fmt.Printf("%d filled, ranks %d, none below %d\n", plan.Score.Filled, plan.Score.Rank, plan.Bound.Rank)
	// Output:
	// [{0 0} {0 2} {1 1}]
	// 3 filled, ranks 5, none below 5
}
