package main

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
)

// oneLine are messages that stand in one cell rather than a line a field.
var oneLine = map[protoreflect.FullName]bool{
	"google.protobuf.Timestamp": true, "google.protobuf.Duration": true,
	"nuo.v1.Attendance": true, "nuo.v1.PendingDecision": true, "nuo.v1.ContractOpening": true,
	"nuo.v1.Availability": true, "nuo.v1.Absence": true,
}

// computed are cells that are made from several fields.
var computed = map[string]func(p *printer, m protoreflect.Message) string{
	"when": func(p *printer, m protoreflect.Message) string {
		start, okStart := instant(m, "start_time")
		end, okEnd := instant(m, "end_time")
		if !okStart || !okEnd {
			return ""
		}
		return interval(start, end, p.zone)
	},
	"who": func(p *printer, m protoreflect.Message) string {
		return or(p.named(m, "display_name"), p.named(m, "volunteer"))
	},
	"planned_fill": func(_ *printer, m protoreflect.Message) string {
		plan, _ := m.Interface().(*nuov1.Match)
		if plan.GetSlots() == 0 { // nothing to fill, or not told
			return ""
		}
		return fmt.Sprintf("%d/%d", plan.GetScore().GetFilled(), plan.GetSlots())
	},
	"days": func(p *printer, m protoreflect.Message) string {
		plan, _ := m.Interface().(*nuov1.Match)
		return daysOf(plan).in(p.language)
	},
	"hours": func(p *printer, m protoreflect.Message) string { return p.named(m, "hours_hundredths") },
	"fill": func(p *printer, m protoreflect.Message) string {
		fill, ok := message(m, "fill")
		if !ok {
			return "0/" + p.named(m, "capacity")
		}
		return or(p.named(fill, "held"), "0") + "/" + p.named(m, "capacity")
	},
	"remaining": fillOf("remaining"),
	"waiting":   fillOf("waiting"),
	"standing": func(p *printer, m protoreflect.Message) string {
		return or(p.named(m, "standing"), "0") + "/" + p.named(m, "capacity")
	},
	"shift_state": func(p *printer, m protoreflect.Message) string {
		if own := m.Get(m.Descriptor().Fields().ByName("state")).Enum(); own > 1 {
			return p.named(m, "state")
		}
		return p.named(m, "list_state")
	},
	"change": func(p *printer, m protoreflect.Message) string {
		from, to := p.named(m, "from_state"), p.named(m, "to_state")
		if from == to || from == "" {
			return to
		}
		return from + " -> " + to
	},
	"refusal": func(p *printer, m protoreflect.Message) string {
		reason := nuov1.ErrorReason(m.Get(m.Descriptor().Fields().ByName("reason")).Enum())
		if len(fault.Variables(reason)) > 0 { // a sentence with gaps: the answer does not say what goes there
			return p.named(m, "reason")
		}
		return fault.New(reason).Text(string(p.language))
	},
	"notes": func(p *printer, m protoreflect.Message) string {
		var notes []string
		if p.named(m, "amendment_pending") != "" {
			notes = append(notes, header("amendment_pending").in(p.language))
		}
		if pending, ok := message(m, "pending"); ok {
			notes = append(notes, sayWaitsFor.with(p.named(pending, "kind")).in(p.language))
		}
		return strings.Join(append(notes, nonEmpty(p.named(m, "reason"), p.named(m, "marks"))...), ", ")
	},
}

func fillOf(field string) func(p *printer, m protoreflect.Message) string {
	return func(p *printer, m protoreflect.Message) string {
		fill, ok := message(m, "fill")
		if !ok {
			return ""
		}
		return or(p.named(fill, field), "0")
	}
}

// cell is the text of a key: what is computed for it, or the field of that name (a.b is the field b of field a).
func (p *printer) cell(m protoreflect.Message, key string) string {
	if f, ok := computed[key]; ok {
		return f(p, m)
	}
	outer, inner, nested := strings.Cut(key, ".")
	if !nested {
		return p.named(m, key)
	}
	if sub, ok := message(m, outer); ok {
		return p.named(sub, inner)
	}
	return ""
}

// checkCell panics where a message has no such cell.
func checkCell(m protoreflect.MessageDescriptor, key string) {
	for part := range strings.SplitSeq(key, ".") {
		if _, ok := computed[key]; ok {
			return
		}
		fd := m.Fields().ByName(protoreflect.Name(part))
		if fd == nil {
			panic("nuo: no field " + part + " in " + string(m.FullName()))
		}
		m = fd.Message()
	}
}

