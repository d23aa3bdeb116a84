package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Keys are sequences of parts. Each part tells its kind by its first byte and where it ends by itself, so that the
// bytes of the first parts are the prefix of all keys that begin with those parts, and a key can be read without
// knowing its table.
//
//	string   its bytes, except: 0x01 b for a byte b below 0x20 or above 0xf4, one byte below 0x20 for a known
//	         collection such as "volunteers/" at the start of a segment, 0x03 and 16 bytes for a segment that is a
//	         canonical uuid with the "/" after it; then 0x00, or 0x02 and 16 bytes where it ends with such a uuid
//	uint64   0xf5, then one byte below 0xf8, or 0xf7 + n and n bytes, big-endian
//	int64    0xf6, then one byte 0x80 + v below 0xf8, or 0xf7 + n and n bytes, big-endian; for v below zero the
//	         complement of what ^v would be
//	time     0xf7, then 5 bytes of seconds since year 1 shifted left by one; the lowest bit tells of 4 bytes of
//	         nanoseconds behind
//	bytes    0xf8, then the bytes with 0x00 0xff for 0x00, then 0x00 0x00
//
// Values of one kind order as their bytes do: numbers and instants by size, byte strings and the ids inside one
// collection lexically, uuids (v7: by time) before other ids. The order of different collections, and of different
// kinds, means nothing.
const (
	tagEnd      = 0x00
	tagEscape   = 0x01
	tagUUIDEnd  = 0x02
	tagUUIDPath = 0x03
	// From here to 0x1f: collections.
	tagFirstCollection = 0x04
	firstLiteral       = 0x20
	lastLiteral        = 0xf4
	tagUint            = 0xf5
	tagInt             = 0xf6
	tagTime            = 0xf7
	tagBytes           = 0xf8
)

const (
	tagLong = 0xf8 // of a number: the first of eight that tell its length
	intZero = 0x80 // an int64 of 0
)

// collections are written as one byte, tagFirstCollection and up. The order is stored: append, never reorder.
var collections = []string{
	"volunteers/", "contracts/", "servedParties/", "taskLists/", "tasks/", "shifts/", "communities/", "compounds/",
	"buildings/", "units/", "branches/", "teams/", "streets/", "districts/", "tokens/", "doors/",
}

// Under is the last part of a prefix that means all resources below a name or in a collection, such as
// Under("communities/") or Under("communities/mingzhu/"). It must end with a slash.
type Under string

var errKey = errors.New("not a key")

// Key encodes parts: string, uint64, int64, int, int32, time.Time, *timestamppb.Timestamp, []byte, and Under as the last one
// of a prefix. Any other kind is a mistake of the program and panics.
func Key(parts ...any) []byte { return appendKey(make([]byte, 0, 32), parts) }

func appendKey(b []byte, parts []any) []byte {
	for i, p := range parts {
		switch p := p.(type) {
		case string:
			b = appendString(b, p, true)
		case uint64:
			b = appendUint(b, p)
		case int64:
			b = appendInt(b, p)
		case int:
			b = appendInt(b, int64(p))
		case int32:
			b = appendInt(b, int64(p))
		case time.Time:
			b = appendTime(b, p)
		case *timestamppb.Timestamp:
			b = appendTime(b, timeOf(p))
		case []byte:
			b = appendBytes(b, p)
		case Under:
			if i != len(parts)-1 || !strings.HasSuffix(string(p), "/") {
				panic(fmt.Sprintf("store: Under(%q) is not the last part or does not end with a slash", string(p)))
			}
			b = appendString(b, string(p), false)
		default:
			panic(fmt.Sprintf("store: %T cannot be a part of a key", p))
		}
	}
	return b
}

// timeOf is the instant of t, the zero time.Time where there is none.
func timeOf(t *timestamppb.Timestamp) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.AsTime()
}

// appendString writes s; whole is false for a prefix, which has no end.
func appendString(b []byte, s string, whole bool) []byte {
	for {
		segment, rest, slash := strings.Cut(s, "/")
		if id, ok := canonicalUUID(segment); ok {
			if !slash {
				return append(append(b, tagUUIDEnd), id[:]...)
			}
			b = append(append(b, tagUUIDPath), id[:]...)
		} else {
			b = appendSegment(b, segment, slash)
		}
		if !slash || (rest == "" && !whole) {
			break
		}
		s = rest
	}
	if whole {
		b = append(b, tagEnd)
	}
	return b
}

func appendSegment(b []byte, segment string, slash bool) []byte {
	if slash {
		for i, c := range collections {
			if len(c) == len(segment)+1 && c[:len(segment)] == segment {
				return append(b, byte(tagFirstCollection+i))
			}
		}
	}
	for i := range len(segment) {
		if c := segment[i]; c < firstLiteral || c > lastLiteral {
			b = append(b, tagEscape, c)
		} else {
			b = append(b, c)
		}
	}
	if slash {
		b = append(b, '/')
	}
	return b
}

// canonicalUUID tells whether s is a uuid in its canonical text: lower case, with hyphens.
func canonicalUUID(s string) (id uuid.UUID, ok bool) {
	if len(s) != 36 {
		return id, false
	}
	j := 0
	for i := 0; i < 36; i++ {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return id, false
			}
			continue
		}
		hi, lo := hexDigit(s[i]), hexDigit(s[i+1])
		if hi > 15 || lo > 15 {
			return id, false
		}
		id[j] = hi<<4 | lo
		j++
		i++
	}
	return id, true
}

// hexDigit is the value of a lower-case hexadecimal digit, 255 for any other byte.
func hexDigit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}

func appendUint(b []byte, v uint64) []byte { return appendSize(append(b, tagUint), 0, v) }

// appendSize writes v in one byte, first + v, or behind a byte that tells how many there are. Longer is larger.
func appendSize(b []byte, first byte, v uint64) []byte {
	if v < uint64(tagLong-first) {
		return append(b, first+byte(v))
	}
	var be [8]byte
	binary.BigEndian.PutUint64(be[:], v)
	significant := bytes.TrimLeft(be[:], "\x00")
	return append(append(b, byte(tagLong-1+len(significant))), significant...)
}

func appendInt(b []byte, v int64) []byte {
	b = append(b, tagInt)
	if v >= 0 {
		return appendSize(b, intZero, uint64(v))
	}
	from := len(b)
	b = appendSize(b, intZero, uint64(^v))
	for i := from; i < len(b); i++ {
		b[i] = ^b[i]
	}
	return b
}

// unixOfYear1 is the zero time.Time in seconds before 1970.
const unixOfYear1 = 62135596800

// appendTime writes t. An instant before year 1 is written as the zero time, one after about 17,400 as that.
func appendTime(b []byte, t time.Time) []byte {
	seconds, nanos := t.Unix()+unixOfYear1, uint32(t.Nanosecond())
	if seconds < 0 {
		seconds, nanos = 0, 0
	} else if seconds >= 1<<39 {
		seconds, nanos = 1<<39-1, 999_999_999
	}
	v := uint64(seconds) << 1
	if nanos > 0 {
		v |= 1
	}
	b = append(b, tagTime, byte(v>>32), byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
	if nanos > 0 {
		b = binary.BigEndian.AppendUint32(b, nanos)
	}
	return b
}

func appendBytes(b, p []byte) []byte {
	b = append(b, tagBytes)
	for _, c := range p {
		if b = append(b, c); c == 0 {
			b = append(b, 0xff)
		}
	}
	return append(b, 0, 0)
}
