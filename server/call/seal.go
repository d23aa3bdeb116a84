package call

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"nuo.internal/nuo/server/rpc"
)

const nonceSize = 12

var (
	errNoRequestID = errors.New("call: a mutation without a request id")
	errNotMutation = errors.New("call: the method is not declared to mutate")
	errSealed      = errors.New("call: kept answer is too short")
)

// seal is what a request id is turned into. The id itself is stored nowhere: id is its hash, under which the call is
// found again, and the key that seals the answer is derived from the id too, so that whoever reads the file but did
// not make the call reads no secret and no name in it. Both are bound to the caller and to the payload.
type seal struct {
	caller, id, fingerprint []byte

	aead cipher.AEAD
}

func newSeal(in *rpc.Incoming, req Request) (*seal, error) {
	switch {
	case req.GetRequestId() == "":
		return nil, errNoRequestID
	case !in.Rule.GetMutates():
		return nil, fmt.Errorf("%w: %s", errNotMutation, in.Method)
	}
	requestID := strings.ToLower(req.GetRequestId())
	s := &seal{caller: digest("caller", in.Caller.Subject()), id: digest("request id", requestID)}
	payload, err := payloadOf(req)
	if err != nil {
		return nil, err
	}
	s.fingerprint = digest("call", in.Method, payload)
	key, err := hkdf.Key(sha256.New, []byte(requestID), s.caller, "nuo kept answer", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	s.aead, err = cipher.NewGCM(block)
	return s, err
}

// payloadOf is the request without its id.
func payloadOf(req Request) (string, error) {
	id := req.ProtoReflect().Descriptor().Fields().ByName("request_id")
	if id == nil {
		return "", errNoRequestID
	}
	// A copy one level deep: the message is the handler's, and other goroutines may read it.
	bare := req.ProtoReflect().New()
	req.ProtoReflect().Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if fd != id {
			bare.Set(fd, v)
		}
		return true
	})
	bare.SetUnknown(req.ProtoReflect().GetUnknown())
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(bare.Interface())
	return string(b), err
}

// digest is SHA-256 over the parts, each with its length.
func digest(parts ...string) []byte {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p))
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}

func (s *seal) close(nonce, answer []byte) []byte {
	return s.aead.Seal(nonce, nonce, answer, s.fingerprint)
}

func (s *seal) open(sealed []byte) ([]byte, error) {
	if len(sealed) < nonceSize {
		return nil, errSealed
	}
	return s.aead.Open(nil, sealed[:nonceSize], sealed[nonceSize:], s.fingerprint)
}
