package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// binding ties arguments and flags to the fields of one request.
type binding struct {
	app                      *app
	args                     []place
	flags                    []place
	paged, identified, dated bool
}

// place is a field of a request, found from its descriptor, and how a person names it.
type place struct {
	path     []protoreflect.FieldDescriptor
	flag     string
	required bool
}

func (p place) last() protoreflect.FieldDescriptor { return p.path[len(p.path)-1] }

// collection is where the names lie that the field takes; empty for a field that takes no name, or one of many kinds.
func (p place) collection() string {
	if p.last().Name() == "name" {
		return ownNames[p.last().Parent().Name()]
	}
	return collectionOf[string(p.last().Name())]
}

// newBinding finds every field that the spec names. One that is not there is a mistake of this program and panics: the
// tests build every command.
func newBinding(a *app, s spec, req protoreflect.MessageDescriptor) *binding {
	b := &binding{app: a}
	for i, arg := range arguments(s.use) {
		path := argumentField(req, arg)
		if i < len(s.args) {
			path = s.args[i]
		}
		b.args = append(b.args, newPlace(req, path))
	}
	for _, f := range s.flags {
		b.flags = append(b.flags, newPlace(req, f))
	}
	fields := req.Fields()
	b.identified = fields.ByName("request_id") != nil
	b.paged = fields.ByName("page_token") != nil
	b.dated = fields.ByName("from_date") != nil && fields.ByName("to_date") != nil
	if b.dated {
		b.flags = append(b.flags, newPlace(req, "from_date=from"), newPlace(req, "to_date=to"))
	}
	return b
}

func newPlace(req protoreflect.MessageDescriptor, expression string) place {
	expression, required := strings.CutSuffix(expression, "!")
	path, flag, _ := strings.Cut(expression, "=")
	p := place{flag: flag, required: required}
	for m := req; path != ""; m = p.last().Message() {
		var name string
		name, path, _ = strings.Cut(path, ".")
		fd := m.Fields().ByName(protoreflect.Name(name))
		if fd == nil {
			panic("nuo: no field " + name + " in " + string(m.FullName()))
		}
		p.path = append(p.path, fd)
	}
	if p.flag == "" {
		p.flag = strings.ReplaceAll(string(p.last().Name()), "_", "-")
	}
	return p
}

// arguments are the capitals of a use line: "check-in [CONTRACT]" has one, CONTRACT.
func arguments(use string) []string {
	words := strings.Fields(use)[1:]
	for i := range words {
		words[i] = strings.Trim(words[i], "[]")
	}
	return words
}

// argumentField is the field of the request that an argument fills by itself.
func argumentField(req protoreflect.MessageDescriptor, arg string) string {
	field := or(resourceOf[arg].field, strings.ToLower(arg))
	if req.Fields().ByName(protoreflect.Name(field)) != nil {
		return field
	}
	return "name"
}

// register makes the command's flags.
func (b *binding) register(cmd *cobra.Command) {
	for _, p := range b.flags {
		cmd.Flags().Var(&flagValue{place: p}, p.flag, b.app.placeUsage(p))
		if p.last().Kind() == protoreflect.BoolKind {
			cmd.Flags().Lookup(p.flag).NoOptDefVal = "true"
		}
		if p.required {
			_ = cmd.MarkFlagRequired(p.flag)
		}
		switch {
		case p.last().Kind() == protoreflect.EnumKind:
			complete(cmd, p.flag, offered(p.last().Enum())...)
		case p.flag == "grant": // the command completes it
		case !strings.HasSuffix(p.flag, "file"):
			complete(cmd, p.flag)
		}
	}
	if b.identified {
		cmd.Flags().String("request-id", "", b.app.flagUsage("request-id"))
	}
	if b.paged {
		cmd.Flags().Int("limit", defaultLimit, b.app.flagUsage("limit"))
		cmd.Flags().String("page-token", "", b.app.flagUsage("page-token"))
	}
	if b.dated {
		cmd.Flags().String("date", "", b.app.flagUsage("date"))
	}
}

// fill writes what was typed into the request.
func (b *binding) fill(in *input, req protoreflect.Message) error {
	if err := b.fillArgs(in, req); err != nil {
		return err
	}
	return b.fillFlags(in, req)
}

