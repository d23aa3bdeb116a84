package server_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/rpc"
)

const (
	invalidField = nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD
	invalidText  = nuov1.ErrorReason_ERROR_REASON_INVALID_TEXT
)

// bad is a request that must be refused: for one of these reasons, naming the field where there is one.
type bad struct {
	what    string
	req     proto.Message
	field   string
	reasons []nuov1.ErrorReason
}

// Characters that nobody sees: a bell, an override of the direction of writing, a zero-width space, a tag.
var unseen = map[string]string{"control": "\a", "bidi": "\u202e", "zero-width": "\u200b", "tag": "\U000e0041"}

// spoil makes of a request that is well formed every one that breaks one rule of its descriptor.
func spoil(req proto.Message) (all []bad) {
	add := func(what, field string, spoilt proto.Message, reasons ...nuov1.ErrorReason) {
		all = append(all, bad{what + " " + field, spoilt, field, reasons})
	}
	walkFields(req.ProtoReflect().Descriptor(), nil, func(path []protoreflect.FieldDescriptor) {
		fd := path[len(path)-1]
		rules, _ := proto.GetExtension(fd.Options(), validate.E_Field).(*validate.FieldRules)
		name := pathName(path)
		set := func(v protoreflect.Value) proto.Message { return setPath(req, path, v) }
		switch {
		case fd.Kind() == protoreflect.StringKind:
			for what, r := range unseen {
				add(what+" character in", name, set(protoreflect.ValueOfString("张"+r+"三")), invalidText, invalidField)
			}
			if s := itemRules(fd, rules).GetString(); s.HasMaxLen() || s.HasPattern() || s.GetUuid() || len(s.GetIn()) > 0 {
				add("too long", name, set(protoreflect.ValueOfString(strings.Repeat("甲", 3000))), invalidField)
			}
		case fd.Kind() == protoreflect.EnumKind && itemRules(fd, rules).GetEnum() != nil:
			add("no value of", name, set(protoreflect.ValueOfEnum(9999)), invalidField)
		case fd.Kind() == protoreflect.Int32Kind && rules.GetInt32() != nil:
			add("far below", name, set(protoreflect.ValueOfInt32(-7)), invalidField)
			add("far above", name, set(protoreflect.ValueOfInt32(1<<30)), invalidField)
		}
		if rules.GetRequired() && len(path) == 1 {
			without := proto.Clone(req)
			without.ProtoReflect().Clear(fd)
			add("missing", name, without, invalidField)
		}
	})
	return append(all, spoilCall(req)...)
}

// spoilCall breaks what is the same for all: request ids and pages.
func spoilCall(req proto.Message) (all []bad) {
	fields := req.ProtoReflect().Descriptor().Fields()
	set := func(name protoreflect.Name, v protoreflect.Value) proto.Message {
		m := proto.Clone(req)
		m.ProtoReflect().Set(fields.ByName(name), v)
		return m
	}
	if fields.ByName("request_id") != nil {
		for what, id := range map[string]string{"missing": "", "malformed": "1", "braced": "{00000000-0000-4000-8000-000000000000}"} {
			all = append(all, bad{what + " request_id", set("request_id", protoreflect.ValueOfString(id)), "request_id", []nuov1.ErrorReason{invalidField}})
		}
	}
	if fields.ByName("page_token") != nil {
		forged := append(append([]byte{1}, make([]byte, 16)...), mingzhu...)
		for what, token := range map[string]string{
			"damaged": "!", "forged": base64.RawURLEncoding.EncodeToString(forged),
			"another call's": rpc.EncodePage(&nuov1.WhoAmIRequest{}, "x"),
		} {
			all = append(all, bad{
				what + " page_token", set("page_token", protoreflect.ValueOfString(token)), "",
				[]nuov1.ErrorReason{nuov1.ErrorReason_ERROR_REASON_INVALID_PAGE_TOKEN},
			})
		}
	}
	return all
}