// named is the text of the field of that name, empty when it is not set.
func (p *printer) named(m protoreflect.Message, name string) string {
	fd := m.Descriptor().Fields().ByName(protoreflect.Name(name))
	if fd == nil {
		panic("nuo: no field " + name + " in " + string(m.Descriptor().FullName()))
	}
	return p.field(m, fd)
}

func (p *printer) field(m protoreflect.Message, fd protoreflect.FieldDescriptor) string {
	if !m.Has(fd) {
		return ""
	}
	if c, ok := m.Interface().(*nuov1.Contract); ok && fd.Name() == "state" {
		if between, ok := between(c); ok {
			return between.in(p.language)
		}
	}
	if !fd.IsList() {
		return p.value(fd, m.Get(fd))
	}
	list, between := m.Get(fd).List(), ", "
	if fd.Message() != nil {
		between = "\n"
	}
	parts := make([]string, list.Len())
	for i := range parts {
		parts[i] = p.value(fd, list.Get(i))
	}
	return strings.Join(parts, between)
}

// value is one value of the field as a person reads it.
func (p *printer) value(fd protoreflect.FieldDescriptor, v protoreflect.Value) string {
	switch fd.Kind() {
	case protoreflect.EnumKind:
		return p.enum(fd.Enum(), v.Enum())
	case protoreflect.BoolKind:
		if v.Bool() {
			return sayYes.in(p.language)
		}
		return sayNo.in(p.language)
	case protoreflect.BytesKind:
		return hex.EncodeToString(v.Bytes())
	case protoreflect.MessageKind:
		return p.inOneLine(v.Message())
	case protoreflect.Int32Kind:
		if strings.HasSuffix(string(fd.Name()), "_hundredths") {
			return fmt.Sprintf("%d.%02d", v.Int()/100, v.Int()%100)
		}
		return strconv.FormatInt(v.Int(), 10)
	}
	return v.String()
}

// between is where a contract stands that its state alone does not tell: a leave that waits for the community's word, or
// hours that do.
func between(c *nuov1.Contract) (text, bool) {
	switch {
	case c.GetLeavePending():
		return sayLeaveAsked, true
	case c.GetState() == nuov1.ContractState_CONTRACT_STATE_IN_FULFILMENT && c.GetCheckOut() != nil:
		return sayCheckedOut, true
	}
	return text{}, false
}

func (p *printer) enum(ed protoreflect.EnumDescriptor, n protoreflect.EnumNumber) string {
	v := ed.Values().ByNumber(n)
	if v == nil {
		return strconv.Itoa(int(n)) // a server newer than this client
	}
	return enumWord(v, p.language)
}

// inOneLine is a message as the values of its fields; a yes shows as the field's header.
func (p *printer) inOneLine(m protoreflect.Message) string {
	switch known := m.Interface().(type) {
	case *timestamppb.Timestamp:
		return clock(known.AsTime(), p.zone)
	case *durationpb.Duration:
		return short(known.AsDuration())
	case *nuov1.Availability:
		return hoursText(known, p.language)
	case *nuov1.Absence:
		return absenceText(known)
	}
	var parts []string
	for i := range m.Descriptor().Fields().Len() {
		fd := m.Descriptor().Fields().Get(i)
		text := p.field(m, fd)
		if fd.Kind() == protoreflect.BoolKind && text != "" {
			text = header(string(fd.Name())).in(p.language)
		}
		parts = append(parts, nonEmpty(text)...)
	}
	return strings.Join(parts, " ")
}

// short is 12h rather than 12h0m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func message(m protoreflect.Message, field string) (protoreflect.Message, bool) {
	fd := m.Descriptor().Fields().ByName(protoreflect.Name(field))
	if fd == nil || !m.Has(fd) {
		return nil, false
	}
	return m.Get(fd).Message(), true
}

func instant(m protoreflect.Message, field string) (time.Time, bool) {
	at, ok := message(m, field)
	if !ok {
		return time.Time{}, false
	}
	known, ok := at.Interface().(*timestamppb.Timestamp)
	return known.AsTime(), ok
}

func nonEmpty(texts ...string) []string {
	var kept []string
	for _, t := range texts {
		if t != "" {
			kept = append(kept, t)
		}
	}
	return kept
}
