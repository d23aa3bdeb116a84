package call

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// maxPaths is far above the fields that there are.
const maxPaths = 100

// path is what a field's path looks like; anything else is not repeated in an error.
var path = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}(\.[a-z][a-z0-9_]{0,31})?$`)

// ApplyMask copies the fields that the mask names from src to dst, both of one kind, and answers them without what
// stands behind a dot, each once. A path is a field, or a field of a message field, such as policy.grace; what src
// leaves unset is cleared. A path whose field is not among the editable ones, output-only fields too, is INVALID_FIELD
// naming it, and so is an empty mask.
func ApplyMask(dst, src proto.Message, mask *fieldmaskpb.FieldMask, editable ...string) ([]string, error) {
	if n := len(mask.GetPaths()); n == 0 || n > maxPaths {
		return nil, fault.Field("update_mask", "name the fields to change: "+strings.Join(editable, ", "),
			"请指明要修改的字段："+strings.Join(editable, "、"))
	}
	src = proto.Clone(src)
	var fields []string
	for i, p := range mask.GetPaths() {
		top, sub, _ := strings.Cut(p, ".")
		if !path.MatchString(p) || !slices.Contains(editable, top) || !copyField(dst, src, top, sub) {
			return nil, unknownPath(i, p, editable)
		}
		if !slices.Contains(fields, top) {
			fields = append(fields, top)
		}
	}
	return fields, nil
}

// copyField copies one field, or one field of a message field; false where there is none.
func copyField(dst, src proto.Message, top, sub string) bool {
	to, from := dst.ProtoReflect(), src.ProtoReflect()
	field := to.Descriptor().Fields().ByName(protoreflect.Name(top))
	if field == nil {
		return false
	}
	if sub != "" {
		if field.Message() == nil || field.IsList() || field.IsMap() {
			return false
		}
		inner := field.Message().Fields().ByName(protoreflect.Name(sub))
		if inner == nil {
			return false
		}
		to, from, field = to.Mutable(field).Message(), from.Get(field).Message(), inner
	}
	if from.Has(field) {
		to.Set(field, from.Get(field))
	} else {
		to.Clear(field)
	}
	return true
}

func unknownPath(i int, p string, editable []string) *fault.Error {
	named, namedZH := "is no field that can be changed", "不是可以修改的字段"
	if path.MatchString(p) {
		named, namedZH = p+" "+named, p+" "+namedZH
	}
	all := strings.Join(editable, ", ")
	return fault.New(nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD).WithViolation(fault.Violation{
		Field:       fmt.Sprintf("update_mask.paths[%d]", i),
		Description: named + "; these can: " + all, DescriptionZH: namedZH + "，可以修改：" + all,
	})
}

// RefuseStale is ETAG_MISMATCH when the record has changed since it was read, or no etag was sent. The record is as it is
// stored, without what an answer adds.
func RefuseStale(stored interface {
	proto.Message
	GetName() string
}, sent string,
) error {
	if sent != store.Etag(stored) {
		return fault.New(nuov1.ErrorReason_ERROR_REASON_ETAG_MISMATCH, "name", stored.GetName())
	}
	return nil
}
