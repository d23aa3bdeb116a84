package tasklist

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
)

// maxPaths is far above the fields that there are.
const maxPaths = 100

// path is what a field's path looks like; anything else is not repeated in an error.
var path = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// applyMask copies the fields that the mask names from src to dst, both of one kind; what src leaves unset is cleared.
// A path that is not among the editable ones is INVALID_FIELD naming it, and so is an empty mask.
func applyMask(dst, src proto.Message, mask *fieldmaskpb.FieldMask, editable ...string) ([]string, error) {
	all := strings.Join(editable, ", ")
	if n := len(mask.GetPaths()); n == 0 || n > maxPaths {
		return nil, fault.Field("update_mask", "name the fields to change: "+all, "请指明要修改的字段："+all)
	}
	to, from := dst.ProtoReflect(), proto.Clone(src).ProtoReflect()
	for i, p := range mask.GetPaths() {
		field := to.Descriptor().Fields().ByName(protoreflect.Name(p))
		if field == nil || !slices.Contains(editable, p) {
			if !path.MatchString(p) {
				p = "this path"
			}
			return nil, fault.New(nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD).WithViolation(fault.Violation{
				Field:         fmt.Sprintf("update_mask.paths[%d]", i),
				Description:   p + " is no field that can be changed; these can: " + all,
				DescriptionZH: p + " 不是可以修改的字段，可以修改：" + all,
			})
		}
		if from.Has(field) {
			to.Set(field, from.Get(field))
		} else {
			to.Clear(field)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(mask.GetPaths()))), nil
}

// pathDetails are the changed fields as details of an event.
func pathDetails(paths []string) []string {
	details := make([]string, 0, 2*len(paths))
	for _, p := range paths {
		details = append(details, "field", p)
	}
	return details
}
