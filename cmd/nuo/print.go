package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	ansi "github.com/jedib0t/go-pretty/v6/text"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// view is how an answer is shown to a person.
type view struct {
	// keys are the cells that it shows, checked against the answer's type when the command is made; of the rows when
	// list is set.
	keys string
	list bool
	show func(p *printer, res protoreflect.Message)
}

// check panics where a key is no cell of the answer, which is a mistake of this program.
func (v view) check(res protoreflect.MessageDescriptor) {
	if v.list {
		res = rowsField(res).Message()
	}
	for key := range strings.FieldsSeq(v.keys) {
		checkCell(res, key)
	}
}

// printer writes tables in the user's language and zone.
type printer struct {
	out      io.Writer
	language language
	zone     *time.Location
}

func (in *input) printer() *printer {
	return &printer{out: in.out, language: in.language, zone: in.zone}
}

// print writes the answer as --output asks.
func (in *input) print(res proto.Message, show view) error {
	if in.global.output == "json" {
		return in.printJSON(res)
	}
	m := res.ProtoReflect()
	show.show(in.printer(), m)
	if has(m, "next_page_token") && getString(m, "next_page_token") != "" {
		in.note(sayMore.with(getString(m, "next_page_token")))
	}
	return nil
}

// printJSON writes the message in the API's JSON form, indented the same way each time (protojson by itself is not).
func (in *input) printJSON(m proto.Message) error {
	raw, err := protojson.Marshal(m)
	if err != nil {
		return err
	}
	raw = withEmptyLists(m.ProtoReflect(), raw)
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return err
	}
	out.WriteByte('\n')
	_, err = out.WriteTo(in.out)
	return err
}

// withEmptyLists adds to a response's JSON the lists that hold nothing, which the API's form leaves out: a script that
// goes through a list finds it.
func withEmptyLists(m protoreflect.Message, raw []byte) []byte {
	if !strings.HasSuffix(string(m.Descriptor().Name()), "Response") {
		return raw
	}
	for i := range m.Descriptor().Fields().Len() {
		fd := m.Descriptor().Fields().Get(i)
		if !fd.IsList() || m.Has(fd) {
			continue
		}
		rest := bytes.TrimSpace(raw[1:])
		list := `{"` + fd.JSONName() + `":[]`
		if rest[0] != '}' {
			list += ","
		}
		raw = append([]byte(list), rest...)
	}
	return raw
}

// note tells the person something beside the answer.
func (a *app) note(t text) { fmt.Fprintln(a.err, a.say(t)) }

// rows shows a list, a column each key: a field of the rows' message, or one of computed (cell.go).
func rows(keys string) view {
	return view{keys, true, func(p *printer, res protoreflect.Message) {
		if p.table(keys, res.Get(rowsField(res.Descriptor())).List()) == 0 {
			fmt.Fprintln(p.out, sayNothingThere.in(p.language))
		}
	}}
}

// card shows one message, a line each key that is not empty; without keys everything that it holds.
func card(keys string) view {
	return view{keys, false, func(p *printer, m protoreflect.Message) { p.card(keys, m) }}
}

// table prints the list and answers how many rows there were; an empty one prints nothing.
func (p *printer) table(keys string, list protoreflect.List) int {
	if list.Len() == 0 {
		return 0
	}
	w := p.writer()
	columns := strings.Fields(keys)
	head := make(table.Row, len(columns))
	for i, key := range columns {
		head[i] = header(key).in(p.language)
	}
	w.AppendHeader(head)
	for i := range list.Len() {
		row := make(table.Row, len(columns))
		for c, key := range columns {
			row[c] = p.cell(list.Get(i).Message(), key)
		}
		w.AppendRow(row)
	}
	w.SuppressEmptyColumns()
	fmt.Fprintln(p.out, trimLines(w.Render()))
	return list.Len()
}

// card prints a message as view card does.
func (p *printer) card(keys string, m protoreflect.Message) { p.cards(part{keys, m}) }

// part is some cells of a message.
type part struct {
	keys string
	m    protoreflect.Message
}

// cards prints several messages as one.
func (p *printer) cards(parts ...part) {
	w := p.writer()
	for _, part := range parts {
		if part.keys == "" {
			w.AppendRows(p.everything(part.m, ""))
		}
		for key := range strings.FieldsSeq(part.keys) {
			if value := p.cell(part.m, key); value != "" {
				w.AppendRow(table.Row{header(key).in(p.language), value})
			}
		}
	}
	fmt.Fprintln(p.out, trimLines(w.Render()))
}

// everything is a line for each field that is set, the fields of a message inside among them; prefix is the field that
// m stands in, with a dot.
func (p *printer) everything(m protoreflect.Message, prefix string) []table.Row {
	var lines []table.Row
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		switch {
		case !m.Has(fd):
		case fd.Message() != nil && !fd.IsList() && !oneLine[fd.Message().FullName()]:
			lines = append(lines, p.everything(m.Get(fd).Message(), string(fd.Name())+".")...)
		default:
			lines = append(lines, table.Row{header(prefix + string(fd.Name())).in(p.language), p.field(m, fd)})
		}
	}
	return lines
}

// writer is a table without lines: columns stand two blanks apart. Characters that take one column in some terminals and
// two in others, such as ·, are counted as one whatever the locale; the table itself has none.
func (p *printer) writer() table.Writer {
	ansi.OverrideRuneWidthEastAsianWidth(false)
	w := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format = table.FormatOptions{}
	w.SetStyle(style)
	return w
}

func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}
