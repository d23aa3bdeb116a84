package importing

import (
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// editable are the fields that a file may change of what is there.
func editable(m proto.Message) []protoreflect.Name {
	switch m.(type) {
	case *nuov1.Organisation:
		return []protoreflect.Name{"display_name", "village", "company", "address"}
	case *nuov1.Volunteer:
		return []protoreflect.Name{
			"unit", "branch", "teams", "political_status", "service_status", "skills", "minor", "guardian_consent", "person",
		}
	case *nuov1.ServedParty:
		return []protoreflect.Name{"kind", "compound", "contact"}
	case *nuov1.TaskList:
		return []protoreflect.Name{"title", "activity_lead", "cohosts", "accept_by_hand", "close_time", "date"}
	case *nuov1.Task:
		return []protoreflect.Name{
			"kind", "title", "description", "compound", "hazard_class", "insurance_reference", "safety_terms",
		}
	case *nuov1.Shift:
		return []protoreflect.Name{
			"place", "meeting_point", "start_time", "end_time", "timing", "capacity", "minimum_headcount", "requirements",
			"claim_open_time", "claim_close_time", "risk_notes", "relieved_by",
		}
	default:
		return nil
	}
}

// edit is the request to bring live to what the file wants: what it wants under live's name and etag, and the names of
// the fields that differ. A personal message that live does not show differs.
func edit(want, live proto.Message) (proto.Message, []string) {
	asked, there := want.ProtoReflect(), live.ProtoReflect()
	next := proto.Clone(want).ProtoReflect()
	fields := asked.Descriptor().Fields()
	for _, name := range []protoreflect.Name{"name", "etag"} {
		fd := fields.ByName(name)
		next.Set(fd, there.Get(fd))
	}
	var paths []string
	for _, name := range editable(want) {
		fd := fields.ByName(name)
		if !same(fd, asked, there) {
			paths = append(paths, string(name))
		}
	}
	return next.Interface(), paths
}

// same compares one field. Lists that are sets are compared without their order.
func same(fd protoreflect.FieldDescriptor, a, b protoreflect.Message) bool {
	if fd.IsList() && fd.Kind() == protoreflect.StringKind {
		return slices.Equal(sorted(a.Get(fd).List()), sorted(b.Get(fd).List()))
	}
	if a.Has(fd) != b.Has(fd) {
		if fd.Message() == nil {
			return false
		}
		// An empty message says as much as none.
		return !full(a, fd) && !full(b, fd)
	}
	return a.Get(fd).Equal(b.Get(fd))
}

func full(m protoreflect.Message, fd protoreflect.FieldDescriptor) bool {
	return m.Has(fd) && proto.Size(m.Get(fd).Message().Interface()) > 0
}

func sorted(l protoreflect.List) []string {
	all := make([]string, l.Len())
	for i := range all {
		all[i] = l.Get(i).String()
	}
	slices.Sort(all)
	return all
}
