package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	wire "nuo.internal/nuo/server/rpc"
)

// The exit statuses, for scripts.
const (
	exitOK = iota
	exitRefused
	exitUsage
	exitUnreachable
	exitUnreadable
)

// usageError is a command that cannot be understood; nothing was sent.
type usageError struct{ text }

func (e *usageError) Error() string { return e.en }

func usage(t text, args ...any) error { return &usageError{t.with(args...)} }

// failure is what this machine, not a server, refuses.
type failure struct{ text }

func (e *failure) Error() string { return e.en }

// unreadable is a store that could not be read: nothing is known about it.
type unreadable struct{ text }

func (e *unreadable) Error() string { return e.en }

// errDeclined is a no at a question.
var errDeclined = errors.New("declined")

// errShown is a failure of which everything has been said.
var errShown = errors.New("failed as shown")

// refusal is what a server answered instead of a result.
type refusal struct {
	*status.Status
	// next is what helps; empty for what helps with every refusal of the kind.
	next text
	// flags are what was typed for the request's fields, where a person knows them by that alone.
	flags map[string]string
	// repeat is the request id with which the command may be repeated; empty for one that changes nothing.
	repeat string
}

func (r *refusal) Error() string { return r.Message() }

// refusedAs tells whether the error is a server's refusal for this reason.
func refusedAs(err error, reason nuov1.ErrorReason) bool {
	no, ok := errors.AsType[*refusal](err)
	return ok && wire.ReasonOf(no.Status) == reason
}

func (in *input) refused(err error) error {
	if err == nil {
		return nil
	}
	st := status.Convert(err)
	if st.Code() == codes.Unknown && errors.Is(in.ctx.Err(), context.DeadlineExceeded) {
		st = status.New(codes.DeadlineExceeded, err.Error())
	}
	no := &refusal{Status: st, repeat: in.lastID}
	if group := in.cmd.Parent(); group != nil && group.Name() == matchGroup {
		no.next = matchSteps[wire.ReasonOf(st)]
		no.flags = map[string]string{"from_date": "--from", "to_date": "--to", "shifts_each": "--each"}
		if in.given("date") {
			no.flags["from_date"], no.flags["to_date"] = "--date", "--date"
		}
	}
	return no
}

// explain writes what went wrong and what to do next, and answers the exit status.
func (a *app) explain(cmd *cobra.Command, err error) int {
	var wrong *usageError
	var no *refusal
	var failed *failure
	var unread *unreadable
	switch {
	case errors.Is(err, errShown):
		return exitRefused
	case errors.Is(err, errDeclined):
		a.note(sayDeclined)
		return exitRefused
	case errors.As(err, &wrong):
		fmt.Fprintf(a.err, "%s: %s\n", a.say(sayUsage), a.say(wrong.text))
		a.note(saySeeHelp.with(cmd.CommandPath()))
		return exitUsage
	case errors.As(err, &no):
		return a.explainRefusal(no)
	case errors.As(err, &failed):
		fmt.Fprintf(a.err, "%s: %s\n", a.say(sayError), a.say(failed.text))
		return exitRefused
	case errors.As(err, &unread):
		fmt.Fprintf(a.err, "%s: %s\n", a.say(sayError), a.say(unread.text))
		return exitUnreadable
	case strings.HasPrefix(err.Error(), "required flag"):
		fmt.Fprintf(a.err, "%s: %s\n", a.say(sayUsage), a.say(sayMissingFlags.with(missingFlags(cmd))))
		a.note(saySeeHelp.with(cmd.CommandPath()))
		return exitUsage
	}
	if e, ok := fault.As(err); ok {
		fmt.Fprintf(a.err, "%s: %s\n", a.say(sayError), e.Text(string(a.language)))
		return exitRefused
	}
	fmt.Fprintf(a.err, "%s: %s\n", a.say(sayError), err)
	return exitRefused
}

