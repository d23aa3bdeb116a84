package main

import (
	"strconv"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// defaultLimit is how many rows a list shows when nothing else is said.
const defaultLimit = 200

// pageSize is how many rows are asked for at once; a view of doors takes no more.
const (
	pageSize     = 200
	doorPageSize = 50
	largestPage  = 1000
)

// everyPage calls for pages until --limit rows are there or none is left, and answers them as one. What is left over
// stays in the answer's next_page_token.
func everyPage[Res proto.Message](in *input, req protoreflect.Message, call func() (Res, error)) (Res, error) {
	limit, err := strconv.Atoi(or(in.flag("limit"), strconv.Itoa(defaultLimit)))
	if err != nil || limit < 0 {
		return empty[Res](), usage(sayBadLimit)
	}
	most := pageSize
	if has(req, "request_id") {
		most = doorPageSize
	}
	return pagesFrom(in.flag("page-token"), most, limit, req, call)
}

// pagesFrom calls for pages of most rows, the first one behind token, until limit rows are there (0: all).
func pagesFrom[Res proto.Message](
	token string, most, limit int, req protoreflect.Message, call func() (Res, error),
) (Res, error) {
	sum := empty[Res]()
	setString(req, "page_token", token)
	for {
		size := most
		if left := limit - rowsOf(sum.ProtoReflect()).Len(); limit > 0 {
			size = min(most, left)
		}
		req.Set(req.Descriptor().Fields().ByName("page_size"), protoreflect.ValueOfInt32(int32(size)))
		page, err := call()
		if err != nil {
			return sum, err
		}
		setString(sum.ProtoReflect(), "next_page_token", "")
		proto.Merge(sum, page)
		next := getString(sum.ProtoReflect(), "next_page_token")
		if next == "" || limit > 0 && rowsOf(sum.ProtoReflect()).Len() >= limit {
			return sum, nil
		}
		setString(req, "page_token", next)
	}
}

// rowsOf is the list of messages that a response carries.
func rowsOf(res protoreflect.Message) protoreflect.List {
	return res.Get(rowsField(res.Descriptor())).List()
}

// rowsField is the field of a response that holds its rows.
func rowsField(res protoreflect.MessageDescriptor) protoreflect.FieldDescriptor {
	for i := range res.Fields().Len() {
		if fd := res.Fields().Get(i); fd.IsList() && fd.Message() != nil {
			return fd
		}
	}
	panic("nuo: no rows in " + string(res.FullName()))
}
