package store

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"google.golang.org/protobuf/proto"
)

// A stored value is one version byte, a CRC-32C over key, version byte and payload (4 bytes, big-endian), and the
// payload. The key is covered so that a value that lands under another key shows. The payload of a record is its
// message, marshalled deterministically.
const (
	recordVersion = 1
	headerSize    = 5
)

var (
	castagnoli    = crc32.MakeTable(crc32.Castagnoli)
	errVersion    = errors.New("value of an unknown version")
	errShort      = errors.New("value too short")
	errChecksum   = errors.New("checksum does not fit key and value")
	deterministic = proto.MarshalOptions{Deterministic: true}
)

// beginRecord reserves the header in b[:0].
func beginRecord(b []byte) []byte { return append(b[:0], recordVersion, 0, 0, 0, 0) }

// endRecord writes the header of a value whose payload is complete.
func endRecord(key, value []byte) []byte {
	binary.BigEndian.PutUint32(value[1:], checksum(key, value))
	return value
}

func checksum(key, value []byte) uint32 {
	c := crc32.Update(0, castagnoli, key)
	c = crc32.Update(c, castagnoli, value[:1])
	return crc32.Update(c, castagnoli, value[headerSize:])
}

// openRecord verifies a value and returns its payload, which is the engine's memory.
func openRecord(key, value []byte) ([]byte, error) {
	switch {
	case len(value) < headerSize:
		return nil, errShort
	case binary.BigEndian.Uint32(value[1:]) != checksum(key, value):
		return nil, errChecksum
	case value[0] != recordVersion:
		return nil, errVersion
	}
	return value[headerSize:], nil
}