// walkFields visits every field of a message and of those in it that are the API's own.
func walkFields(
	m protoreflect.MessageDescriptor, path []protoreflect.FieldDescriptor, visit func([]protoreflect.FieldDescriptor),
) {
	for i := range m.Fields().Len() {
		at := append(slices.Clone(path), m.Fields().Get(i))
		fd := at[len(at)-1]
		visit(at)
		if fd.Message() != nil && fd.Message().ParentFile().Package() == "nuo.v1" {
			walkFields(fd.Message(), at, visit)
		}
	}
}

// itemRules are the rules of a field's values: of a list, those of its items.
func itemRules(fd protoreflect.FieldDescriptor, r *validate.FieldRules) *validate.FieldRules {
	if fd.IsList() {
		return r.GetRepeated().GetItems()
	}
	return r
}

// pathName is a field as an error names it; of a list, its first item.
func pathName(path []protoreflect.FieldDescriptor) string {
	var names []string
	for _, fd := range path {
		name := string(fd.Name())
		if fd.IsList() {
			name += "[0]"
		}
		names = append(names, name)
	}
	return strings.Join(names, ".")
}

// setPath is a copy of the request with one value in the place of another; of lists, the first item is that.
func setPath(req proto.Message, path []protoreflect.FieldDescriptor, v protoreflect.Value) proto.Message {
	spoilt := proto.Clone(req)
	m := spoilt.ProtoReflect()
	for i, fd := range path {
		last := i == len(path)-1
		switch {
		case fd.IsList() && last:
			m.Mutable(fd).List().Truncate(0)
			m.Mutable(fd).List().Append(v)
		case fd.IsList():
			if m.Get(fd).List().Len() == 0 {
				plausible(m.Mutable(fd).List().AppendMutable().Message())
			}
			m = m.Mutable(fd).List().Get(0).Message()
		case last:
			m.Set(fd, v)
		default:
			m = m.Mutable(fd).Message()
		}
	}
	return spoilt
}

// plausible fills in what an item of a list cannot be without, so that it is refused for what is spoilt alone.
func plausible(m protoreflect.Message) {
	for name, v := range map[protoreflect.Name]protoreflect.Value{
		"from_date": protoreflect.ValueOfString("2020-02-08"), "kind": protoreflect.ValueOfEnum(1),
	} {
		if fd := m.Descriptor().Fields().ByName(name); fd != nil {
			m.Set(fd, v)
		}
	}
}

// Every rule that a request's descriptor states is kept, for every RPC: with the reason, the field named, in both
// languages, and nothing written.
func TestErrInvalidRequestOfEveryRPC(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	requests := map[*method]play{}
	for _, m := range c.served(nil) {
		p := plays()[m.full](c)
		requests[m] = play{p.who, withID(p.req)}
	}
	before, tried := c.position(), 0
	for m, p := range requests {
		for _, b := range spoil(p.req) {
			tried++
			_, err := c.do(p.who, b.req)
			if problem := b.problem(err); problem != "" {
				t.Errorf("%s, %s: %s", m.full, b.what, problem)
			}
		}
	}
	if c.position() != before {
		t.Error("refused calls wrote something")
	}
	t.Logf("%d requests of %d RPCs", tried, len(requests))
}

// problem says what is wrong with a refusal, "" for nothing.
func (b bad) problem(err error) string {
	f, ok := rpc.FromStatus(err)
	switch {
	case !ok:
		return fmt.Sprintf("%v has no reason", err)
	case !slices.Contains(b.reasons, f.Reason):
		return fmt.Sprintf("%v, want %v", err, b.reasons)
	case b.field == "":
		return ""
	}
	for _, v := range f.Fields {
		if v.Field == b.field || strings.HasPrefix(b.field, "update_mask") && strings.HasPrefix(v.Field, "update_mask") {
			if v.Description == "" || v.DescriptionZH == "" {
				return "the field is named without saying why in both languages"
			}
			return ""
		}
	}
	return fmt.Sprintf("%v names no %s", f.Fields, b.field)
}
