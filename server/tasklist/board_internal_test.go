package tasklist

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/lifecycle"
	"nuo.internal/nuo/server/store"
)

// fill sets every field of a message, at depth one, to something.
func fill(m protoreflect.Message) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		one := func() protoreflect.Value {
			switch fd.Kind() {
			case protoreflect.StringKind:
				return protoreflect.ValueOfString(string(fd.Name()))
			case protoreflect.BoolKind:
				return protoreflect.ValueOfBool(true)
			case protoreflect.EnumKind:
				return protoreflect.ValueOfEnum(1)
			case protoreflect.Int32Kind:
				return protoreflect.ValueOfInt32(int32(i + 1))
			case protoreflect.Int64Kind:
				return protoreflect.ValueOfInt64(int64(i + 1))
			default:
				panic(fmt.Sprintf("say how %s is filled", fd.FullName()))
			}
		}
		switch {
		case fd.IsList():
			m.Mutable(fd).List().Append(one())
		case fd.Message() != nil:
			m.Mutable(fd)
		default:
			m.Set(fd, one())
		}
	}
	m.SetUnknown([]byte{0xf8, 0x7f, 1}) // field 2047, a varint
}

func TestOKCopyShiftForgetsNoField(t *testing.T) {
	from, to := &nuov1.Shift{}, &nuov1.Shift{}
	fill(from.ProtoReflect())
	copyShift(to, from)
	if !proto.Equal(from, to) {
		t.Errorf("copied\n%v\nof\n%v", to, from)
	}
}

func TestOKCopiedShiftTakesAnswersOfItsOwn(t *testing.T) {
	from := &nuov1.Shift{Name: "shifts/pm"}
	b := &boardShift{shown: &lifecycle.Shown{Shift: from}}
	nothing := b.told(lifecycle.Answer{})
	if !proto.Equal(nothing, from) || nothing == from || b.told(lifecycle.Answer{}) != nothing {
		t.Errorf("%v of %v", nothing, from)
	}
	to := &nuov1.Shift{}
	copyShift(to, from)
	to.AllowedActions = append(to.AllowedActions, 1)
	if len(nothing.GetAllowedActions()) != 0 || len(from.GetAllowedActions()) != 0 {
		t.Errorf("%v of %v", to, from)
	}
}

func TestOKBoardIsBounded(t *testing.T) {
	b, now := &board{}, time.Unix(1, 0)
	for i := range 10 * boardPages {
		b.keep(7, asked{size: i}, &page{since: now, shifts: make([]*boardShift, i%1000)})
		if len(b.pages) > boardPages || b.shifts > boardShifts {
			t.Fatalf("%d pages with %d shifts", len(b.pages), b.shifts)
		}
	}
	b.keep(7, asked{}, &page{since: now, shifts: make([]*boardShift, boardShifts+1)})
	if b.find(7, now, asked{}) != nil && len(b.find(7, now, asked{}).shifts) > boardShifts {
		t.Error("a page that is too long was kept")
	}
}

func TestOKBoardAnswersForItsPositionAndTimeAlone(t *testing.T) {
	b, noon := &board{}, time.Unix(1000, 0)
	b.keep(7, asked{size: 1}, &page{since: noon, until: noon.Add(time.Minute)})
	b.keep(6, asked{size: 2}, &page{since: noon}) // by a reader that began earlier
	for _, c := range []struct {
		what string
		at   int
		now  time.Time
		size int
		ok   bool
	}{
		{"as it was kept", 7, noon, 1, true},
		{"just before it changes", 7, noon.Add(time.Minute - 1), 1, true},
		{"when it changes", 7, noon.Add(time.Minute), 1, false},
		{"before it was read", 7, noon.Add(-1), 1, false},
		{"after a commit", 8, noon, 1, false},
		{"before the commit", 6, noon, 1, false},
		{"an older page", 6, noon, 2, false},
		{"another size", 7, noon, 3, false},
	} {
		if got := b.find(store.Position(c.at), c.now, asked{size: c.size}) != nil; got != c.ok {
			t.Errorf("%s: %v, want %v", c.what, got, c.ok)
		}
	}
}
