package server_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// Where the cast lives. What is called mingzhu, court and court-1 is what the plays are about; the others look on.
const (
	jiaojiang = "districts/jiaojiang"
	luqiao    = "districts/luqiao" // another district in the same store
	jiazhi    = "streets/jiazhi"
	mingzhu   = "communities/mingzhu"
	yinshan   = "communities/yinshan"
	yiqu      = mingzhu + "/compounds/yiqu"
	building  = yiqu + "/buildings/1"
	court     = "units/court"
	bank      = "units/bank"
	branch    = court + "/branches/yi"
	team      = "teams/tianping"
)

// offices are the tokens of those who hold an office, by who they are.
var offices = map[string]*nuov1.Grant{
	"command":      {Role: nuov1.Role_ROLE_DISTRICT_COMMAND, Scope: jiaojiang},
	"organisation": {Role: nuov1.Role_ROLE_DISTRICT_ORGANISATION, Scope: jiaojiang},
	"records":      {Role: nuov1.Role_ROLE_DISTRICT_RECORDS, Scope: jiaojiang},
	"street":       {Role: nuov1.Role_ROLE_STREET, Scope: jiazhi},
	"mingzhu":      {Role: nuov1.Role_ROLE_COMMUNITY, Scope: mingzhu},
	"mingzhu-2":    {Role: nuov1.Role_ROLE_COMMUNITY, Scope: mingzhu},
	"yinshan":      {Role: nuov1.Role_ROLE_COMMUNITY, Scope: yinshan},
	"compound":     {Role: nuov1.Role_ROLE_COMPOUND, Scope: yiqu},
	"court":        {Role: nuov1.Role_ROLE_UNIT, Scope: court},
	"bank":         {Role: nuov1.Role_ROLE_UNIT, Scope: bank},
	"branch":       {Role: nuov1.Role_ROLE_BRANCH, Scope: branch},
	"auditor":      {Role: nuov1.Role_ROLE_AUDITOR, Scope: jiaojiang},
	"operator":     {Role: nuov1.Role_ROLE_OPERATOR, Scope: jiaojiang},
}

// deciders are the offices whose tokens are bound to who works there: they decide about contracts.
var deciders = []string{"mingzhu", "mingzhu-2", "street"}

// cast is one real server, on a real socket and a real file, with a small world and a token for everybody in it. Each
// call that is made through it is looked at: no error and no line of the log may hold a canary, and no answer one that
// its reader must not see (watch).
type cast struct {
	*testing.T
	data   string
	clock  *server.ManualClock
	log    *journal
	server *server.Server
	store  *store.Store
	conn   *grpc.ClientConn
	cancel context.CancelFunc
	ended  chan error

	mu      sync.Mutex
	secrets map[string]string // by who
	people  map[string]string // volunteers/… by who
	made    int
}

// journal keeps what the server logs.
type journal struct {
	mu sync.Mutex
	bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.Buffer.Write(p)
}

func (j *journal) text() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.String()
}

func newCast(t *testing.T) *cast {
	t.Helper()
	c := &cast{
		T: t, data: t.TempDir(), clock: server.NewManualClock(noon), log: &journal{},
		secrets: map[string]string{}, people: map[string]string{},
	}
	c.start(nil)
	t.Cleanup(func() {
		c.stop()
		if found := canaryIn(c.log.text()); found != "" {
			t.Errorf("the log holds %q", found)
		}
	})
	c.settleIn()
	return c
}

