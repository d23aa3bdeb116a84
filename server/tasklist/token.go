package tasklist

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/store"
)

// A resume token is base64url of: version, the first 8 bytes of a SHA-256 over the filters, the position as a varint,
// and, while the present state is not complete, the cursor behind which it goes on. It is no permission: a resumed
// stream is authorised like a new one.
const (
	resumeVersion = 1
	resumeSum     = 8
)

// resume is where a stream goes on: after a position, and before that with the present state behind a cursor.
type resume struct {
	position store.Position
	cursor   string
}

func (r resume) token(req *nuov1.WatchShiftsRequest) string {
	b := append([]byte{resumeVersion}, filterSum(req)...)
	b = binary.AppendUvarint(b, uint64(r.position))
	return base64.RawURLEncoding.EncodeToString(append(b, r.cursor...))
}

// resumeFrom reads the request's token. One that is damaged or of other filters is INVALID_FIELD.
func resumeFrom(req *nuov1.WatchShiftsRequest) (resume, error) {
	refused := fault.Field("resume_token", "is damaged or of a stream with other filters; start again without it",
		"续传标记已损坏或不属于本次查询，请重新开始")
	b, err := base64.RawURLEncoding.Strict().DecodeString(req.GetResumeToken())
	if err != nil || len(b) <= 1+resumeSum || b[0] != resumeVersion || !bytes.Equal(b[1:1+resumeSum], filterSum(req)) {
		return resume{}, refused
	}
	position, n := binary.Uvarint(b[1+resumeSum:])
	if n <= 0 {
		return resume{}, refused
	}
	return resume{position: store.Position(position), cursor: string(b[1+resumeSum+n:])}, nil
}

func filterSum(req *nuov1.WatchShiftsRequest) []byte {
	bare := proto.CloneOf(req)
	bare.ResumeToken = ""
	b, _ := proto.MarshalOptions{Deterministic: true}.Marshal(bare) // it was unmarshalled from the wire
	h := sha256.Sum256(b)
	return h[:resumeSum]
}
