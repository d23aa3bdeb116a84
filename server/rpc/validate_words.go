package rpc

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"buf.build/go/protovalidate"

	"nuo.internal/nuo/server/fault"
)

// identifier is how every pattern of a resource name writes the id.
const identifier = "[a-z0-9-]{1,63}"

// form is what a pattern asks for, as a person says it.
type form struct{ en, zh string }

// forms are the patterns of the .proto files, without their anchors; names of one collection are not listed.
var forms = map[string]form{
	"[0-9]{6}":                              {"six digits", "六位数字"},
	"[0-9]{4}-[0-9]{2}-[0-9]{2}":            {"a date, YYYY-MM-DD", "日期，写成 YYYY-MM-DD"},
	"([01][0-9]|2[0-3]):[0-5][0-9]":         {"a time of day, HH:MM, such as 08:00", "时刻，写成 HH:MM，如 08:00"},
	"(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)": {"a time of day, HH:MM, such as 18:00, or 24:00", "时刻，写成 HH:MM，如 18:00，或 24:00"},
	`\+?[0-9]{5,15}`:                        {"a phone number of 5 to 15 digits", "电话号码（5 至 15 位数字）"},
	"[a-z][a-z0-9-]{0,31}":                  {"a code of lower-case letters, digits and hyphens, such as first-aid", "由小写字母、数字和连字符组成的代码，如 first-aid"},
}

var (
	oneCollection = regexp.MustCompile(`^[A-Za-z]+/…(/[a-z]+/…)*$`)
	firstNames    = regexp.MustCompile(`[A-Za-z]+/…`)
	bounds        = regexp.MustCompile(`greater than or equal to (\S+) and less than or equal to (\S+)`)
)

// formOf says what a pattern expects; never the pattern itself, which is no help to people.
func formOf(pattern string) form {
	core := strings.TrimSuffix(strings.TrimPrefix(pattern, "^"), "$")
	if f, ok := forms[unwrapped(core)]; ok {
		return f
	}
	names := strings.ReplaceAll(unwrapped(core), identifier, "…")
	if !oneCollection.MatchString(names) {
		names = cmp.Or(firstNames.FindString(names), "communities/…")
	}
	return form{"a name, such as " + names, "名称，如 " + names}
}

// unwrapped is X of (X)?, which allows nothing too.
func unwrapped(core string) string {
	if strings.HasPrefix(core, "(") && strings.HasSuffix(core, ")?") {
		return core[1 : len(core)-2]
	}
	return core
}

// worded says a violation in both languages.
func worded(violation *protovalidate.Violation) fault.Violation {
	p := violation.Proto
	v := fault.Violation{
		Field: protovalidate.FieldPathString(p.GetField()), Description: p.GetMessage(), DescriptionZH: chinese[p.GetRuleId()],
	}
	if p.GetRuleId() == "string.pattern" {
		f := formOf(violation.RuleValue.String())
		v.Description, v.DescriptionZH = "must be "+f.en, "须为"+f.zh
	}
	if m := bounds.FindStringSubmatch(p.GetMessage()); m != nil {
		v.Description = fmt.Sprintf("must be from %s to %s", m[1], m[2])
		v.DescriptionZH = fmt.Sprintf("须在 %s 至 %s 之间", m[1], m[2])
	}
	if strings.Contains(v.DescriptionZH, "{v}") {
		v.DescriptionZH = strings.ReplaceAll(v.DescriptionZH, "{v}", fmt.Sprint(violation.RuleValue.Interface()))
	}
	v.DescriptionZH = cmp.Or(v.DescriptionZH, "不符合规则")
	return v
}
