package server_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/policy"
)

// method is an RPC as its descriptor says.
type method struct {
	protoreflect.MethodDescriptor
	full string // /nuo.v1.TokenService/WhoAmI
	rule *nuov1.MethodPolicy
}

// short is the method without its service.
func (m *method) short() string { return string(m.Name()) }

// methods are all RPCs of the API, by full method, from the descriptors.
var methods = sync.OnceValue(func() map[string]*method {
	all := map[string]*method{}
	protoregistry.GlobalFiles.RangeFilesByPackage("nuo.v1", func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			s := f.Services().Get(i)
			for j := range s.Methods().Len() {
				d := s.Methods().Get(j)
				full := "/" + string(s.FullName()) + "/" + string(d.Name())
				rule, _ := policy.RuleOf(full)
				all[full] = &method{d, full, rule}
			}
		}
		return true
	})
	return all
})

// inOrder are the methods that pass, in the order of their names.
func inOrder(pass func(*method) bool) (found []*method) {
	for _, m := range methods() {
		if pass == nil || pass(m) {
			found = append(found, m)
		}
	}
	slices.SortFunc(found, func(a, b *method) int { return strings.Compare(a.full, b.full) })
	return found
}

// methodOf is the RPC that takes this request: each has a request of its own.
var methodOf = func() func(proto.Message) *method {
	byRequest := sync.OnceValue(func() map[protoreflect.FullName]*method {
		all := map[protoreflect.FullName]*method{}
		for _, m := range methods() {
			all[m.Input().FullName()] = m
		}
		return all
	})
	return func(req proto.Message) *method { return byRequest()[req.ProtoReflect().Descriptor().FullName()] }
}()

// answer is an empty answer of the method.
func (m *method) answer() proto.Message {
	kind, err := protoregistry.GlobalTypes.FindMessageByName(m.Output().FullName())
	if err != nil {
		panic(err)
	}
	return kind.New().Interface()
}

func (m *method) call(ctx context.Context, conn *grpc.ClientConn, req proto.Message) (proto.Message, error) {
	res := m.answer()
	if !m.IsStreamingServer() {
		if err := conn.Invoke(ctx, m.full, req, res); err != nil {
			return nil, err
		}
		return res, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, m.full)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(s.SendMsg(req), s.CloseSend()); err != nil {
		return nil, err
	}
	err = s.RecvMsg(res)
	for endless := m.short() == "WatchShifts"; err == nil && !endless; {
		next := m.answer()
		if err = s.RecvMsg(next); err == nil {
			res = next
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return res, nil
}

func setID(req proto.Message, id string) {
	m := req.ProtoReflect()
	m.Set(m.Descriptor().Fields().ByName("request_id"), protoreflect.ValueOfString(id))
}

// textOf is everything that a message or an error says.
func textOf(m proto.Message) string {
	b, err := protojson.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func errorText(err error) string {
	return textOf(status.Convert(err).Proto()) + status.Convert(err).Message()
}

// showsDoors are the methods whose answers may hold a served party's contact.
var showsDoors = []string{"CreateServedParty", "GetServedParty", "UpdateServedParty", "ShowDoors"}

// sees tells of whom an answer may hold names and phones. Who is not here sees nobody's.
func sees(who string) bool {
	return slices.Contains([]string{"mingzhu", "mingzhu-2", "yinshan", "court", "bank", "branch"}, who) ||
		strings.HasPrefix(who, "member-") || who == "neighbour"
}

// watch looks at the outcome of a call: no error holds a canary, no answer a note; a served party's contact stands in
// the answers of four methods alone; people stand on no board without their consent, which nobody here gave, and in no
// answer to those who see nobody.
func (c *cast) watch(who string, m *method, res proto.Message, err error) {
	c.Helper()
	if err != nil {
		if found := canaryIn(details(err)); found != "" {
			c.Errorf("%s, %s: the error holds %q: %v", m.full, who, found, err)
		}
		return
	}
	text := textOf(res)
	hidden := []string{noteCanary}
	if !slices.Contains(showsDoors, m.short()) {
		hidden = append(hidden, served...)
	}
	if !sees(who) || m.short() == "ListCommitments" {
		hidden = append(hidden, personal...)
	}
	if m.short() == "Backup" { // the file itself, for who may read everything
		hidden = nil
	}
	if found := canaryIn(text, hidden...); found != "" && len(hidden) > 0 {
		c.Errorf("%s answers %s with %q: %s", m.full, who, found, text)
	}
}

// details is all that an error says, its details unpacked.
func details(err error) string {
	st := status.Convert(err)
	text := errorText(err)
	for _, d := range st.Details() {
		if m, ok := d.(proto.Message); ok {
			text += textOf(m)
		}
	}
	return text
}
