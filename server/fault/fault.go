// Package fault is the one error that a caller may see: a reason of nuo.v1.ErrorReason with its variables and the
// fields it is about. The reason alone fixes the gRPC code and the text in both languages (table.go), so that a room
// says what is wrong and never how that is worded or carried.
//
// Every other error is a defect or the machine's: package rpc turns it into INTERNAL and an id, and its text goes to
// the log. Variables hold ids, codes and numbers, never a name, a phone or a door: they travel in logs and details.
package fault

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// Domain is ErrorInfo's domain of every error of Nuo.
const Domain = "nuo"

// The languages of the texts.
const (
	English = "en"
	Chinese = "zh-CN"
)

// Error is a refusal with its reason. The zero value is not one: use New or Field.
type Error struct {
	// Reason says what was refused and why.
	Reason nuov1.ErrorReason
	// Vars fill the placeholders of the text and travel in ErrorInfo's metadata.
	Vars map[string]string
	// Fields are the fields of the request, or the places in a file, that the refusal is about.
	Fields []Violation

	cause error
}

// Violation is one field that breaks a rule, described in both languages. A description without Chinese is shown in
// English to everybody.
type Violation struct {
	// Field is the path from the request, such as task_list.tasks[2].title, or file:line:column.
	Field string
	// Description says in English what is wrong and what to do.
	Description string
	// DescriptionZH says it in Chinese.
	DescriptionZH string
}

// New makes an error of the reason; vars are keys and values by turns. An odd number is a mistake of the program: the
// last key gets an empty value.
func New(reason nuov1.ErrorReason, vars ...string) *Error {
	e := &Error{Reason: reason, Vars: make(map[string]string, len(vars)/2)}
	for pair := range slices.Chunk(vars, 2) {
		e.Vars[pair[0]] = ""
		if len(pair) == 2 {
			e.Vars[pair[0]] = pair[1]
		}
	}
	return e
}

// Field is INVALID_FIELD for one field, described in English and in Chinese.
func Field(field, description, descriptionZH string) *Error {
	return New(nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD).WithViolation(Violation{field, description, descriptionZH})
}

// WithField adds a violation that is described in English only, and returns e.
func (e *Error) WithField(field, description string) *Error {
	return e.WithViolation(Violation{Field: field, Description: description})
}

// WithViolation adds violations and returns e.
func (e *Error) WithViolation(v ...Violation) *Error {
	e.Fields = append(e.Fields, v...)
	return e
}

// WithCause keeps the error that led here, for the log alone, and returns e.
func (e *Error) WithCause(err error) *Error {
	e.cause = err
	return e
}

// Error is the reason with its variables, for logs and tests. What people read is Text.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(Name(e.Reason))
	for _, k := range slices.Sorted(maps.Keys(e.Vars)) {
		b.WriteString(" " + k + "=" + e.Vars[k])
	}
	for _, v := range e.Fields {
		b.WriteString("; " + v.Field + ": " + v.Description)
	}
	if e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	return b.String()
}

// Unwrap returns the cause, if there is one.
func (e *Error) Unwrap() error { return e.cause }

// Code is the gRPC code of the reason.
func (e *Error) Code() codes.Code { return Code(e.Reason) }

// Text is what a person reads, in English or Chinese; any other language is English. Violations follow the text. A
// variable that was not given shows as "…".
func (e *Error) Text(language string) string {
	r := row(e.Reason)
	text, stop, colon := r.en, ".", ": "
	if language == Chinese {
		text, stop, colon = r.zh, "。", "："
	}
	text = placeholder.ReplaceAllStringFunc(text, func(p string) string {
		if v := e.Vars[p[1:len(p)-1]]; v != "" {
			return inWords(v, language)
		}
		return "…"
	})
	if len(e.Fields) == 0 {
		return text
	}
	parts := make([]string, 0, len(e.Fields))
	for _, v := range e.Fields {
		parts = append(parts, v.Field+colon+v.In(language))
	}
	return strings.TrimSuffix(text, stop) + colon + strings.Join(parts, "; ")
}

// In is the description in the language, in English where there is no Chinese.
func (v Violation) In(language string) string {
	if language == Chinese && v.DescriptionZH != "" {
		return v.DescriptionZH
	}
	return v.Description
}

// As finds the Error in err's chain.
func As(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// Is tells whether err is, or wraps, an Error of the reason.
func Is(err error, reason nuov1.ErrorReason) bool {
	e, ok := As(err)
	return ok && e.Reason == reason
}

const prefix = "ERROR_REASON_"

// Name is the reason as it travels in ErrorInfo, such as SHIFT_FULL.
func Name(reason nuov1.ErrorReason) string {
	return strings.TrimPrefix(reason.String(), prefix)
}

// ByName is the reason of that name, UNSPECIFIED for an unknown one.
func ByName(name string) nuov1.ErrorReason {
	return nuov1.ErrorReason(nuov1.ErrorReason_value[prefix+name])
}
