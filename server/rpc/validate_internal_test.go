package rpc

import (
	"strings"
	"testing"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
)

// TestErrInvalidFieldInWords: what a field must be is said in words, in both languages, and never as a pattern.
func TestErrInvalidFieldInWords(t *testing.T) {
	const id = "00000000-0000-4000-8000-000000000000"
	v, err := protovalidate.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		req           proto.Message
		field, en, zh string
	}{
		{&nuov1.AcceptContractRequest{RequestId: id, Name: "x"}, "name", "must be a name, such as contracts/…", "须为名称，如 contracts/…"},
		{&nuov1.CheckInRequest{RequestId: id, Name: "contracts/x", SiteCode: "12"}, "site_code", "must be six digits", "须为六位数字"},
		{&nuov1.EvaluateContractRequest{RequestId: id, Name: "contracts/x", Rating: 9}, "rating", "must be from 1 to 5", "须在 1 至 5 之间"},
		{&nuov1.ListContractsRequest{FromDate: "soon"}, "from_date", "must be a date, YYYY-MM-DD", "须为日期，写成 YYYY-MM-DD"},
		{&nuov1.Availability{FromTime: "25:00", ToTime: "24:00"}, "from_time", "must be a time of day, HH:MM, such as 08:00", "须为时刻，写成 HH:MM，如 08:00"},
		{
			&nuov1.Availability{FromTime: "18:00", ToTime: "25:00"}, "to_time", "must be a time of day, HH:MM, such as 18:00, or 24:00",
			"须为时刻，写成 HH:MM，如 18:00，或 24:00",
		},
	} {
		e, ok := fault.As(validate(v, c.req))
		if !ok {
			t.Errorf("%v passes", c.req)
			continue
		}
		said := false
		for _, f := range e.Fields {
			said = said || f == fault.Violation{Field: c.field, Description: c.en, DescriptionZH: c.zh}
			if strings.ContainsAny(f.Description+f.DescriptionZH, "[]^$") {
				t.Errorf("a pattern: %v", f)
			}
		}
		if !said {
			t.Errorf("%s: %v", c.field, e.Fields)
		}
	}
}
