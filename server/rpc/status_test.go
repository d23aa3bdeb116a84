package rpc_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"pgregory.net/rapid"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/rpc"
)

// Every reason travels to a client and back with its variables, fields and both texts.
func TestOKEveryReasonComesBack(t *testing.T) {
	for number, name := range nuov1.ErrorReason_name {
		reason := nuov1.ErrorReason(number)
		if reason == nuov1.ErrorReason_ERROR_REASON_UNSPECIFIED || reason == nuov1.ErrorReason_ERROR_REASON_INTERNAL {
			continue
		}
		t.Run(name, func(t *testing.T) {
			sent := fault.New(reason, "shift", "shifts/1").WithViolation(fault.Violation{Field: "a.b[1]", Description: "too long", DescriptionZH: "太长"})
			st := rpc.ToStatus(fmt.Errorf("room: %w", sent), &rpc.Incoming{ID: "id"})
			got, ok := rpc.FromStatus(st.Err())
			if !ok || got.Reason != reason || got.Vars["shift"] != "shifts/1" || fmt.Sprint(got.Fields) != fmt.Sprint(sent.Fields) {
				t.Fatalf("%+v, want %+v", got, sent)
			}
			if st.Code() != fault.Code(reason) || st.Message() != sent.Text(fault.English) {
				t.Errorf("%v %q", st.Code(), st.Message())
			}
			texts := map[string]string{}
			for _, d := range st.Details() {
				if l, ok := d.(*errdetails.LocalizedMessage); ok {
					texts[l.GetLocale()] = l.GetMessage()
				}
			}
			if texts["zh-CN"] != sent.Text(fault.Chinese) || texts["en"] != sent.Text(fault.English) {
				t.Errorf("%v", texts)
			}
		})
	}
}

func TestOKEnginesErrorsHaveReasons(t *testing.T) {
	for err, want := range map[error]nuov1.ErrorReason{
		kv.ErrFull: nuov1.ErrorReason_ERROR_REASON_STORE_FULL, kv.ErrBusy: nuov1.ErrorReason_ERROR_REASON_BUSY,
		kv.ErrUnknown: nuov1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN, kv.ErrClosed: nuov1.ErrorReason_ERROR_REASON_BUSY,
		kv.ErrTooLarge: nuov1.ErrorReason_ERROR_REASON_TOO_LARGE, kv.ErrTooOld: nuov1.ErrorReason_ERROR_REASON_RESUME_TOO_OLD,
		kv.ErrInvalid: nuov1.ErrorReason_ERROR_REASON_INTERNAL, kv.ErrReadOnly: nuov1.ErrorReason_ERROR_REASON_INTERNAL,
	} {
		if got := rpc.ReasonOf(rpc.ToStatus(fmt.Errorf("commit: %w", err), &rpc.Incoming{})); got != want {
			t.Errorf("%v is %v, want %v", err, got, want)
		}
	}
}

func TestOKEndedContextOfAMutationIsUnknown(t *testing.T) {
	writes := &rpc.Incoming{Rule: &nuov1.MethodPolicy{Mutates: true}}
	for err, code := range map[error]codes.Code{context.Canceled: codes.Canceled, context.DeadlineExceeded: codes.DeadlineExceeded} {
		st := rpc.ToStatus(err, writes)
		if st.Code() != code || rpc.ReasonOf(st) != nuov1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN {
			t.Errorf("%v", st)
		}
		if st := rpc.ToStatus(err, &rpc.Incoming{}); st.Code() != code || len(st.Details()) > 0 {
			t.Errorf("%v", st)
		}
	}
}

func TestErrForeignStatusIsNoFault(t *testing.T) {
	for _, err := range []error{nil, context.Canceled, status.Error(codes.Unavailable, "no connection")} {
		if f, ok := rpc.FromStatus(err); ok {
			t.Errorf("%v became %v", err, f)
		}
	}
}

