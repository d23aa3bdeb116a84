package store

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// DecodeKey reads what Key wrote: each part is a string, uint64, int64, time.Time (UTC) or []byte. Bytes that Key
// never writes are an error.
func DecodeKey(key []byte) ([]any, error) {
	parts, err := decodeParts(key)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(Key(parts...), key) {
		return nil, errKey
	}
	return parts, nil
}

// decodeParts reads a key that a checksum vouches for: it does not ask whether Key would write it the same way.
func decodeParts(key []byte) ([]any, error) {
	parts := make([]any, 0, 4)
	for rest := key; len(rest) > 0; {
		part, n, err := decodePart(rest)
		if err != nil {
			return nil, err
		}
		parts, rest = append(parts, part), rest[n:]
	}
	return parts, nil
}

// decodePart reads the first part of b and tells its length.
func decodePart(b []byte) (part any, n int, err error) {
	switch b[0] {
	case tagUint:
		v, n, err := decodeSize(b[1:], 0, 0)
		return v, 1 + n, err
	case tagInt:
		return decodeInt(b)
	case tagTime:
		return decodeTime(b)
	case tagBytes:
		return decodeBytes(b)
	}
	if b[0] > lastLiteral {
		return nil, 0, errKey
	}
	return decodeString(b)
}

// decodeSize reads what appendSize wrote, each byte flipped by mask.
func decodeSize(b []byte, first, mask byte) (v uint64, n int, err error) {
	if len(b) == 0 || b[0]^mask < first {
		return 0, 0, errKey
	}
	head := b[0] ^ mask
	if head < tagLong {
		return uint64(head - first), 1, nil
	}
	n = int(head-tagLong) + 2
	if len(b) < n {
		return 0, 0, errKey
	}
	for _, c := range b[1:n] {
		v = v<<8 | uint64(c^mask)
	}
	return v, n, nil
}

func decodeInt(b []byte) (any, int, error) {
	if len(b) > 1 && b[1] < intZero {
		v, n, err := decodeSize(b[1:], intZero, 0xff)
		return ^int64(v), 1 + n, err
	}
	v, n, err := decodeSize(b[1:], intZero, 0)
	return int64(v), 1 + n, err
}

func decodeTime(b []byte) (any, int, error) {
	if len(b) < 6 {
		return nil, 0, errKey
	}
	v := uint64(b[1])<<32 | uint64(binary.BigEndian.Uint32(b[2:]))
	seconds := int64(v>>1) - unixOfYear1
	if v&1 == 0 {
		return time.Unix(seconds, 0).UTC(), 6, nil
	}
	if len(b) < 10 {
		return nil, 0, errKey
	}
	nanos := binary.BigEndian.Uint32(b[6:])
	if nanos > 999_999_999 {
		return nil, 0, errKey
	}
	return time.Unix(seconds, int64(nanos)).UTC(), 10, nil
}

func decodeBytes(b []byte) (any, int, error) {
	out := []byte{}
	for i := 1; i < len(b); i++ {
		if b[i] != 0 {
			out = append(out, b[i])
			continue
		}
		if i+1 == len(b) {
			break
		}
		switch b[i+1] {
		case 0:
			return out, i + 2, nil
		case 0xff:
			out = append(out, 0)
			i++
		default:
			return nil, 0, errKey
		}
	}
	return nil, 0, errKey
}

func decodeString(b []byte) (any, int, error) {
	var s strings.Builder
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case c == tagEnd:
			return s.String(), i + 1, nil
		case c == tagEscape:
			if i+1 == len(b) {
				return nil, 0, errKey
			}
			s.WriteByte(b[i+1])
			i += 2
		case c == tagUUIDEnd || c == tagUUIDPath:
			if len(b) < i+17 {
				return nil, 0, errKey
			}
			s.WriteString(uuid.UUID(b[i+1 : i+17]).String())
			if i += 17; c == tagUUIDEnd {
				return s.String(), i, nil
			}
			s.WriteByte('/')
		case c < firstLiteral:
			if int(c) >= tagFirstCollection+len(collections) {
				return nil, 0, errKey
			}
			s.WriteString(collections[c-tagFirstCollection])
			i++
		case c <= lastLiteral:
			s.WriteByte(c)
			i++
		default:
			return nil, 0, errKey
		}
	}
	return nil, 0, errKey
}

// keyText is a key for people: its parts, separated by spaces; bytes in hexadecimal. Keys hold no personal data.
func keyText(key []byte) string {
	parts, err := DecodeKey(key)
	if err != nil {
		return "0x" + hex.EncodeToString(key)
	}
	return partsText(parts)
}

func partsText(parts []any) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		switch p := p.(type) {
		case time.Time:
			texts[i] = p.Format(time.RFC3339Nano)
		case []byte:
			texts[i] = "0x" + hex.EncodeToString(p)
		default:
			texts[i] = fmt.Sprint(p)
		}
	}
	return strings.Join(texts, " ")
}
