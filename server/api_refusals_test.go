package server_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/rpc"
)

// What a rule forbids is refused with its reason, the field named where it is about one, in both languages; and nothing
// is written.
func TestErrRefusals(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	for _, r := range slices.Concat(directoryRefusals, listRefusals, contractRefusals, matchRefusals) {
		p := r.call(c)
		before := c.position()
		_, err := c.do(p.who, withID(p.req))
		b := bad{field: r.field, reasons: []nuov1.ErrorReason{reasonOf(r.reason)}}
		if problem := b.problem(err); problem != "" {
			t.Errorf("%s (%s): %s", r.what, methodOf(p.req).short(), problem)
		}
		if f, ok := rpc.FromStatus(err); ok && (f.Text("en") == "" || placeholder.MatchString(f.Text("en")+f.Text("zh-CN"))) {
			t.Errorf("%s: %q %q lack a word", r.what, f.Text("en"), f.Text("zh-CN"))
		}
		if c.position() != before {
			t.Errorf("%s: the refusal wrote something", r.what)
		}
	}
	c.picture() // all that is stored is sound
}

// placeholder is a word that a text was not given.
var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

func reasonOf(name string) nuov1.ErrorReason {
	return nuov1.ErrorReason(nuov1.ErrorReason_value["ERROR_REASON_"+name])
}

// elsewhere are the reasons that no refusal here has: the test that produces each, or why nothing does over the API.
var elsewhere = map[string]string{
	"INVALID_TEXT":       "server/api_rules_test.go TestErrInvalidRequestOfEveryRPC",
	"INVALID_PAGE_TOKEN": "server/api_rules_test.go TestErrInvalidRequestOfEveryRPC",
	"REQUEST_ID_REUSED":  "server/api_repeat_test.go TestOKEveryMutationRepeats",
	"OUTCOME_UNKNOWN":    "server/server_internal_test.go TestErrFailedCommitEndsTheServer",
	"STORE_FULL":         "server/store/store_test.go TestErrOfTheEngineHasItsReason",
	"TOO_LARGE":          "server/store/store_test.go TestErrTooLargeIsRefusedWhole",
	"RESUME_TOO_OLD":     "server/tasklist/watch_test.go TestErrResumeTooOld",
	"BUSY":               "server/maintenance/backup_test.go TestErrBusy",
	"DAMAGED":            "server/contract/list_test.go TestErrDamagedHistory",
	"INTERNAL":           "server/rpc/chain_test.go TestErrInternalShowsAnIDOnly",
	"INVALID_FILE":       "impossible: what is wrong with a file stands in the answer, place by place, not in an error",
}

// Every reason is produced by a test, or it is said why none can be.
func TestOKEveryReasonIsProduced(t *testing.T) {
	here := map[string]bool{}
	for _, r := range slices.Concat(directoryRefusals, listRefusals, contractRefusals, matchRefusals) {
		if reasonOf(r.reason) == 0 {
			t.Errorf("%s is no reason", r.reason)
		}
		here[r.reason] = true
	}
	for n, full := range nuov1.ErrorReason_name {
		name := strings.TrimPrefix(full, "ERROR_REASON_")
		where, named := elsewhere[name]
		switch {
		case n == 0 || here[name]:
		case !named:
			t.Errorf("%s is produced by no test that is named here", name)
		case strings.HasPrefix(where, "impossible: "):
		default:
			file, test, _ := strings.Cut(where, " ")
			text, err := os.ReadFile("../" + file)
			if err != nil || !strings.Contains(string(text), "func "+test+"(") {
				t.Errorf("%s: there is no %s (%v)", name, where, err)
			}
		}
	}
}

// Names are written as people write them: rare characters of every plane, two and four characters, with a dot, with a
// variation selector. They come back as they went in.
func TestOKRareNames(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	for _, name := range []string{
		"𠮷野", "张㐂", "王𬭎", "李𪚥龘", "欧阳娜娜", "阿卜杜拉·买买提", "麦麦提·图尔荪·阿布都热合曼", "丁一", "葛󠄀城", "仝䶮", "司马𫖯",
	} {
		v := must[*nuov1.Volunteer](c, "court", &nuov1.CreateVolunteerRequest{Volunteer: &nuov1.Volunteer{
			Unit: court, Person: &nuov1.Person{DisplayName: name, Phone: "10000000001", Residence: "𬇙镇"},
		}})
		read := must[*nuov1.Volunteer](c, "court", &nuov1.GetVolunteerRequest{Name: v.GetName()})
		if read.GetPerson().GetDisplayName() != name || !proto.Equal(read, v) {
			t.Errorf("%q came back as %q", name, read.GetPerson().GetDisplayName())
		}
		list := must[*nuov1.ListVolunteersResponse](c, "court", &nuov1.ListVolunteersRequest{Parent: court, NameContains: string([]rune(name)[:2])})
		if !slices.ContainsFunc(list.GetVolunteers(), func(v *nuov1.Volunteer) bool { return v.GetPerson().GetDisplayName() == name }) {
			t.Errorf("%q is not found by its beginning", name)
		}
		p := must[*nuov1.ServedParty](c, "mingzhu", &nuov1.CreateServedPartyRequest{ServedParty: &nuov1.ServedParty{
			Kind: 1, Community: mingzhu, Contact: &nuov1.ServedPartyContact{DisplayName: name, Door: "𬭎苑1幢"},
		}})
		got := must[*nuov1.ServedParty](c, "mingzhu", &nuov1.GetServedPartyRequest{Name: p.GetName()})
		if got.GetContact().GetDisplayName() != name || got.GetContact().GetDoor() != "𬭎苑1幢" {
			t.Errorf("%q came back as %v", name, got.GetContact())
		}
	}
}
