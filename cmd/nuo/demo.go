package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"nuo.internal/nuo/cmd/nuo/internal/demo"
)

var (
	sayOnceFlag  = text{"end after the play instead of serving on", "演完即止，不再继续服务"}
	sayDemoData  = text{"directory of the store, which must hold none yet (default: a temporary one)", "存储目录，须尚无存储（默认用临时目录）"}
	sayDemoUsed  = text{"There is a store in %s already; the story begins with none. Name another --data.", "%s 中已有存储，演示须从空目录开始，请用 --data 另指定。"}
	sayDemoBreak = text{"The play was interrupted.", "演示被中断。"}
)

// demoCommand plays the story on a server of its own.
func demoCommand(a *app) *cobra.Command {
	return a.command(spec{
		use: "demo", short: text{"Play two days of a community on a real server, and serve on", "在真实的服务上演示明珠社区的两天，并继续服务"},
		example: "nuo demo\nnuo demo --once",
		extra: func(cmd *cobra.Command) {
			f := cmd.Flags()
			f.Bool("once", false, a.say(sayOnceFlag))
			f.String("data", "", a.say(sayDemoData))
			f.String("listen", "127.0.0.1:0", a.flagUsage("listen"))
		},
	}, playDemo)
}

func playDemo(in *input) error {
	err := demo.Run(in.cmd.Context(), demo.Config{
		Terminal: demoTerminal{in.printer()}, Data: in.flag("data"), Listen: in.flag("listen"),
		Once:   in.flag("once") == "true",
		Logger: slog.New(slog.NewTextHandler(in.err, &slog.HandlerOptions{Level: slog.LevelError})),
	})
	return ofPlay(err, in.flag("data"))
}

// ofPlay is what a play came to, as the command line explains it.
func ofPlay(err error, data string) error {
	switch {
	case errors.Is(err, demo.ErrWrong):
		return errShown
	case errors.Is(err, demo.ErrUsed):
		return &failure{sayDemoUsed.with(data)}
	case errors.Is(err, context.Canceled):
		return &failure{sayDemoBreak}
	}
	return err
}

// demoTerminal shows the play with the tables of the other commands.
type demoTerminal struct{ *printer }

func (t demoTerminal) Write(line []byte) (int, error) { return t.out.Write(line) }

func (t demoTerminal) Chinese() bool { return t.language == chinese }

func (t demoTerminal) Word(e protoreflect.Enum) string { return t.enum(e.Descriptor(), e.Number()) }

func (t demoTerminal) Rows(keys string, answer proto.Message) {
	rows(keys).show(t.printer, answer.ProtoReflect())
}

func (t demoTerminal) Table(head []string, lines [][]string) {
	w := t.writer()
	w.AppendHeader(cells(head))
	for _, line := range lines {
		w.AppendRow(cells(line))
	}
	fmt.Fprintln(t.out, trimLines(w.Render()))
}

func cells(line []string) table.Row {
	row := make(table.Row, len(line))
	for i := range line {
		row[i] = line[i]
	}
	return row
}
