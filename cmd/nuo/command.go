package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// spec says how a command looks to a person.
type spec struct {
	// use is the verb and its arguments in capitals, in brackets where they may be left out: "accept CONTRACT".
	use string
	// short is one line.
	short text
	// example is one or more lines that could be typed as they stand.
	example string
	// args are the request's fields that the arguments fill, in order. Nil: the field named like the argument (SHIFT
	// fills shift), or name where the request has no such field.
	args []string
	// flags are the request's fields that flags fill: "note", "task_list.title" (the flag is --title),
	// "people_reached=reached" (the flag is --reached); with ! at the end it must be given.
	flags []string
	// extra are flags of the command's own, outside of the request.
	extra func(cmd *cobra.Command)
}

// command makes a command that calls run with what was typed.
func (a *app) command(s spec, run func(in *input) error) *cobra.Command {
	cmd := &cobra.Command{Use: s.use, Short: a.say(s.short), Example: indent(s.example)}
	cmd.Args = a.countArgs(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		in, err := a.newInput(cmd, args)
		if err != nil {
			return err
		}
		defer in.close()
		return run(in)
	}
	if s.extra != nil {
		s.extra(cmd)
	}
	return cmd
}

// group is a command that only holds others.
func (a *app) group(use string, short text, subcommands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: a.say(short), Args: a.noSuchCommand}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.AddCommand(subcommands...)
	cmd.Example = subcommands[0].Example
	return cmd
}

// method is a generated client's method, such as nuov1.ContractServiceClient.AcceptContract.
type method[C any, Req, Res proto.Message] = func(C, context.Context, Req, ...grpc.CallOption) (Res, error)

// rpc makes a command of one RPC: service makes its client, method is called, show prints the answer.
func rpc[C any, Req, Res proto.Message](
	a *app, s spec, service func(grpc.ClientConnInterface) C, call method[C, Req, Res], show view,
) *cobra.Command {
	return rpcWith(a, s, service, call, nil, show)
}

// rpcWith is rpc with a step that completes the request from what the server says, or refuses.
func rpcWith[C any, Req, Res proto.Message](
	a *app, s spec, service func(grpc.ClientConnInterface) C, call method[C, Req, Res],
	prepare func(in *input, req Req) error, show view,
) *cobra.Command {
	b := newBinding(a, s, empty[Req]().ProtoReflect().Descriptor())
	show.check(empty[Res]().ProtoReflect().Descriptor())
	cmd := a.command(s, func(in *input) error {
		req := empty[Req]()
		if err := b.fill(in, req.ProtoReflect()); err != nil {
			return err
		}
		if prepare != nil {
			if err := prepare(in, req); err != nil {
				return err
			}
		}
		return run(in, service, call, req, show)
	})
	b.register(cmd)
	return cmd
}

// update makes a command that reads a resource and changes the fields whose flags are given. field is the request's
// field that holds the resource. The mask names what was given; the etag is that of the reading, unless --etag says
// from which one the person decided.
func update[C any, Get, Req, Res proto.Message](
	a *app, s spec, field string, service func(grpc.ClientConnInterface) C,
	get method[C, Get, Res], call method[C, Req, Res], show view,
) *cobra.Command {
	s.args = []string{field + ".name"}
	s.flags = append(s.flags, field+".etag")
	b := newBinding(a, s, empty[Req]().ProtoReflect().Descriptor())
	show.check(empty[Res]().ProtoReflect().Descriptor())
	cmd := a.command(s, func(in *input) error {
		req := empty[Req]()
		if err := b.fillArgs(in, req.ProtoReflect()); err != nil {
			return err
		}
		slot := req.ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(field))
		resource := req.ProtoReflect().Mutable(slot).Message()
		getter := empty[Get]()
		setString(getter.ProtoReflect(), "name", getString(resource, "name"))
		present, err := ask(in, service, get, getter)
		if err != nil {
			return err
		}
		if err := b.amend(in, req.ProtoReflect(), resource, present.ProtoReflect()); err != nil {
			return err
		}
		return run(in, service, call, req, show)
	})
	b.register(cmd)
	return cmd
}

// ask makes one call, and the calls for the pages after it where the answer comes in pages.
func ask[C any, Req, Res proto.Message](
	in *input, service func(grpc.ClientConnInterface) C, call method[C, Req, Res], req Req,
) (Res, error) {
	conn, err := in.connect()
	if err != nil {
		var none Res
		return none, err
	}
	client := service(conn)
	once := func() (Res, error) {
		in.identify(req.ProtoReflect())
		return persist(in, func(ctx context.Context) (Res, error) { return call(client, ctx, req) })
	}
	if has(req.ProtoReflect(), "page_token") {
		return everyPage(in, req.ProtoReflect(), once)
	}
	return once()
}

// run makes one call that is not made from flags and prints its answer.
func run[C any, Req, Res proto.Message](
	in *input, service func(grpc.ClientConnInterface) C, call method[C, Req, Res], req Req, show view,
) error {
	res, err := ask(in, service, call, req)
	if err != nil {
		return err
	}
	return in.print(res, show)
}

// empty makes an empty message of the pointer type M.
func empty[M proto.Message]() M {
	var none M
	m, _ := none.ProtoReflect().New().Interface().(M)
	return m
}

func indent(lines string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(lines), "\n", "\n  ")
}
