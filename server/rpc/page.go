package rpc

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
)

// A page token is base64url of: version, the first 16 bytes of a SHA-256 over the call and the cursor, the cursor. It
// is bound to the call, so that a token of another filter is refused rather than answered with a gap, and not to the
// caller: it is no permission, and every page is authorised again. It is no secret either: a cursor is where to go on
// in what the caller may list anyway.
const (
	pageVersion = 1
	pageSum     = 16
)

// EncodePage makes the token with which the call goes on after cursor. An empty cursor is the end: an empty token.
func EncodePage(req proto.Message, cursor string) string {
	if cursor == "" {
		return ""
	}
	token := append([]byte{pageVersion}, sumOf(req, cursor)...)
	return base64.RawURLEncoding.EncodeToString(append(token, cursor...))
}

// DecodePage is the cursor of the request's page_token, empty for the first page. INVALID_PAGE_TOKEN for a token that
// is damaged, of another version or of another call; page_size may differ from page to page.
func DecodePage(req interface {
	proto.Message
	GetPageToken() string
},
) (cursor string, err error) {
	if req.GetPageToken() == "" {
		return "", nil
	}
	refused := fault.New(nuov1.ErrorReason_ERROR_REASON_INVALID_PAGE_TOKEN)
	token, err := base64.RawURLEncoding.Strict().DecodeString(req.GetPageToken())
	if err != nil || len(token) <= 1+pageSum || token[0] != pageVersion {
		return "", refused
	}
	cursor = string(token[1+pageSum:])
	if !bytes.Equal(token[1:1+pageSum], sumOf(req, cursor)) {
		return "", refused
	}
	return cursor, nil
}

// sumOf binds the kind of request, its fields but for the page's own, and the cursor.
func sumOf(req proto.Message, cursor string) []byte {
	bare := proto.Clone(req).ProtoReflect()
	for _, name := range []protoreflect.Name{"page_token", "page_size"} {
		if fd := bare.Descriptor().Fields().ByName(name); fd != nil {
			bare.Clear(fd)
		}
	}
	body, _ := proto.MarshalOptions{Deterministic: true}.Marshal(bare.Interface()) // it was unmarshalled from the wire
	h := sha256.New()
	h.Write([]byte{pageVersion})
	h.Write([]byte(bare.Descriptor().FullName()))
	inner := sha256.Sum256(body)
	h.Write(inner[:])
	h.Write([]byte(cursor))
	return h.Sum(nil)[:pageSum]
}
