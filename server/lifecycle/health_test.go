package lifecycle

import (
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// Two reasons say something of a person's health, and no other one does.
func TestOKReasonsOfHealth(t *testing.T) {
	ofHealth := 0
	for n := range nuov1.ReasonCode_name {
		if OfHealth(nuov1.ReasonCode(n)) {
			ofHealth++
		}
	}
	for _, r := range []nuov1.ReasonCode{nuov1.ReasonCode_REASON_CODE_ILLNESS, nuov1.ReasonCode_REASON_CODE_HEALTH} {
		if !OfHealth(r) || ofHealth != 2 {
			t.Errorf("%v; %d reasons are of health, want 2", r, ofHealth)
		}
	}
}