func TestOKPageTokenGoesOnInTheSameCall(t *testing.T) {
	first := &nuov1.ListTokensRequest{Parent: "districts/d", PageSize: 10}
	token := rpc.EncodePage(first, "cursor\x00\xff")
	next := &nuov1.ListTokensRequest{Parent: "districts/d", PageSize: 500, PageToken: token}
	if cursor, err := rpc.DecodePage(next); err != nil || cursor != "cursor\x00\xff" {
		t.Errorf("%q %v", cursor, err)
	}
	if cursor, err := rpc.DecodePage(first); err != nil || cursor != "" {
		t.Errorf("%q %v", cursor, err)
	}
	if rpc.EncodePage(first, "") != "" {
		t.Error("the end has a token")
	}
}

func TestErrPageTokenOfAnotherCall(t *testing.T) {
	token := rpc.EncodePage(&nuov1.ListTokensRequest{Parent: "districts/d"}, "cursor")
	refused := func(page string, parent string) bool {
		_, err := rpc.DecodePage(&nuov1.ListTokensRequest{Parent: parent, PageToken: page})
		return fault.Is(err, nuov1.ErrorReason_ERROR_REASON_INVALID_PAGE_TOKEN)
	}
	if !refused(token, "districts/e") {
		t.Error("another filter was accepted")
	}
	other := &nuov1.ListVolunteersRequest{Parent: "districts/d", PageToken: token}
	if _, err := rpc.DecodePage(other); !fault.Is(err, nuov1.ErrorReason_ERROR_REASON_INVALID_PAGE_TOKEN) {
		t.Errorf("another method: %v", err)
	}
	for i := range token {
		bent := token[:i] + string('A'+(token[i]-'A'+1)%26) + token[i+1:]
		if bent != token && !refused(bent, "districts/d") {
			t.Errorf("byte %d changed and nobody saw it", i)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		if s := rapid.StringN(1, -1, -1).Draw(t, "token"); !refused(s, "districts/d") {
			t.Fatalf("%q was accepted", s)
		}
	})
}

func TestOKWhatCanBeSeenPasses(t *testing.T) {
	for _, s := range []string{
		"", "张三", "阿卜杜拉·买买提", "𠮷野家", "𬭚", "㛃", "\U0003134a", "葛\U000e0100城", "café", "🙂", "a b", "\ue000", "（全角）—…",
	} {
		if err := rpc.CleanText(&nuov1.Person{DisplayName: s}); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestErrWhatCannotBeSeenIsRefusedEverywhere(t *testing.T) {
	for _, r := range "\u115f\u1160\u3164\uffa0\x00\x01\t\n\r\x1b\x7f\u0085\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e" +
		"\u2060\u2066\u2067\u2068\u2069\ufeff\ufffe\U000e0041" {
		err := rpc.CleanText(&nuov1.CreateVolunteerRequest{Volunteer: &nuov1.Volunteer{
			Person: &nuov1.Person{DisplayName: "张" + string(r) + "三"}, Teams: []string{"teams/a", "teams/" + string(r)},
		}})
		f, _ := fault.As(err)
		if f == nil || f.Reason != nuov1.ErrorReason_ERROR_REASON_INVALID_TEXT || len(f.Fields) != 2 {
			t.Errorf("U+%04X: %v", r, err)
			continue
		}
		text := f.Text(fault.Chinese)
		for _, field := range []string{"volunteer.person.display_name", "volunteer.teams[1]", fmt.Sprintf("U+%04X", r)} {
			if !strings.Contains(text, field) {
				t.Errorf("U+%04X: %q does not name %s", r, text, field)
			}
		}
	}
}

func TestOKMultilineFieldsMayBreakLines(t *testing.T) {
	if err := rpc.CleanText(&nuov1.Shift{RiskNotes: "湿滑\n注意脚下"}); err != nil {
		t.Error(err)
	}
	for _, s := range []string{"a\rb", "a\tb", "a\u2028b", "a\u202eb"} {
		if err := rpc.CleanText(&nuov1.Shift{RiskNotes: s}); !fault.Is(err, nuov1.ErrorReason_ERROR_REASON_INVALID_TEXT) {
			t.Errorf("%q: %v", s, err)
		}
	}
	if err := rpc.CleanText(&nuov1.Shift{Name: "a\nb"}); !fault.Is(err, nuov1.ErrorReason_ERROR_REASON_INVALID_TEXT) {
		t.Errorf("a field of one line: %v", err)
	}
}
