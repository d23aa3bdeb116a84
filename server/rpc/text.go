package rpc

import (
	"fmt"
	"strconv"
	"unicode"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
)

// CleanText refuses a message with a string, at any depth, that holds what cannot be seen: control characters, line and
// paragraph separators, and format characters (bidirectional marks and overrides, zero-width characters, tags). A field
// that is (nuo.v1.multiline) may hold \n. Everything that can be seen passes, rare characters of every plane too, and
// variation selectors, which some names need. INVALID_TEXT names each field and the first character in it.
func CleanText(m proto.Message) error {
	var found []fault.Violation
	walk(m.ProtoReflect(), "", &found)
	if len(found) == 0 {
		return nil
	}
	return fault.New(nuov1.ErrorReason_ERROR_REASON_INVALID_TEXT).WithViolation(found...)
}

func walk(m protoreflect.Message, path string, found *[]fault.Violation) {
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		at := path + string(fd.Name())
		switch {
		case fd.IsList():
			if fd.Kind() != protoreflect.StringKind && fd.Message() == nil {
				break
			}
			for i := range v.List().Len() {
				walkValue(fd, v.List().Get(i), at+"["+strconv.Itoa(i)+"]", found)
			}
		case fd.IsMap():
			v.Map().Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
				in := fmt.Sprintf("%s[%q]", at, k.String())
				walkValue(fd.MapKey(), k.Value(), in, found)
				walkValue(fd.MapValue(), v, in, found)
				return true
			})
		default:
			walkValue(fd, v, at, found)
		}
		return true
	})
}

func walkValue(fd protoreflect.FieldDescriptor, v protoreflect.Value, path string, found *[]fault.Violation) {
	switch {
	case fd.Message() != nil:
		walk(v.Message(), path+".", found)
	case fd.Kind() == protoreflect.StringKind:
		if r, bad := hidden(v.String(), fd); bad {
			*found = append(*found, fault.Violation{
				Field:         path,
				Description:   fmt.Sprintf("holds the character U+%04X, which cannot be seen; remove it", r),
				DescriptionZH: fmt.Sprintf("含有不可见字符 U+%04X，请删除", r),
			})
		}
	}
}

func hidden(s string, fd protoreflect.FieldDescriptor) (rune, bool) {
	for _, r := range s {
		if r < 0x7f && r >= ' ' || !Hidden(r) || r == '\n' && multiline(fd) {
			continue
		}
		return r, true
	}
	return 0, false
}

// Hidden tells whether a character cannot be seen: control, format, line and paragraph separators, noncharacters, and
// the fillers of Hangul, which are letters that are drawn as nothing.
func Hidden(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u3164', '\uffa0':
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Noncharacter_Code_Point)
}

func multiline(fd protoreflect.FieldDescriptor) bool {
	yes, _ := proto.GetExtension(fd.Options(), nuov1.E_Multiline).(bool)
	return yes
}
