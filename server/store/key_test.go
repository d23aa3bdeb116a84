package store_test

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"nuo.internal/nuo/server/store"
)

const (
	someone = "volunteers/0b9d6f5e-7c1a-4b3e-8a2f-1c2d3e4f5a6b"
	promise = "contracts/01702345-89ab-7cde-8f01-23456789abcd"
)

// These bytes are on disks: they never change.
func TestOKKeyBytesAreGolden(t *testing.T) {
	for _, c := range []struct {
		parts []any
		want  string
	}{
		{[]any{""}, "00"},
		{[]any{"communities/mingzhu"}, "0a" + hex.EncodeToString([]byte("mingzhu")) + "00"},
		{[]any{"communities/mingzhu/compounds/3"}, "0a" + hex.EncodeToString([]byte("mingzhu/")) + "0b3300"},
		{[]any{someone}, "04020b9d6f5e7c1a4b3e8a2f1c2d3e4f5a6b"},
		{[]any{someone + "/x"}, "04030b9d6f5e7c1a4b3e8a2f1c2d3e4f5a6b7800"},
		{[]any{promise, uint64(1)}, "05020170234589ab7cde8f0123456789abcdf501"},
		{[]any{strings.ToUpper(someone[11:])}, hex.EncodeToString([]byte(strings.ToUpper(someone[11:]))) + "00"},
		{[]any{"a\x00\xff"}, "61" + "0100" + "01ff" + "00"},
		{[]any{uint64(0xf7), uint64(0xf8), uint64(1 << 32)}, "f5f7" + "f5f8f8" + "f5fc0100000000"},
		{[]any{int64(-1), 0, int32(0x77), 0x78}, "f67f" + "f680" + "f6f7" + "f6f878"},
		{[]any{int64(math.MinInt64), int64(math.MaxInt64)}, "f6008000000000000000" + "f6ff7fffffffffffffff"},
		{[]any{time.Time{}}, "f70000000000"},
		{[]any{noon}, "f71daba05280"},
		{[]any{timestamppb.New(noon.Add(1))}, "f71daba05281" + "00000001"},
		{[]any{[]byte{1, 0, 2}}, "f80100ff020000"},
		{[]any{store.Under("communities/")}, "0a"},
		{[]any{store.Under(someone + "/")}, "04030b9d6f5e7c1a4b3e8a2f1c2d3e4f5a6b"},
	} {
		if got := hex.EncodeToString(store.Key(c.parts...)); got != c.want {
			t.Errorf("Key(%q) = %s, want %s", c.parts, got, c.want)
		}
	}
}

// anyPart draws a part of a key; strings come from a small alphabet with what is special to the encoding.
func anyPart(t *rapid.T, kind string) any {
	switch kind {
	case "string":
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
			"volunteers/", "doors/", someone[11:], promise[10:], "/", "a", "b-", "\x00", "\x1f", "\xf5", "明珠", "0",
		}), 0, 5).Draw(t, "string"), "")
	case "uint64":
		return rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 600)).Draw(t, "uint64")
	case "int64":
		return rapid.OneOf(rapid.Int64(), rapid.Int64Range(-300, 300)).Draw(t, "int64")
	case "time":
		seconds := rapid.Int64Range(-62135596800, 253402300799).Draw(t, "seconds")
		return time.Unix(seconds, rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 999_999_999)).Draw(t, "nanos")).UTC()
	default:
		return rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 0xff, 'a'}), 0, 6).Draw(t, "bytes")
	}
}

var kinds = []string{"string", "uint64", "int64", "time", "bytes"}

func TestOKKeyIsReadBackPartByPart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := []any{}
		for _, k := range rapid.SliceOfN(rapid.SampledFrom(kinds), 0, 4).Draw(t, "kinds") {
			parts = append(parts, anyPart(t, k))
		}
		got, err := store.DecodeKey(store.Key(parts...))
		if err != nil || !equalParts(got, parts) {
			t.Fatalf("%q came back as %q, %v", parts, got, err)
		}
	})
}

func equalParts(a, b []any) bool {
	return slices.EqualFunc(a, b, func(x, y any) bool {
		if p, ok := x.([]byte); ok {
			q, ok := y.([]byte)
			return ok && bytes.Equal(p, q)
		}
		return reflect.DeepEqual(x, y)
	})
}

