// Command deps prints the third-party .proto files that Nuo's own files
// import into a folder given as its only argument.
//
// The repository holds no copy of them: they come from the descriptors
// compiled into Go modules, so go.sum pins them and no network is needed.
// "make generate" runs it before buf.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"github.com/jhump/protoreflect/v2/protoprint"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/genproto/googleapis/type/latlng"
	"google.golang.org/genproto/googleapis/type/timeofday"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// roots are the files that Nuo's .proto files may import; what these import
// in turn is printed with them.
var roots = []protoreflect.FileDescriptor{
	validate.File_buf_validate_validate_proto,
	annotations.File_google_api_annotations_proto,
	annotations.File_google_api_client_proto,
	annotations.File_google_api_field_behavior_proto,
	annotations.File_google_api_field_info_proto,
	annotations.File_google_api_resource_proto,
	code.File_google_rpc_code_proto,
	errdetails.File_google_rpc_error_details_proto,
	status.File_google_rpc_status_proto,
	date.File_google_type_date_proto,
	latlng.File_google_type_latlng_proto,
	timeofday.File_google_type_timeofday_proto,
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: deps DIR")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "deps:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	// A file of an earlier version must not stay behind.
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	done := map[string]bool{}
	for _, fd := range roots {
		if err := write(dir, fd, done); err != nil {
			return err
		}
	}
	return nil
}

func write(dir string, fd protoreflect.FileDescriptor, done map[string]bool) error {
	// buf carries google/protobuf/*.proto itself.
	if done[fd.Path()] || strings.HasPrefix(fd.Path(), "google/protobuf/") {
		return nil
	}
	done[fd.Path()] = true

	for i := range fd.Imports().Len() {
		if err := write(dir, fd.Imports().Get(i).FileDescriptor, done); err != nil {
			return err
		}
	}

	name := filepath.Join(dir, filepath.FromSlash(fd.Path()))
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return err
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	var p protoprint.Printer
	if err := p.PrintProtoFile(fd, f); err != nil {
		_ = f.Close()
		return fmt.Errorf("print %s: %w", fd.Path(), err)
	}
	return f.Close()
}
