package store

import (
	"strings"
	"testing"
)

// keyParts asks a declaration how many parts its keys have.
func (t *Table[M]) keyParts() int { return len(t.c.Key(t.kind.New().Interface().(M))) }

func TestOKKeysHaveThePartsThatTheirTableNames(t *testing.T) {
	for _, table := range Tables() {
		k, ok := table.(interface{ keyParts() int })
		if !ok {
			continue // a chain: owner and sequence
		}
		if i := table.Info(); k.keyParts() != len(strings.Fields(i.Parts)) {
			t.Errorf("%s: a key of %d parts, named %q", i.Name, k.keyParts(), i.Parts)
		}
	}
}