// A key is a prefix of another exactly when its parts are the other's first ones, so a scan finds all and no more.
func TestOKKeyIsPrefixOfWhatBeginsWithItsParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) []any {
			var parts []any
			for _, k := range rapid.SliceOfN(rapid.SampledFrom(kinds), 0, 3).Draw(t, label) {
				parts = append(parts, anyPart(t, k))
			}
			return parts
		}
		a := draw("a")
		b := append(slices.Clone(a), draw("more")...)
		if rapid.Bool().Draw(t, "unrelated") {
			b = draw("b")
		}
		want := len(a) <= len(b) && equalParts(a, b[:len(a)])
		if got := bytes.HasPrefix(store.Key(b...), store.Key(a...)); got != want {
			t.Fatalf("%q prefix of %q: %v, want %v", a, b, got, want)
		}
	})
}

func TestOKKeyOrdersNumbersInstantsAndBytesByValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(kinds[1:]).Draw(t, "kind")
		a, b := anyPart(t, kind), anyPart(t, kind)
		var want int
		switch a := a.(type) {
		case uint64:
			want = cmp.Compare(a, b.(uint64))
		case int64:
			want = cmp.Compare(a, b.(int64))
		case time.Time:
			want = a.Compare(b.(time.Time))
		case []byte:
			want = bytes.Compare(a, b.([]byte))
		}
		if got := bytes.Compare(store.Key(a, "x"), store.Key(b, "x")); want != 0 && got != want {
			t.Fatalf("%v against %v: %d, want %d", a, b, got, want)
		}
	})
}

func TestOKKeyOrdersIdsOfOneCollectionLexically(t *testing.T) {
	id := rapid.StringMatching(`[a-z0-9][a-z0-9-]{0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := id.Draw(t, "a"), id.Draw(t, "b")
		if got := bytes.Compare(store.Key("shifts/"+a), store.Key("shifts/"+b)); got != cmp.Compare(a, b) {
			t.Fatalf("%s against %s: %d", a, b, got)
		}
	})
}

func TestOKKeyOrdersTimeOrderedIdsByTime(t *testing.T) {
	h := newHouse(t)
	h.clock.step = 137 * time.Microsecond
	var keys [][]byte
	for range 100 {
		var two []string
		h.update(func(tx *store.Tx) error { two = []string{tx.NewID(), tx.NewID()}; return nil })
		for _, id := range two {
			keys = append(keys, store.Key("contracts/"+id, uint64(1)))
		}
	}
	if !slices.IsSortedFunc(keys, bytes.Compare) {
		t.Fatal("keys of ids made later do not come later")
	}
}

func TestOKKeyUnderFindsWhatLiesBelow(t *testing.T) {
	p := store.Key(store.Under("communities/mingzhu/"))
	for name, below := range map[string]bool{
		"communities/mingzhu/compounds/3":              true,
		"communities/mingzhu/compounds/3/buildings/10": true,
		"communities/mingzhu":                          false,
		"communities/mingzhu-2/compounds/3":            false,
		"units/mingzhu/branches/1":                     false,
	} {
		if bytes.HasPrefix(store.Key(name), p) != below {
			t.Errorf("%s below communities/mingzhu/: want %v", name, below)
		}
	}
}

func TestErrKeyPanicsOnWhatIsNoPart(t *testing.T) {
	for _, parts := range [][]any{{3.5}, {store.Under("units")}, {store.Under("units/"), "x"}, {nil}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Key(%v) did not panic", parts)
				}
			}()
			store.Key(parts...)
		}()
	}
}

// Whatever bytes are read as a key are the bytes that Key writes for it; everything else is an error, never a panic.
func FuzzDecodeKey(f *testing.F) {
	for _, parts := range [][]any{
		{},
		{""},
		{"communities/mingzhu"},
		{someone, uint64(7)},
		{noon, uint64(3), promise},
		{int64(-5), []byte{0, 1}},
		{noon.Add(1)},
		{"a\x00b", uint64(1 << 40)},
	} {
		f.Add(store.Key(parts...))
	}
	f.Add([]byte{0xf5, 0xf8, 0x01}) // a number in more bytes than it needs
	f.Add([]byte("volunteers/x\x00"))
	f.Fuzz(func(t *testing.T, key []byte) {
		parts, err := store.DecodeKey(key)
		if err != nil {
			return
		}
		if got := store.Key(parts...); !bytes.Equal(got, key) {
			t.Fatalf("%x read as %s is written as %x", key, fmt.Sprint(parts...), got)
		}
	})
}
