package server_test

import (
	"regexp"
	"strings"
	"testing"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

var (
	standardVerbs = []string{"Get", "List", "Create", "Update", "Deactivate"}
	verbAndNoun   = regexp.MustCompile(`^[A-Z][a-z]+([A-Z][a-z]+)*$`)
)

// Methods are named and shaped alike: what reads is Get, List or Find and changes nothing; lists have pages; what is
// edited has a mask and an etag; what changes something carries a request id.
func TestOKMethodsFollowTheirVerbs(t *testing.T) {
	for _, m := range inOrder(nil) {
		name := m.short()
		if !verbAndNoun.MatchString(name) && name != "WhoAmI" {
			t.Errorf("%s is no verb with its noun", m.full)
		}
		if string(m.Input().Name()) != name+"Request" {
			t.Errorf("%s takes %s", m.full, m.Input().Name())
		}
		if answer := string(m.Output().Name()); strings.HasSuffix(answer, "Response") && answer != name+"Response" {
			t.Errorf("%s answers %s", m.full, answer)
		}
		if m.IsStreamingClient() {
			t.Errorf("%s streams from the client: nothing here does", m.full)
		}
		checkVerb(t, m)
		checkRequestID(t, m)
	}
}

func checkVerb(t *testing.T, m *method) {
	t.Helper()
	in := m.Input().Fields()
	has := func(names ...protoreflect.Name) bool {
		for _, n := range names {
			if in.ByName(n) == nil {
				return false
			}
		}
		return true
	}
	verb := ""
	for _, v := range standardVerbs {
		if strings.HasPrefix(m.short(), v) {
			verb = v
		}
	}
	switch verb {
	case "Get":
		if m.rule.GetMutates() && m.short() != "GetServedParty" { // whose view is written down
			t.Errorf("%s reads and changes something", m.full)
		}
	case "List":
		if m.rule.GetMutates() || !has("page_size", "page_token") || m.Output().Fields().ByName("next_page_token") == nil {
			t.Errorf("%s is a list that changes something or has no pages", m.full)
		}
	case "Update":
		if !has("update_mask") || !m.rule.GetMutates() {
			t.Errorf("%s is an edit without a mask", m.full)
		}
		if m.Output().Fields().ByName("etag") == nil {
			t.Errorf("%s answers nothing with an etag", m.full)
		}
	case "Create", "Deactivate":
		if !m.rule.GetMutates() {
			t.Errorf("%s changes nothing", m.full)
		}
	}
	if has("page_token") && !has("page_size") {
		t.Errorf("%s has half of a page", m.full)
	}
}

func checkRequestID(t *testing.T, m *method) {
	t.Helper()
	fd := m.Input().Fields().ByName("request_id")
	if m.rule.GetMutates() && fd == nil {
		t.Errorf("%s changes something without a request_id", m.full)
	}
	if fd == nil {
		return
	}
	rules, _ := proto.GetExtension(fd.Options(), validate.E_Field).(*validate.FieldRules)
	if fd.Number() != 1 || !rules.GetString().GetUuid() {
		t.Errorf("%s: request_id is the first field and a uuid", m.full)
	}
	if !m.rule.GetMutates() && m.short() != "ApplyImport" { // whose every change has an id of its own
		t.Errorf("%s has a request_id and changes nothing", m.full)
	}
}

// What a client sends is bounded before a room sees it: every text and list of a request has a rule, but for what is
// output only or a name, which the rooms hold to its own shape.
func TestOKRequestsAreBounded(t *testing.T) {
	for _, m := range inOrder(nil) {
		walkFields(m.Input(), nil, func(path []protoreflect.FieldDescriptor) {
			fd := path[len(path)-1]
			rules, _ := proto.GetExtension(fd.Options(), validate.E_Field).(*validate.FieldRules)
			bounded := rules != nil || len(path) > 1 && outputOnly[fd.Name()]
			if (fd.Kind() == protoreflect.StringKind || fd.Kind() == protoreflect.BytesKind || fd.IsList()) && !bounded {
				t.Errorf("%s: %s has no bound", m.full, pathName(path))
			}
		})
	}
}

// outputOnly are fields of resources that the server fills in, or holds to their shape itself.
var outputOnly = map[protoreflect.Name]bool{
	"name": true, "parent": true, "etag": true, "district": true, "street": true, "community": true, "compound": true,
	"maker": true, "issuer": true, "date": true, "title": true, "leader": true, "cohosts": true, "task_list": true,
	"origin_task": true, "leftover_task": true, "id": true, "registrations": true, "exemptions": true, "consents": true,
	"allowed_actions": true, "ineligible_reasons": true,
}
