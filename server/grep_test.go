package server_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// grep is the name of a file under the folder that holds the text.
func grep(t *testing.T, folder, text string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(text)) {
			return filepath.Base(file)
		}
	}
	return ""
}
