package fault_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
)

// Every reason but UNSPECIFIED has a row with a code that is not INTERNAL (but INTERNAL's own), and texts in both
// languages with the same variables.
func TestOKEveryReasonHasItsRow(t *testing.T) {
	placeholder := regexp.MustCompile(`\{[a-z_]+\}`)
	descriptor := nuov1.ErrorReason_ERROR_REASON_UNSPECIFIED.Descriptor()
	for number, name := range nuov1.ErrorReason_name {
		reason := nuov1.ErrorReason(number)
		if reason == nuov1.ErrorReason_ERROR_REASON_UNSPECIFIED {
			continue
		}
		t.Run(name, func(t *testing.T) {
			code, internal := fault.Code(reason), reason == nuov1.ErrorReason_ERROR_REASON_INTERNAL
			if (code == codes.Internal) != internal {
				t.Fatalf("code %v: the reason has no row of its own", code)
			}
			bare := fault.New(reason)
			if bare.Text(fault.English) == "" || bare.Text(fault.Chinese) == "" {
				t.Fatal("a text is missing")
			}
			full := withAllVariables(reason)
			for _, language := range []string{fault.English, fault.Chinese} {
				text := full.Text(language)
				if left := placeholder.FindString(text); left != "" || strings.Contains(text, "…") {
					t.Errorf("%s text has a variable that the other lacks: %s", language, text)
				}
				for _, v := range fault.Variables(reason) {
					if !strings.Contains(text, "<"+v+">") {
						t.Errorf("%s text does not say {%s}: %s", language, v, text)
					}
				}
			}
			if descriptor.Values().ByNumber(reason.Number()) == nil || fault.ByName(fault.Name(reason)) != reason {
				t.Error("the name does not lead back to the reason")
			}
		})
	}
}

func withAllVariables(reason nuov1.ErrorReason) *fault.Error {
	var vars []string
	for _, v := range fault.Variables(reason) {
		vars = append(vars, v, "<"+v+">")
	}
	return fault.New(reason, vars...)
}

func TestOKTextNamesFieldsInBothLanguages(t *testing.T) {
	err := fault.Field("shift.capacity", "at least 1", "至少为 1").WithField("shift.title", "too long")
	en, zh := err.Text(fault.English), err.Text(fault.Chinese)
	if want := "A field breaks its rule; correct it and call again: shift.capacity: at least 1; shift.title: too long"; en != want {
		t.Errorf("English %q, want %q", en, want)
	}
	if want := "填写不符合要求，请改正后重试：shift.capacity：至少为 1; shift.title：too long"; zh != want {
		t.Errorf("Chinese %q, want %q", zh, want)
	}
}

func TestOKErrorIsFoundInItsChain(t *testing.T) {
	cause := errors.New("checksum")
	err := fmt.Errorf("list: %w", fault.New(nuov1.ErrorReason_ERROR_REASON_DAMAGED, "table", "shifts").WithCause(cause))
	if !fault.Is(err, nuov1.ErrorReason_ERROR_REASON_DAMAGED) || fault.Is(err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND) {
		t.Error("the reason was not recognised")
	}
	if !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
	if got, want := err.Error(), "list: DAMAGED table=shifts: checksum"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if e, _ := fault.As(err); strings.Contains(e.Text(fault.English), "checksum") {
		t.Error("the cause reached the text that a caller reads")
	}
	if fault.Is(cause, nuov1.ErrorReason_ERROR_REASON_INTERNAL) {
		t.Error("a foreign error is no fault")
	}
}

func TestOKUnknownReasonIsInternal(t *testing.T) {
	if fault.Code(9999) != codes.Internal || fault.ByName("NO_SUCH") != nuov1.ErrorReason_ERROR_REASON_UNSPECIFIED {
		t.Error("an unknown reason must be INTERNAL, an unknown name UNSPECIFIED")
	}
	if v := fault.Variables(nuov1.ErrorReason_ERROR_REASON_LIVE_CONTRACTS); !slices.Equal(v, []string{"contracts", "name"}) {
		t.Errorf("variables %v", v)
	}
}
