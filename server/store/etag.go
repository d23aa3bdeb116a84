package store

import (
	"crypto/sha256"
	"encoding/base64"

	"google.golang.org/protobuf/proto"
)

// Etag is the etag of a record: it changes with every edit and with nothing else. It is a hash of what is stored, so
// m must be as it was read or is to be put, before anything that is only answered is filled in; an etag that stands
// in m already counts.
func Etag(m proto.Message) string {
	b, err := deterministic.Marshal(m)
	if err != nil {
		return "" // only a message that could not be stored either
	}
	h := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(h[:9])
}
