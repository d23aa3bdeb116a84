package main

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// resource says what an argument's capitals stand for: where its names lie, and which field of a request it fills.
type resource struct{ collection, field string }

// resourceOf are the arguments of all use lines that are names of resources.
var resourceOf = map[string]resource{
	"CONTRACT":  {"contracts/", ""},
	"SHIFT":     {"shifts/", ""},
	"VOLUNTEER": {"volunteers/", ""},
	"LIST":      {"taskLists/", "task_list"},
	"TASK":      {"tasks/", ""},
	"DOOR":      {"doors/", "name"},
	"PARTY":     {"servedParties/", "served_party"},
	"TOKEN":     {"tokens/", "name"},
	"MATCH":     {"matches/", "name"},
	"COMMUNITY": {"communities/", ""},
	"SUBJECT":   {"units/", ""}, // of reports; a community is written in full
}

// collectionOf are the fields that hold names of resources: an id alone gets the collection in front.
var collectionOf = map[string]string{
	"community": "communities/", "cohosts": "communities/", "street": "streets/", "unit": "units/", "teams": "teams/",
	"volunteer": "volunteers/", "leader": "volunteers/", "person": "volunteers/", "shift": "shifts/",
	"relieved_by": "shifts/", "task": "tasks/", "task_list": "taskLists/", "contract": "contracts/",
	"contracts": "contracts/", "volunteers_to_go": "contracts/", "served_party": "servedParties/",
	"pool": "units/", "places": "communities/",
}

// ownNames are the resources whose id may be wished for at creation.
var ownNames = map[protoreflect.Name]string{"Task": "tasks/", "Shift": "shifts/"}

// belongings are the messages whose name is that of something of a volunteer's: the volunteer's name gets this behind.
var belongings = map[protoreflect.Name]string{"Preference": "/preference", "GetPreferenceRequest": "/preference"}

// me names the volunteer of the token wherever a volunteer is asked for.
const me = "me"

// parse turns what was typed into a value of the field.
func (in *input) parse(p place, collection, raw string) (protoreflect.Value, error) {
	fd := p.last()
	bad := badValue(p, raw)
	switch fd.Kind() {
	case protoreflect.EnumKind:
		n, ok := in.parseEnum(fd.Enum(), raw)
		if !ok {
			return protoreflect.Value{}, usage(sayBadEnum, p.flag, raw, strings.Join(offered(fd.Enum()), ", "))
		}
		return protoreflect.ValueOfEnum(n), nil
	case protoreflect.BoolKind:
		v, err := strconv.ParseBool(raw)
		if err != nil {
			return protoreflect.Value{}, bad
		}
		return protoreflect.ValueOfBool(v), nil
	case protoreflect.Int32Kind:
		if strings.HasSuffix(string(fd.Name()), "_hundredths") {
			n, err := parseHours(raw)
			if err != nil {
				return protoreflect.Value{}, bad
			}
			return protoreflect.ValueOfInt32(n), nil
		}
		n, err := strconv.ParseInt(raw, 10, 32)
		if errors.Is(err, strconv.ErrRange) {
			return protoreflect.Value{}, usage(sayBadRange, p.flag, raw)
		}
		if err != nil {
			return protoreflect.Value{}, bad
		}
		return protoreflect.ValueOfInt32(int32(n)), nil
	case protoreflect.Int64Kind:
		n, err := strconv.ParseInt(raw, 10, 64)
		if errors.Is(err, strconv.ErrRange) {
			return protoreflect.Value{}, usage(sayBadRange, p.flag, raw)
		}
		if err != nil {
			return protoreflect.Value{}, bad
		}
		return protoreflect.ValueOfInt64(n), nil
	case protoreflect.MessageKind:
		return in.parseMessage(p, raw)
	default:
		return in.parseString(p, collection, raw)
	}
}

// badValue says what a flag takes.
func badValue(p place, raw string) error {
	kind := typeOf(p.last())
	return &usageError{text{
		sayBadValue.with(p.flag, raw, kind).en, sayBadValue.with(p.flag, raw, or(typeWords[kind], kind)).zh,
	}}
}

func (in *input) parseString(p place, collection, raw string) (protoreflect.Value, error) {
	text := raw
	var err error
	switch {
	case isDate(p.last()):
		text, err = in.parseDate(raw)
	case collection == "volunteers/" && raw == me:
		text, err = in.myself()
	case collection != "" && !strings.Contains(raw, "/"):
		text = collection + raw
	}
	if behind := belongings[p.last().Parent().Name()]; p.last().Name() == "name" && !strings.HasSuffix(text, behind) {
		text += behind
	}
	return protoreflect.ValueOfString(text), err
}