func (b *binding) fillArgs(in *input, req protoreflect.Message) error {
	for i, raw := range in.args {
		kind := arguments(in.cmd.Use)[i]
		if err := b.args[i].put(in, req, []string{raw}, resourceOf[kind].collection); err != nil {
			return err
		}
	}
	return nil
}

func (b *binding) fillFlags(in *input, req protoreflect.Message) error {
	for _, p := range b.given(in) {
		v, _ := in.cmd.Flags().Lookup(p.flag).Value.(*flagValue)
		if err := p.put(in, req, v.raw, p.collection()); err != nil {
			return err
		}
	}
	if !b.dated || !in.given("date") {
		return nil
	}
	day, next, err := in.parseDay(in.flag("date"))
	if err != nil {
		return err
	}
	setString(req, "from_date", day)
	setString(req, "to_date", next)
	return nil
}

// given are the places whose flags were typed.
func (b *binding) given(in *input) []place {
	return slices.DeleteFunc(slices.Clone(b.flags), func(p place) bool { return !in.given(p.flag) })
}

// amend makes an update of what was read: the fields that the command can edit as they are now, for the server checks
// the resource as a whole, the etag, and what was typed over them. The mask names whole fields of the resource, so that
// --grace keeps the rest of the policy; of personal data, which the caller may write without seeing it, single fields.
func (b *binding) amend(in *input, req, resource, present protoreflect.Message) error {
	mask := &fieldmaskpb.FieldMask{}
	present = proto.CloneOf(present.Interface()).ProtoReflect()
	for _, p := range b.flags {
		fd := p.path[1]
		path := string(fd.Name())
		if fd.Name() == "person" || fd.Name() == "contact" {
			path += "." + string(p.last().Name())
		} else if present.Has(fd) {
			resource.Set(fd, present.Get(fd))
		}
		if path != "etag" && in.given(p.flag) && !slices.Contains(mask.Paths, path) {
			mask.Paths = append(mask.Paths, path)
		}
	}
	if len(mask.Paths) == 0 {
		return usage(sayNothingToChange)
	}
	req.Set(req.Descriptor().Fields().ByName("update_mask"), protoreflect.ValueOfMessage(mask.ProtoReflect()))
	return b.fillFlags(in, req)
}

// put parses raw and sets the field; an empty text clears it.
func (p place) put(in *input, req protoreflect.Message, raw []string, collection string) error {
	m := req
	for _, fd := range p.path[:len(p.path)-1] {
		m = m.Mutable(fd).Message()
	}
	fd := p.last()
	m.Clear(fd)
	for _, text := range raw {
		if text == "" {
			continue
		}
		value, err := in.parse(p, collection, text)
		if err != nil {
			return err
		}
		if fd.IsList() {
			if list := m.Mutable(fd).List(); fd.Message() != nil || !holds(list, value) { // named twice is named
				list.Append(value)
			}
			continue
		}
		m.Set(fd, value)
	}
	return nil
}

// holds tells whether a list has the value.
func holds(list protoreflect.List, value protoreflect.Value) bool {
	for i := range list.Len() {
		if list.Get(i).Equal(value) {
			return true
		}
	}
	return false
}

// flagValue keeps what was typed until the zone is known in which a time is meant.
type flagValue struct {
	place
	raw []string
}

func (v *flagValue) String() string { return strings.Join(v.raw, ",") }

// Set takes the flag once more: lists grow, also by commas where no value holds one.
func (v *flagValue) Set(raw string) error {
	switch {
	case v.path == nil || !v.last().IsList():
		v.raw = []string{raw}
	case raw == "":
		v.raw = append(v.raw, raw)
	default:
		v.raw = append(v.raw, strings.Split(raw, ",")...)
	}
	return nil
}

// Type is the kind of value that help shows.
func (v *flagValue) Type() string { return typeOf(v.last()) }

func has(m protoreflect.Message, field string) bool {
	return m.Descriptor().Fields().ByName(protoreflect.Name(field)) != nil
}

func getString(m protoreflect.Message, field string) string {
	return m.Get(m.Descriptor().Fields().ByName(protoreflect.Name(field))).String()
}

func setString(m protoreflect.Message, field, value string) {
	m.Set(m.Descriptor().Fields().ByName(protoreflect.Name(field)), protoreflect.ValueOfString(value))
}
