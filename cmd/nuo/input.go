package main

import (
	"bufio"
	"context"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"golang.org/x/term"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/reflect/protoreflect"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// input is what was typed, with what a command needs to answer it.
type input struct {
	*app
	cmd  *cobra.Command
	args []string
	ctx  context.Context
	zone *time.Location

	cancel  context.CancelFunc
	conn    *grpc.ClientConn
	lines   *bufio.Reader
	me      string
	request uuid.UUID
	calls   int
	lastID  string
}

func (a *app) newInput(cmd *cobra.Command, args []string) (*input, error) {
	zone, err := time.LoadLocation(a.global.timeZone)
	if err != nil {
		return nil, usage(sayBadZone, a.global.timeZone)
	}
	if a.global.output != "table" && a.global.output != "json" {
		return nil, usage(sayBadOutput, a.global.output)
	}
	in := &input{app: a, cmd: cmd, args: args, zone: zone, lines: bufio.NewReader(a.in)}
	in.ctx, in.cancel = context.WithTimeout(cmd.Context(), a.global.timeout)
	if f := cmd.Flags().Lookup("request-id"); f != nil && f.Changed {
		if in.request, err = uuid.Parse(f.Value.String()); err != nil {
			return nil, usage(sayBadRequestID)
		}
	}
	return in, nil
}

func (in *input) close() {
	in.cancel()
	if in.conn != nil {
		in.conn.Close()
	}
}

// identify gives the request its id, if it carries one: that of --request-id or a fresh one. Further requests of one
// command (pages that are counted as views, the next fifty of a shift) get ids that follow from the first, so that
// repeating the command with --request-id repeats them all.
func (in *input) identify(req protoreflect.Message) {
	if !has(req, "request_id") {
		return
	}
	if in.request == uuid.Nil {
		in.request = uuid.New()
	}
	id := in.request
	if in.calls > 0 {
		id = uuid.NewSHA1(in.request, []byte{byte(in.calls >> 8), byte(in.calls)})
	}
	in.calls++
	in.lastID = in.request.String()
	setString(req, "request_id", id.String())
}

// myself is the volunteer whom the token stands for.
func (in *input) myself() (string, error) {
	if in.me != "" {
		return in.me, nil
	}
	token, err := ask(in, tokens, nuov1.TokenServiceClient.WhoAmI, &nuov1.WhoAmIRequest{})
	if err != nil {
		return "", err
	}
	if token.GetPerson() == "" {
		return "", usage(sayNobody)
	}
	in.me = token.GetPerson()
	return in.me, nil
}

// flag is the value of one of the command's own flags.
func (in *input) flag(name string) string {
	if f := in.cmd.Flags().Lookup(name); f != nil {
		return f.Value.String()
	}
	return ""
}

// given tells whether the flag was typed.
func (in *input) given(name string) bool { return in.cmd.Flags().Changed(name) }

// confirm asks a yes of the person at the terminal. --yes answers it; without a terminal it is required.
func (in *input) confirm(question text) error {
	if in.flag("yes") == "true" {
		return nil
	}
	f, ok := in.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return usage(sayNeedsYes)
	}
	in.note(question)
	answer, err := in.readLine()
	if err != nil {
		return err
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes", "是", "好", "同意":
		return nil
	}
	return errDeclined
}

// readLine reads a line from the person, who may also interrupt. The time that a person takes is not the server's:
// the deadline starts anew.
func (in *input) readLine() (string, error) {
	in.cancel()
	type answer struct {
		line string
		err  error
	}
	read := make(chan answer, 1)
	go func() {
		line, err := in.lines.ReadString('\n')
		read <- answer{line, err}
	}()
	select {
	case <-in.cmd.Context().Done():
		return "", errDeclined
	case got := <-read:
		in.ctx, in.cancel = context.WithTimeout(in.cmd.Context(), in.global.timeout)
		if got.err != nil {
			return "", errDeclined
		}
		return got.line, nil
	}
}

// yesFlag adds --yes.
func (a *app) yesFlag(cmd *cobra.Command) {
	cmd.Flags().BoolP("yes", "y", false, a.flagUsage("yes"))
}
