package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/reflect/protoreflect"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/rpc"
)

// act is a part of the story.
type act struct {
	name  text
	steps []step
}

// step is one thing that somebody does.
type step struct {
	// at is where the clock is moved first; zero: it stays.
	at time.Time
	// name says who does what.
	name text
	run  func(*play, context.Context) error
}

var acts = []act{theOpening, theNoon, theTomorrow, theDoors, theGates}

// play is one performance.
type play struct {
	*stage
	cfg Config

	organisations nuov1.OrganisationServiceClient
	volunteers    nuov1.VolunteerServiceClient
	lists         nuov1.TaskListServiceClient
	shifts        nuov1.ShiftServiceClient
	doors         nuov1.DoorServiceClient
	contracts     nuov1.ContractServiceClient
	tokens        nuov1.TokenServiceClient
	imports       nuov1.ImportServiceClient
	reports       nuov1.ReportServiceClient

	// secrets are the tokens of the offices, one a role.
	secrets map[nuov1.Role]string
	// court are the members of the court by their number in volunteers.yaml.
	court map[int]*person
	// residents are the party members of the neighbourhood who said yes by phone.
	residents []*person
	// promises are the contracts of the story by who holds them and the shift.
	promises map[promise]string
	// titles are what shifts are called.
	titles map[string]string
	// shown are the doors as they were shown to who ticks them.
	shown []*nuov1.Door
}

// person is one who serves.
type person struct {
	name   string // volunteers/…
	called string
	secret string
}

// promise is who holds a contract, and on which shift.
type promise struct {
	who   *person
	shift string
}

func newPlay(cfg Config, s *stage) *play {
	return &play{
		stage: s, cfg: cfg,
		organisations: nuov1.NewOrganisationServiceClient(s.conn),
		volunteers:    nuov1.NewVolunteerServiceClient(s.conn),
		lists:         nuov1.NewTaskListServiceClient(s.conn),
		shifts:        nuov1.NewShiftServiceClient(s.conn),
		doors:         nuov1.NewDoorServiceClient(s.conn),
		contracts:     nuov1.NewContractServiceClient(s.conn),
		tokens:        nuov1.NewTokenServiceClient(s.conn),
		imports:       nuov1.NewImportServiceClient(s.conn),
		reports:       nuov1.NewReportServiceClient(s.conn),
		secrets:       map[nuov1.Role]string{nuov1.Role_ROLE_DISTRICT_ADMIN: s.first},
		court:         map[int]*person{},
		promises:      map[promise]string{},
		titles:        map[string]string{},
	}
}

// act plays the steps of an act.
func (p *play) act(ctx context.Context, a act) error {
	fmt.Fprintf(p.cfg.Terminal, "\n%s\n", p.say(a.name))
	for _, s := range a.steps {
		if !s.at.IsZero() {
			p.clock.Set(s.at)
		}
		fmt.Fprintf(p.cfg.Terminal, "%s  %s\n", p.clock.Now().In(taizhou).Format("01-02 15:04"), p.say(s.name))
		if err := s.run(p, ctx); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("%s: %w", p.say(s.name), err)
		}
	}
	return nil
}

// tell adds a line to the step that is being played.
func (p *play) tell(t text, args ...any) {
	fmt.Fprintf(p.cfg.Terminal, "             %s\n", p.say(t.with(args...)))
}

func (p *play) say(t text) string {
	if p.cfg.Terminal.Chinese() {
		return t.zh
	}
	return t.en
}

func (p *play) word(e protoreflect.Enum) string { return p.cfg.Terminal.Word(e) }

// by is ctx for calls of a person.
func by(ctx context.Context, who *person) context.Context { return withToken(ctx, who.secret) }

// as is ctx for calls of an office.
func (p *play) as(ctx context.Context, role nuov1.Role) context.Context {
	return withToken(ctx, p.secrets[role])
}

func withToken(ctx context.Context, secret string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, rpc.Header, rpc.Bearer(secret))
}

// id is a fresh request id.
func id() string { return uuid.NewString() }

// refused holds an answer to the refusal that the story expects, and says it in the server's words.
func (p *play) refused(err error, want nuov1.ErrorReason) error {
	if err == nil {
		return fmt.Errorf("this was done, and should have been refused: %s", want)
	}
	refusal, ok := rpc.FromStatus(err)
	if !ok || refusal.Reason != want {
		return fmt.Errorf("this should have been refused with %s: %w", want, err)
	}
	locale := "en"
	if p.cfg.Terminal.Chinese() {
		locale = "zh-CN"
	}
	p.tell(sayRefused, strings.TrimPrefix(want.String(), "ERROR_REASON_"), refusal.Text(locale))
	return nil
}

// wants compares what a step must lead to.
func wants[T comparable](what string, got, want T) error {
	if got != want {
		return fmt.Errorf("%s is %v, should be %v", what, got, want)
	}
	return nil
}