// start runs the server; prepare, where it is not nil, sees it first.
func (c *cast) start(prepare func(*server.Server)) {
	c.Helper()
	s, err := server.New(server.Config{
		Data: c.data, Listen: "127.0.0.1:0", District: "jiaojiang", Clock: c.clock, StopTimeout: hang,
		FirstToken: func(secret string) { c.secrets["admin"] = secret },
		Logger:     slog.New(slog.NewTextHandler(c.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		c.Fatal(err)
	}
	s.WhenOpened(func(kept *store.Store) { c.store = kept })
	if prepare != nil {
		prepare(s)
	}
	var ctx context.Context
	ctx, c.cancel = context.WithCancel(context.Background())
	c.server, c.ended = s, make(chan error, 1)
	go func() { c.ended <- s.Run(ctx) }()
	select {
	case <-s.Ready():
	case err := <-c.ended:
		c.Fatal(err)
	case <-time.After(hang):
		c.Fatal("never ready")
	}
	c.conn = c.dial()
}

func (c *cast) dial() *grpc.ClientConn {
	c.Helper()
	conn, err := grpc.NewClient(c.server.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		c.Fatal(err)
	}
	return conn
}

// stop ends the server in order; a second stop does nothing.
func (c *cast) stop() {
	c.Helper()
	if c.cancel == nil {
		return
	}
	c.conn.Close()
	c.cancel()
	c.cancel = nil
	select {
	case err := <-c.ended:
		if err != nil {
			c.Error(err)
		}
	case <-time.After(hang):
		c.Fatal("it does not stop")
	}
}

// restart stops the server and starts another on the same file; the clock goes on where it stood.
func (c *cast) restart() {
	c.stop()
	c.start(nil)
}

// settleIn makes the world by the calls that people would make; the other district, which nobody can make over the API,
// by what makes the first.
func (c *cast) settleIn() {
	c.Helper()
	for _, o := range []*nuov1.Organisation{
		{Name: jiazhi, Parent: jiaojiang, DisplayName: "葭沚街道"},
		{Name: mingzhu, Parent: jiazhi, DisplayName: "明珠社区"},
		{Name: yinshan, Parent: jiazhi, DisplayName: "银山社区"},
		{Name: yiqu, Parent: mingzhu, DisplayName: "明珠一区"},
		{Name: building, Parent: yiqu, DisplayName: "1幢"},
		{Name: court, Parent: jiaojiang, DisplayName: "椒江区法院"},
		{Name: bank, Parent: jiaojiang, DisplayName: "测试银行", Company: true},
		{Name: branch, Parent: court, DisplayName: "第一党支部"},
		{Name: team, Parent: court, DisplayName: "天平志愿服务队"},
	} {
		c.must("admin", &nuov1.CreateOrganisationRequest{Organisation: o})
	}
	for who, g := range offices {
		person := ""
		if slices.Contains(deciders, who) {
			v := newcomer(c.next(), "", yinshan)
			person = must[*nuov1.Volunteer](c, "admin", &nuov1.CreateVolunteerRequest{Volunteer: v}).GetName()
		}
		c.issue("admin", who, person, g)
	}
	c.anotherDistrict()
	c.resident("neighbour", "bank", bank, yinshan)
}

// anotherDistrict makes one in the same store, with an administrator and a committee, and a keeper of the whole store. The
// first step has no call: the API makes no district for who administers none.
func (c *cast) anotherDistrict() {
	c.Helper()
	err := c.store.Update(context.Background(), func(tx *store.Tx) error {
		err := store.Organisations.Insert(tx, &nuov1.Organisation{
			Name: luqiao, Kind: nuov1.OrganisationKind_ORGANISATION_KIND_DISTRICT, District: luqiao, DisplayName: "路桥区",
			State: nuov1.ActiveState_ACTIVE_STATE_ACTIVE,
		})
		if err != nil {
			return err
		}
		for who, role := range map[string]nuov1.Role{
			"luqiao": nuov1.Role_ROLE_DISTRICT_ADMIN, "keeper": nuov1.Role_ROLE_OPERATOR,
		} {
			c.secrets[who] = "nuo_" + base64.RawURLEncoding.EncodeToString(tx.Random(32))
			hash := sha256.Sum256([]byte(c.secrets[who]))
			token := &nuov1.Token{
				Name: "tokens/" + tx.RandomID(), Grants: []*nuov1.Grant{{Role: role, Scope: luqiao, District: luqiao}},
			}
			if who == "keeper" {
				token.Grants = append(token.Grants, &nuov1.Grant{Role: role, Scope: jiaojiang, District: jiaojiang})
			}
			if err := store.Tokens.Insert(tx, &storev1.StoredToken{Hash: hash[:], Token: token}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		c.Fatal(err)
	}
	for _, o := range []*nuov1.Organisation{
		{Name: "streets/lubei", Parent: luqiao, DisplayName: "路北街道"},
		{Name: "communities/lubei", Parent: "streets/lubei", DisplayName: "路北社区"},
	} {
		c.must("luqiao", &nuov1.CreateOrganisationRequest{Organisation: o})
	}
	c.issue("luqiao", "lubei", "", &nuov1.Grant{Role: nuov1.Role_ROLE_COMMUNITY, Scope: "communities/lubei"})
}

// issue gives who a token with a grant.
func (c *cast) issue(by, who, person string, g *nuov1.Grant) {
	c.Helper()
	res := must[*nuov1.IssueTokenResponse](c, by, &nuov1.IssueTokenRequest{Token: &nuov1.Token{
		DisplayName: "令牌", Person: person, Grants: []*nuov1.Grant{g},
	}})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.secrets[who] = res.GetSecret()
}

// next numbers what is made, so that every play has things of its own.
func (c *cast) next() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made++
	return c.made
}

// member is a new member of the court who lives at 明珠社区, has a token, and consents to the record.
func (c *cast) member() string {
	c.Helper()
	who := fmt.Sprintf("member-%d", c.next())
	c.resident(who, "court", court, mingzhu)
	return who
}

func (c *cast) resident(who, by, unit, community string) {
	c.Helper()
	v := must[*nuov1.Volunteer](c, by, &nuov1.CreateVolunteerRequest{Volunteer: newcomer(c.next(), unit, community)})
	c.people[who] = v.GetName()
	c.issue(by, who, v.GetName(), &nuov1.Grant{Role: nuov1.Role_ROLE_VOLUNTEER, Scope: v.GetName()})
	c.must(who, &nuov1.SetConsentRequest{Name: v.GetName(), Consent: &nuov1.Consent{
		Kind: nuov1.ConsentKind_CONSENT_KIND_RECORD, Given: true, WordingVersion: "2020-01",
	}})
}

// newcomer is somebody whose every personal field is a canary.
func newcomer(n int, unit, community string) *nuov1.Volunteer {
	v := &nuov1.Volunteer{
		Unit: unit, Person: aPerson(n), PoliticalStatus: nuov1.PoliticalStatus_POLITICAL_STATUS_MEMBER,
		ServiceStatus: nuov1.ServiceStatus_SERVICE_STATUS_IN_SERVICE,
		Registrations: []*nuov1.Registration{{Community: community, Primary: true, FromDate: "2020-01-30"}},
	}
	if unit == court {
		v.Branch = branch
	}
	return v
}

// Texts that stand in personal fields, in served parties' and in notes, and nowhere else.
const (
	nameCanary      = "金丝雀"
	phoneCanary     = "1990000"
	residenceCanary = "画眉弄"
	birthCanary     = "1931-07-"
	partyCanary     = "布谷"
	partyPhone      = "1881111"
	doorCanary      = "鹧鸪幢"
	noteCanary      = "杜鹃啼"
)

var (
	personal = []string{nameCanary, phoneCanary, residenceCanary, birthCanary}
	served   = []string{partyCanary, partyPhone, doorCanary}
	canaries = append(append([]string{noteCanary}, personal...), served...)
)

// canaryIn is the first canary in a text, of those given or of all.
func canaryIn(text string, of ...string) string {
	if len(of) == 0 {
		of = canaries
	}
	for _, canary := range of {
		if strings.Contains(text, canary) {
			return canary
		}
	}
	return ""
}

func aPerson(n int) *nuov1.Person {
	return &nuov1.Person{
		DisplayName: fmt.Sprintf("%s%d", nameCanary, n), Phone: fmt.Sprintf("%s%04d", phoneCanary, n),
		Gender: "女", BirthDate: birthCanary + "08", Residence: residenceCanary,
	}
}

func aContact(n int) *nuov1.ServedPartyContact {
	return &nuov1.ServedPartyContact{
		DisplayName: fmt.Sprintf("%s%d", partyCanary, n), Phone: fmt.Sprintf("%s%04d", partyPhone, n),
		Door: fmt.Sprintf("%s%d", doorCanary, n),
	}
}

// as is a context of calls by who; "" is nobody.
func (c *cast) as(who string) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.Background(), hang)
	if who == "" {
		return ctx, cancel
	}
	c.mu.Lock()
	secret, ok := c.secrets[who]
	c.mu.Unlock()
	if !ok {
		panic("nobody is called " + who)
	}
	return metadata.AppendToOutgoingContext(ctx, rpc.Header, rpc.Bearer(secret)), cancel
}

// do makes the one call that takes this request. Of a stream it reads all, or of one without an end the first answer.
func (c *cast) do(who string, req proto.Message) (proto.Message, error) {
	c.Helper()
	m := methodOf(req)
	ctx, cancel := c.as(who)
	defer cancel()
	res, err := m.call(ctx, c.conn, req)
	c.watch(who, m, res, err)
	return res, err
}

// must is do for what has to work, with a fresh request id where there is none.
func (c *cast) must(who string, req proto.Message) proto.Message {
	c.Helper()
	res, err := c.do(who, withID(req))
	if err != nil {
		c.Fatalf("%s, %s: %v", methodOf(req).full, who, err)
	}
	return res
}

func must[Res proto.Message](c *cast, who string, req proto.Message) Res {
	c.Helper()
	res, ok := c.must(who, req).(Res)
	if !ok {
		c.Fatalf("%T answers %T", req, res)
	}
	return res
}

// withID puts a fresh request id into a request that takes one and has none.
func withID(req proto.Message) proto.Message {
	m := req.ProtoReflect()
	if fd := m.Descriptor().Fields().ByName("request_id"); fd != nil && m.Get(fd).String() == "" {
		setID(req, uuid.NewString())
	}
	return req
}
