package server_test

import (
	"bytes"
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// A file of the most bytes that an import takes arrives: the message that carries it is larger than the file.
func TestOKLargestImportArrives(t *testing.T) {
	c := newCast(t)
	line := []byte("# 说明\n")
	file := bytes.Repeat(line, 4<<20/len(line))
	c.must("mingzhu", &nuov1.PlanImportRequest{Files: []*nuov1.ImportFile{{
		Name: "all.yaml", Content: append(file, bytes.Repeat([]byte("\n"), 4<<20-len(file))...),
	}}})
}
