// Package demo plays the story of the domain on a real server: the emergency days at 明珠社区, 8 and 9 February 2020.
//
// The server is package server's own, on a real socket and a real file; only its clock is moved by hand. Every step is
// a call made with the token of the person who would make it, and at the end every figure is read back from the server
// and compared with what the story says. Nothing here knows how the server keeps what it is told.
//
// The acts stand in files of their own, in the order in which they are played: opening.go, noon.go, tomorrow.go,
// doors.go, gates.go; figures.go holds what must have come of it. Facts are those of the domain; whatever had to be
// chosen is named where it is chosen. All people are invented.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Terminal is where the play is seen. The command line's own tables are behind it.
type Terminal interface {
	// Write takes lines of progress.
	io.Writer
	// Chinese tells the language: Chinese, or else English.
	Chinese() bool
	// Word is a value of the API as a person reads it.
	Word(value protoreflect.Enum) string
	// Rows prints the rows of an answer, a column for each key, as the command line does.
	Rows(keys string, answer proto.Message)
	// Table prints rows below a head, columns aligned.
	Table(head []string, rows [][]string)
}

// Config says how to play. Only Terminal is required.
type Config struct {
	// Terminal is where the play is seen.
	Terminal Terminal
	// Data is the directory of the store, which must hold none yet; it stays afterwards. "": a fresh temporary one,
	// which is removed at the end.
	Data string
	// Listen is the address of the server. "": 127.0.0.1 and a free port.
	Listen string
	// Once ends after the play instead of serving on.
	Once bool
	// Logger takes the server's log. Nil: nothing is logged.
	Logger *slog.Logger

	figures []figure // nil: the story's
}

var (
	// ErrWrong is answered when a figure was not what the story says; how many has been printed.
	ErrWrong = errors.New("figures are wrong")
	// ErrUsed is answered when the directory already holds a store: the story begins with an empty one.
	ErrUsed = errors.New("the directory already holds a store")
)

// Run plays the story, compares its figures and prints them, says "story: ok" or how many are wrong, and goes on serving
// until ctx ends, unless it is to be played once. It returns nil after that, ErrWrong when a figure is wrong, ErrUsed, ctx's error when it was interrupted
// during the play, and any other error for what kept a step from being played.
func Run(ctx context.Context, cfg Config) error {
	stage, err := open(ctx, cfg)
	if err != nil {
		return err
	}
	played := newPlay(cfg, stage).perform(ctx)
	return errors.Join(played, stage.close())
}

// perform plays all acts, shows what came of them, and serves on.
func (p *play) perform(ctx context.Context) error {
	for _, a := range acts {
		if err := p.act(ctx, a); err != nil {
			return err
		}
	}
	if err := p.closing(ctx); err != nil {
		return err
	}
	wrong, err := p.compare(ctx)
	if err != nil {
		return err
	}
	verdict := error(nil)
	if wrong == 0 {
		fmt.Fprintln(p.cfg.Terminal, "story: ok")
	} else {
		fmt.Fprintf(p.cfg.Terminal, "story: %d figures are wrong\n", wrong)
		verdict = ErrWrong
	}
	if !p.cfg.Once {
		p.introduce()
		verdict = errors.Join(verdict, p.serve(ctx))
	}
	return verdict
}