// explainRefusal writes kind, message and fields of a server's answer; the words are the server's, in the user's
// language.
func (a *app) explainRefusal(no *refusal) int {
	reason := wire.ReasonOf(no.Status)
	if reason == nuov1.ErrorReason_ERROR_REASON_UNSPECIFIED {
		return a.explainTransport(no)
	}
	fields := a.violations(no.Status)
	fmt.Fprintf(a.err, "%s: %s [%s]\n", a.say(codeWords[no.Code()]), a.message(no.Status, fields), fault.Name(reason))
	for _, f := range fields {
		fmt.Fprintf(a.err, "  %s: %s\n", or(no.flags[f.Field], f.Field), f.In(string(a.language)))
	}
	if next := or(a.say(no.next), a.say(nextSteps[reason])); next != "" {
		fmt.Fprintln(a.err, next)
	}
	if no.repeat != "" && reason == nuov1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN {
		a.note(sayRepeat.with(no.repeat))
	}
	return exitRefused
}

// explainTransport is for answers that are not Nuo's: nobody there, or not in time.
func (a *app) explainTransport(no *refusal) int {
	switch no.Code() {
	case codes.Unavailable:
		fmt.Fprintf(a.err, "%s: %s\n", a.say(sayError), a.say(sayUnreachable.with(a.global.server)))
	case codes.DeadlineExceeded:
		fmt.Fprintf(a.err, "%s: %s\n", a.say(sayError), a.say(sayTooSlow.with(a.global.server, a.global.timeout)))
	case codes.Canceled:
		a.note(sayInterrupted)
		if no.repeat != "" {
			a.note(sayRepeat.with(no.repeat))
		}
		return exitRefused
	default:
		fmt.Fprintf(a.err, "%s: %s\n", a.say(sayError), a.say(sayOddAnswer.with(a.global.server, no.Code())))
		return exitRefused
	}
	if no.repeat != "" {
		a.note(sayRepeat.with(no.repeat))
	}
	return exitUnreachable
}

func (a *app) violations(st *status.Status) []fault.Violation {
	e, ok := wire.FromStatus(st.Err())
	if !ok {
		return nil
	}
	return e.Fields
}

// message is the server's text in the user's language, without the fields, which get lines of their own.
func (a *app) message(st *status.Status, fields []fault.Violation) string {
	message := st.Message()
	for _, d := range st.Details() {
		if l, ok := d.(*errdetails.LocalizedMessage); ok && l.GetLocale() == string(a.language) {
			message = l.GetMessage()
		}
	}
	if len(fields) > 0 {
		if at := strings.Index(message, fields[0].Field); at > 0 {
			message = strings.TrimRight(message[:at], " :：")
		}
	}
	return message
}

func missingFlags(cmd *cobra.Command) string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if len(f.Annotations[cobra.BashCompOneRequiredFlag]) > 0 && !f.Changed {
			names = append(names, "--"+f.Name)
		}
	})
	return strings.Join(names, ", ")
}

// flagError says in the user's language what pflag found.
func (a *app) flagError(err error) error {
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var value *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		return usage(sayUnknownFlag, unknown.GetSpecifiedName())
	case errors.As(err, &bare):
		return usage(sayBareFlag, bare.GetSpecifiedName())
	case errors.As(err, &value):
		return usage(sayBadFlagValue, value.GetFlag().Name, value.GetValue())
	}
	return usage(sayBadFlag)
}

// countArgs holds a command to the arguments of its use line.
func (a *app) countArgs(cmd *cobra.Command) cobra.PositionalArgs {
	most := arguments(cmd.Use)
	least := 0
	for _, word := range strings.Fields(cmd.Use)[1:] {
		if !strings.HasPrefix(word, "[") {
			least++
		}
	}
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return usage(sayMissingArgument, strings.Join(most[len(args):least], " "))
		case len(args) > len(most):
			return usage(sayTooManyArguments, args[len(most)])
		}
		return nil
	}
}

// noSuchCommand is for commands that only hold others.
func (a *app) noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	known := make([]string, 0, len(cmd.Commands()))
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			known = append(known, c.Name())
		}
	}
	return usage(sayUnknownCommand, args[0], strings.Join(known, ", "))
}
