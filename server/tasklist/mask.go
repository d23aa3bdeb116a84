package tasklist

import (
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"nuo.internal/nuo/server/call"
)

// applyMask copies the fields that the mask names from src to dst and answers them in order, each once.
func applyMask(dst, src proto.Message, mask *fieldmaskpb.FieldMask, editable ...string) ([]string, error) {
	paths, err := call.ApplyMask(dst, src, mask, editable...)
	slices.Sort(paths)
	return paths, err
}

// pathDetails are the changed fields as details of an event.
func pathDetails(paths []string) []string {
	details := make([]string, 0, 2*len(paths))
	for _, p := range paths {
		details = append(details, "field", p)
	}
	return details
}
