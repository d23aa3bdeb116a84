package server_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// outsiders are callers who have nothing to do with 明珠社区, the court and its people: another community, another unit,
// one of its people, another district's administrator, and those of the district who see no persons.
var outsiders = []string{"yinshan", "bank", "neighbour", "operator", "command", "luqiao", "lubei"}

// abroad tells whether the caller is of another district, where nothing of this one is public.
func abroad(who string) bool { return who == "luqiao" || who == "lubei" }

// own are the RPCs that answer an outsider of the same district, as they must: what is everybody's to read, and what is
// asked about oneself alone. The second list is for one from another district, who owns a district too.
var (
	own = []string{
		"WhoAmI", "CheckInOnSite", "PlanImport", "ApplyImport", "Backup", "GetOrganisation", "ListOrganisations",
		"ListTaskLists", "ListShifts", "WatchShifts", "ListCommitments", "CountDoors",
	}
	ownElsewhere = []string{"WhoAmI", "PlanImport", "ApplyImport"}
)

// ask is an RPC about something of 明珠社区 or the court, ready to be called.
type ask struct {
	*method
	play
}

// asks are all RPCs, each with what it is about in place.
func (c *cast) asks() (all []ask) {
	c.Helper()
	for _, m := range c.served(nil) {
		p := plays()[m.full](c)
		all = append(all, ask{m, play{p.who, withID(p.req)}})
	}
	return all
}

// Nobody is answered without a token, with one that is none, or with one that was revoked.
func TestErrEveryRPCDeniesAnonymousCallers(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	c.issue("admin", "revoked", "", &nuov1.Grant{Role: nuov1.Role_ROLE_DISTRICT_ADMIN, Scope: jiaojiang})
	me := must[*nuov1.Token](c, "revoked", &nuov1.WhoAmIRequest{})
	c.must("revoked", &nuov1.RevokeTokenRequest{Name: me.GetName()})
	c.secrets["forged"] = strings.Repeat("x", 40)
	for _, a := range c.asks() {
		if a.rule.GetPublic() {
			continue
		}
		for _, who := range []string{"", "forged", "revoked"} {
			res, err := c.do(who, a.req)
			c.refused(a.full+", "+who, err, nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED)
			if res != nil {
				t.Errorf("%s, %q: answered", a.full, who)
			}
		}
	}
}

// An outsider is refused by every RPC that is about something of others, changes nothing, and is told nothing: not a
// byte of any person, household or note (watch looks), and where the thing is not public not even whether it is there.
func TestErrEveryRPCDeniesOutsiders(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	asks := c.asks()
	before, tried := c.position(), 0
	for _, a := range asks {
		for _, who := range outsiders {
			open := own
			if abroad(who) {
				open = ownElsewhere
			}
			if a.short() == "RegisterVolunteer" && who == "yinshan" {
				continue // a community takes in who comes to it with a slip
			}
			if slices.Contains(open, a.short()) || !abroad(who) && c.public(a) || plans(who, a.method) {
				continue
			}
			tried++
			res, err := c.do(who, a.req)
			unknown := abroad(who) && a.short() == "CreateTaskList" // "does not exist", of a field
			if !denies(status.Code(err)) && !unknown {
				t.Errorf("%s, %s: %v %v", a.full, who, res, err)
			}
			c.looksAlike(a, who, err)
		}
	}
	if c.position() != before {
		t.Error("denied calls wrote something")
	}
	t.Logf("%d denials of %d RPCs", tried, len(asks))
}

// public tells whether the object of a call is everybody's to read in the district.
func (c *cast) public(a ask) bool {
	return slices.Contains(publicOnceOut, a.short()) && !c.draft(a)
}

// publicOnceOut are the RPCs about what everybody reads once its list was published.
var publicOnceOut = []string{"GetShift", "GetTask", "ListTasks", "GetTaskList"}

func denies(code codes.Code) bool { return code == codes.PermissionDenied || code == codes.NotFound }

// draft tells whether what is asked about belongs to a draft, which is its makers' alone.
func (c *cast) draft(a ask) bool {
	_, err := c.do("auditor", a.req)
	return status.Code(err) == codes.NotFound
}

// looksAlike compares the refusal with that of the same call about something that is not there.
func (c *cast) looksAlike(a ask, who string, err error) {
	c.Helper()
	from := secretName(a.req.ProtoReflect(), abroad(who) || slices.Contains(publicOnceOut, a.short()))
	if from == "" {
		return
	}
	collection, _, _ := strings.Cut(from, "/")
	to := collection + "/" + nobody
	absent := a.req.ProtoReflect().New().Interface()
	if err := protojson.Unmarshal([]byte(strings.ReplaceAll(textOf(a.req), from, to)), absent); err != nil {
		c.Fatal(err)
	}
	_, other := c.do(who, absent)
	if got, want := details(err), strings.ReplaceAll(details(other), to, from); got != want {
		c.Errorf("%s, %s: %s is refused with\n%v, what is not there with\n%v", a.full, who, from, err, other)
	}
}

// Names of what only those may know who may see it, and of what is public in its district alone.
var (
	hiddenNames = regexp.MustCompile(`^(volunteers|contracts|servedParties|doors|tokens|matches)/[a-z0-9-]+(/preference)?$`)
	plainNames  = regexp.MustCompile(`^[a-zA-Z]+/[a-z0-9-]+$`)
)

// secretName is the first name in a request that its caller must not learn to exist.
func secretName(m protoreflect.Message, abroad bool) (name string) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		switch {
		case name != "" || !m.Has(fd) || fd.IsList():
		case fd.Message() != nil:
			name = secretName(m.Get(fd).Message(), abroad)
		case fd.Kind() == protoreflect.StringKind:
			if text := m.Get(fd).String(); hiddenNames.MatchString(text) || abroad && plainNames.MatchString(text) {
				name = strings.TrimSuffix(text, "/preference")
			}
		}
	}
	return name
}

// What a person gave is shown to nobody who has no business with it: everything that can be read is read by those who
// see no persons, after every RPC was called once.
func TestOKNoPersonalDataWhereItMustNotBe(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	var asks []ask
	for _, m := range c.served(nil) {
		a := ask{m, plays()[m.full](c)}
		c.must(a.who, a.req) // watch looks at the answers, and at the log in the end
		asks = append(asks, a)
	}
	answered := 0
	for _, a := range asks {
		for _, who := range []string{"admin", "organisation", "records", "street", "auditor", "operator", "command"} {
			if res, err := c.do(who, a.req); err == nil && res != nil {
				answered++
			}
		}
	}
	if found := canaryIn(c.log.text()); found != "" {
		t.Errorf("the log holds %q", found)
	}
	if !strings.Contains(c.log.text(), "level=DEBUG") {
		t.Error("the log tells nothing: it was not looked at")
	}
	for _, who := range []string{"mingzhu", "court"} {
		c.plantedFor(who)
	}
	t.Logf("%d RPCs called once, %d answers to those who see no persons", len(asks), answered)
}

// plantedFor: the canaries are there for those whose they are, so that not finding them means something.
func (c *cast) plantedFor(who string) {
	c.Helper()
	parent := map[string]string{"mingzhu": mingzhu, "court": court}[who]
	res := c.must(who, &nuov1.ListVolunteersRequest{Parent: parent})
	for _, canary := range []string{nameCanary, phoneCanary} {
		if !strings.Contains(textOf(res), canary) {
			c.Errorf("%s does not see %q of its own people", who, canary)
		}
	}
}
