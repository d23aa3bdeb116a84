package main

import (
	"fmt"
	"strings"
	"sync"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// language is that of the terminal, named as the server names the locale of its messages.
type language string

const (
	english language = "en"
	chinese language = "zh-CN"
)

// text is one thing to say, in both languages; verbs of fmt stand in the same order in both.
type text struct{ en, zh string }

func (t text) in(l language) string {
	if l == chinese {
		return t.zh
	}
	return t.en
}

func (t text) with(args ...any) text {
	return text{fmt.Sprintf(t.en, args...), fmt.Sprintf(t.zh, args...)}
}

func (a *app) say(t text) string { return t.in(a.language) }

// flagUsage is a flag's description; one without words is a mistake of this program.
func (a *app) flagUsage(flag string) string {
	t, ok := flagWords[flag]
	if !ok {
		panic("nuo: no words for --" + flag)
	}
	return a.say(t)
}

// placeUsage is the description of a field's flag, with the values of an enum.
func (a *app) placeUsage(p place) string {
	usage := a.flagUsage(p.flag)
	if p.last().Kind() == protoreflect.EnumKind {
		usage += ": " + strings.Join(offered(p.last().Enum()), ", ")
	}
	if p.flag == "grant" {
		usage += ": " + strings.Join(grantable(), ", ")
	}
	return usage
}

// header is the name of a field or column: a.b is the field b of field a, whose name may differ there.
func header(key string) text {
	field := key[strings.LastIndex(key, ".")+1:]
	name := strings.ReplaceAll(strings.TrimSuffix(field, "_hundredths"), "_", " ")
	return text{name, or(headers()[key], headers()[field], name)}
}

// enumWord is a value of an enum as a person reads it.
func enumWord(v protoreflect.EnumValueDescriptor, l language) string {
	name := valueName(v)
	if zh := values()[string(v.Parent().Name())][name]; l == chinese && zh != "" {
		return zh
	}
	if v.Number() == 0 {
		return "-"
	}
	return strings.ReplaceAll(name, "-", " ")
}

var headers = sync.OnceValue(func() map[string]string { return pairs(fieldWords) })

var values = sync.OnceValue(func() map[string]map[string]string {
	m := make(map[string]map[string]string, len(valueWords))
	for enum, list := range valueWords {
		m[enum] = pairs(list)
	}
	return m
})

// pairs reads "word 词 word 词".
func pairs(list string) map[string]string {
	words := strings.Fields(list)
	m := make(map[string]string, len(words)/2)
	for i := 0; i+1 < len(words); i += 2 {
		m[words[i]] = words[i+1]
	}
	return m
}

const helpTemplate = "{{with (or .Long .Short)}}{{. | trimTrailingWhitespaces}}\n\n{{end}}{{.UsageString}}"

// usageIn is the template of help with these headings.
func usageIn(use, examples, commands, flags, global, more string) string {
	return use + `:
  {{if .Runnable}}{{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} [command]{{end}}{{if .HasExample}}

` + examples + `:
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

` + commands + `:{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

` + flags + `:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

` + global + `:
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

` + more + `: {{.CommandPath}} [command] --help{{end}}
`
}
