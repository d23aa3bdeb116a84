package rpc

import (
	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"
)

// Check holds a message to what the interceptors hold every request to: the rules of its .proto file, then clean text.
// It is for a room that reads messages from elsewhere than a call, such as a file, and wants to say what is wrong
// before it calls. INVALID_FIELD or INVALID_TEXT, with every field.
func Check(m proto.Message) error {
	if err := validate(protovalidate.GlobalValidator, m); err != nil {
		return err
	}
	return CleanText(m)
}
