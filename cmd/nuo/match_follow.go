package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
)

// matchWatchCommand shows how far a plan is, a line each change.
func matchWatchCommand(a *app) *cobra.Command {
	return a.command(spec{
		use: "watch MATCH", short: text{"Watch a plan while it is made or applied", "查看排班进度，直至完成"},
		example: "nuo match watch " + anotherMatch,
	}, func(in *input) error {
		last := ""
		_, err := in.follow(qualified(resourceOf["MATCH"].collection, in.args[0]), func(m *nuov1.Match) error {
			if in.global.output == "json" {
				raw, err := protojson.Marshal(m)
				if err != nil {
					return err
				}
				return json.NewEncoder(in.out).Encode(json.RawMessage(raw))
			}
			line := in.printer().matchLine(m)
			if line != last {
				fmt.Fprintln(in.out, line)
			}
			last = line
			return nil
		})
		return err
	})
}

// follow watches a plan until nothing more happens to it, and answers it as it is then. Each answer is told, or shown as
// progress. A connection that breaks is taken up again: a watch begins with the present state. The plan does not need
// the watcher, which is said to a person who ends it.
func (in *input) follow(name string, tell func(*nuov1.Match) error) (*nuov1.Match, error) {
	if tell == nil {
		p := in.printer()
		tell = func(m *nuov1.Match) error {
			in.progress(p.matchLine(m))
			return nil
		}
	}
	defer in.progress("")
	pause, tries := firstPause, 0
	for {
		m, err := in.watchMatch(name, tell)
		switch {
		case in.cmd.Context().Err() != nil:
			return nil, &failure{sayGoesOn.with(name)}
		case m != nil && !underWay(m):
			in.renew()
			return m, matchFailure(m)
		case err != nil && status.Code(err) != codes.Unavailable:
			return nil, in.refused(err)
		case m != nil: // it was there, and will be again
			pause, tries = firstPause, 0
		case tries == attempts:
			return nil, in.refused(err)
		}
		tries++
		select {
		case <-in.cmd.Context().Done():
		case <-time.After(pause):
			pause = min(2*pause, 10*time.Second)
		}
	}
}

// watchMatch reads one stream to its end and answers the last of it, nil where nothing came. It has no deadline.
func (in *input) watchMatch(name string, tell func(*nuov1.Match) error) (last *nuov1.Match, err error) {
	conn, err := in.connect()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(in.cmd.Context())
	defer cancel()
	stream, err := matches(conn).WatchMatch(ctx, &nuov1.WatchMatchRequest{Name: name})
	for err == nil {
		var m *nuov1.Match
		if m, err = stream.Recv(); err == nil {
			last = m
			err = tell(m)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
		if last == nil {
			err = status.Error(codes.Unavailable, "the stream ended")
		}
	}
	return last, err
}

// underWay tells whether the server still works on a plan.
func underWay(m *nuov1.Match) bool {
	return m.GetState() == nuov1.MatchState_MATCH_STATE_SOLVING || m.GetState() == nuov1.MatchState_MATCH_STATE_APPLYING
}

// matchFailure is why a plan is none.
func matchFailure(m *nuov1.Match) error {
	if m.GetState() != nuov1.MatchState_MATCH_STATE_FAILED {
		return nil
	}
	say := sayNotPlanned
	if m.GetSolveTime() != nil { // a plan there was
		say = sayNotOffered
	}
	return &failure{because(say, m)}
}

// endedEarly is why a plan made no more offers, nil where it made all that it could.
func endedEarly(m *nuov1.Match) error {
	if m.GetState() != nuov1.MatchState_MATCH_STATE_APPLIED || m.GetFailure() == nuov1.ErrorReason_ERROR_REASON_UNSPECIFIED {
		return nil
	}
	return &failure{because(sayEndedEarly, m)}
}

// because says of a plan what its failure was.
func because(say text, m *nuov1.Match) text {
	why := fault.New(m.GetFailure())
	return text{say.with(m.GetName(), why.Text(string(english))).en, say.with(m.GetName(), why.Text(string(chinese))).zh}
}

// renew gives the calls to come the whole time again: waiting for a plan takes its own.
func (in *input) renew() {
	in.cancel()
	in.ctx, in.cancel = context.WithTimeout(in.cmd.Context(), in.global.timeout)
}

// matchLine is how far a plan is, in one line.
func (p *printer) matchLine(m *nuov1.Match) string {
	r := m.ProtoReflect()
	parts := nonEmpty(p.named(r, "state"), p.named(r, "phase"))
	if d := m.GetElapsed().AsDuration(); d > 0 && underWay(m) {
		parts = append(parts, sayElapsed.with(d.Seconds()).in(p.language))
	}
	if m.GetSlots() > 0 && m.GetScore() != nil {
		parts = append(parts, counted(sayFilledOf.with(m.GetScore().GetFilled(), m.GetSlots())).in(p.language),
			sayRankSum.with(m.GetScore().GetRank()).in(p.language))
		parts = append(parts, nonEmpty(sureOf(m, sayShort).in(p.language))...)
	}
	if m.GetState() >= nuov1.MatchState_MATCH_STATE_APPLYING && m.GetPlacements() > 0 {
		parts = append(parts, sayOfferedOf.with(m.GetOffered(), m.GetPlacements(), m.GetChanged()).in(p.language))
	}
	return strings.Join(parts, "  ")
}

// sure says how good a plan is for certain, in a few words or a sentence.
type sure struct{ best, within, unproved, nothing, neither, again, stable text }

// noProof is the gap from which on a bound says nothing.
const noProof = 1

func sureOf(m *nuov1.Match, words sure) text {
	switch {
	case m.GetMethod() == nuov1.MatchMethod_MATCH_METHOD_STABLE && !m.GetOptimal():
		return words.stable
	case m.GetBound() == nil && m.GetRounds() > 1:
		return words.again
	case m.GetBound() == nil:
		return text{}
	case m.GetOptimal():
		return words.best
	case m.GetGap() >= noProof && m.GetBound().GetValue() > m.GetScore().GetValue():
		return words.neither
	case m.GetGap() >= noProof:
		return words.nothing
	case m.GetBound().GetValue() > m.GetScore().GetValue():
		return words.unproved.with(100 * m.GetGap())
	}
	return words.within.with(100 * m.GetGap())
}