// parseMessage reads the messages that have a short way to be written.
func (in *input) parseMessage(p place, raw string) (protoreflect.Value, error) {
	bad := badValue(p, raw)
	key, value, paired := strings.Cut(raw, "=")
	switch p.last().Message().FullName() {
	case "google.protobuf.Timestamp":
		at, err := in.parseTime(raw)
		return protoreflect.ValueOfMessage(timestamppb.New(at).ProtoReflect()), err
	case "google.protobuf.Duration":
		d, err := time.ParseDuration(raw)
		if err != nil {
			return protoreflect.Value{}, bad
		}
		return protoreflect.ValueOfMessage(durationpb.New(d).ProtoReflect()), nil
	case "nuo.v1.Grant":
		role, ok := in.parseEnum(nuov1.Role(0).Descriptor(), key)
		if !ok {
			return protoreflect.Value{}, usage(sayBadRole, p.flag, key, strings.Join(grantable(), ", "))
		}
		if !paired {
			return protoreflect.Value{}, bad
		}
		grant := &nuov1.Grant{Role: nuov1.Role(role), Scope: value}
		return protoreflect.ValueOfMessage(grant.ProtoReflect()), nil
	case "nuo.v1.ConfirmedHours":
		hours, err := parseHours(value)
		if err != nil || !paired {
			return protoreflect.Value{}, bad
		}
		if !strings.Contains(key, "/") {
			key = resourceOf["CONTRACT"].collection + key
		}
		confirmed := &nuov1.ConfirmedHours{Contract: key, HoursHundredths: hours}
		return protoreflect.ValueOfMessage(confirmed.ProtoReflect()), nil
	case "nuo.v1.Availability":
		hours, err := parseAvailability(p.flag, raw)
		return protoreflect.ValueOfMessage(hours.ProtoReflect()), err
	case "nuo.v1.Absence":
		days, err := in.parseAbsence(raw)
		return protoreflect.ValueOfMessage(days.ProtoReflect()), err
	}
	return protoreflect.Value{}, bad
}

// parseEnum takes a value as help shows it (home-quarantine), as the API names it, or its word in Chinese.
func (in *input) parseEnum(ed protoreflect.EnumDescriptor, raw string) (protoreflect.EnumNumber, bool) {
	for i := range ed.Values().Len() {
		v := ed.Values().Get(i)
		names := []string{valueName(v), string(v.Name()), enumWord(v, chinese)}
		if v.Number() != 0 && slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, raw) }) {
			return v.Number(), true
		}
	}
	return 0, false
}

// valuesOf are an enum's values as they are typed.
func valuesOf(ed protoreflect.EnumDescriptor) []string {
	var names []string
	for i := range ed.Values().Len() {
		if v := ed.Values().Get(i); v.Number() != 0 {
			names = append(names, valueName(v))
		}
	}
	return names
}

// offered are an enum's values that a person may type: reasons that the server alone gives are left out.
func offered(ed protoreflect.EnumDescriptor) []string {
	if ed.Name() != "ReasonCode" {
		return valuesOf(ed)
	}
	var names []string
	for i := range ed.Values().Len() {
		v := ed.Values().Get(i)
		code := nuov1.ReasonCode(v.Number())
		if code > 0 && (code < nuov1.ReasonCode_REASON_CODE_NOT_SIGNED_IN_TIME || code == nuov1.ReasonCode_REASON_CODE_WRONG_ENTRY) {
			names = append(names, valueName(v))
		}
	}
	return names
}

// valueName is HOME_QUARANTINE of EXEMPTION_CATEGORY as home-quarantine.
func valueName(v protoreflect.EnumValueDescriptor) string {
	values, _ := v.Parent().(protoreflect.EnumDescriptor)
	prefix := strings.TrimSuffix(string(values.Values().ByNumber(0).Name()), "UNSPECIFIED")
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(string(v.Name()), prefix), "_", "-"))
}

// typeOf is the kind of value that a flag takes.
func typeOf(fd protoreflect.FieldDescriptor) string {
	switch {
	case fd.Kind() == protoreflect.EnumKind:
		return "word"
	case fd.Kind() == protoreflect.BoolKind:
		return "bool"
	case strings.HasSuffix(string(fd.Name()), "_hundredths"):
		return "hours"
	case fd.Kind() == protoreflect.Int32Kind, fd.Kind() == protoreflect.Int64Kind:
		return "number"
	case isDate(fd):
		return "date"
	case fd.Kind() == protoreflect.StringKind && collectionOf[string(fd.Name())] != "":
		return "name"
	case fd.Kind() != protoreflect.MessageKind:
		return "text"
	}
	return map[protoreflect.FullName]string{
		"google.protobuf.Timestamp": "time", "google.protobuf.Duration": "duration",
		"nuo.v1.Grant": "role=scope", "nuo.v1.ConfirmedHours": "contract=hours",
		"nuo.v1.Availability": "days hours", "nuo.v1.Absence": "dates",
	}[fd.Message().FullName()]
}

func isDate(fd protoreflect.FieldDescriptor) bool {
	name := string(fd.Name())
	return fd.Kind() == protoreflect.StringKind && (name == "date" || strings.HasSuffix(name, "_date"))
}

// parseHours reads hours with up to two decimals as hundredths.
func parseHours(raw string) (int32, error) {
	hours, err := strconv.ParseFloat(raw, 64)
	if err != nil {
		return 0, err
	}
	hundredths := math.Round(hours * 100)
	if math.IsNaN(hours) || hundredths < 0 || hundredths > math.MaxInt32 || math.Abs(hundredths-hours*100) > 1e-6 {
		return 0, strconv.ErrRange
	}
	return int32(hundredths), nil
}
