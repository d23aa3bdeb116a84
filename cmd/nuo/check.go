package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"nuo.internal/nuo/server"
	"nuo.internal/nuo/server/check"
)

// defaultProblems is how many problems are shown where --limit says nothing.
const defaultProblems = 100

// checkCommand reads a store that no server has open, or a backup, and names what must not be.
func checkCommand(a *app) *cobra.Command {
	return a.command(spec{
		use:     "check DIR",
		short:   text{"Read a stopped store, or a backup, and name all that is wrong with it", "检查已停止的存储或备份，列出所有问题"},
		example: "nuo check data\nnuo check nuo-backup.db --limit 0",
		extra: func(cmd *cobra.Command) {
			cmd.Flags().Int("limit", defaultProblems, a.flagUsage("limit"))
		},
	}, func(in *input) error {
		limit, err := in.cmd.Flags().GetInt("limit")
		if err != nil || limit < 0 {
			return usage(sayBadLimit)
		}
		file, err := storeFile(in.args[0])
		if err != nil {
			return &unreadable{sayNoFile.with(in.args[0], reasonOf(err))}
		}
		sum, err := in.inspect(file, &listing{limit: limit, show: in.global.output != "json"})
		if err != nil {
			return err
		}
		return in.report(sum)
	})
}

// storeFile is the store in a directory, or the file itself.
func storeFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return path, err
	}
	path = filepath.Join(path, server.File)
	_, err = os.Stat(path)
	return path, err
}

// listing is how problems are shown while they are found.
type listing struct {
	limit int // 0: all
	show  bool
	shown []check.Problem
}

func (in *input) list(l *listing, p check.Problem) {
	if l.limit > 0 && len(l.shown) >= l.limit {
		return
	}
	l.shown = append(l.shown, p)
	if l.show {
		in.progress("")
		fmt.Fprintln(in.out, p)
	}
}

// summary is what a check came to.
type summary struct {
	Records  int64           `json:"records"`
	Count    int             `json:"count"`
	Problems []check.Problem `json:"problems"`
}

// report ends a check: status 0 where nothing was found, 1 otherwise.
func (in *input) report(sum summary) error {
	if in.global.output == "json" {
		if err := in.json(sum); err != nil {
			return err
		}
	} else if more := sum.Count - len(sum.Problems); more > 0 {
		fmt.Fprintln(in.out, in.say(sayMoreOf.with(more)))
	}
	if sum.Count > 0 {
		return &failure{sayProblems.with(sum.Count, sum.Records)}
	}
	in.note(sayClean.with(sum.Records))
	return nil
}

// json prints what is no message of the API.
func (in *input) json(v any) error {
	e := json.NewEncoder(in.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// progress shows one changing line on a terminal, and nothing elsewhere. "" takes it away.
func (in *input) progress(line string) {
	f, ok := in.err.(*os.File)
	if ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(f, "\r\x1b[K"+line)
	}
}

// inspect checks a store file: its pages, then its records. Both are read in processes of their own: a damaged file
// may crash or hang whoever reads it, which then is a problem like any other. It changes no byte.
func (in *input) inspect(file string, l *listing) (summary, error) {
	sum := summary{}
	for _, part := range []string{partPages, partRecords} {
		in.progress(in.say(sayPages))
		err := in.inspectPart(part, file, func(line partLine) {
			if line.Problem != nil {
				sum.Count++
				in.list(l, *line.Problem)
			}
			sum.Records = max(sum.Records, line.Records)
			if line.Table != "" {
				in.progress(in.say(sayChecking.with(line.Records, line.Table)))
			}
		})
		in.progress("")
		if err != nil {
			return sum, err
		}
	}
	sum.Problems = append([]check.Problem{}, l.shown...)
	return sum, nil
}

// inspectPart does a part of a check in a process of its own.
func (in *input) inspectPart(part, file string, line func(partLine)) error {
	info, err := os.Stat(file)
	if err != nil {
		return &unreadable{sayNoFile.with(file, reasonOf(err))}
	}
	last, at := partLine{}, partLine{}
	process := func(ctx context.Context) (*exec.Cmd, error) { return partProcess(ctx, part, file) }
	err = runPart(in.cmd.Context(), process, stall(part, info.Size()), func(l partLine) {
		last = l
		at.Table, at.Records = cmp.Or(l.Table, at.Table), max(at.Records, l.Records)
		line(l)
	})
	switch {
	case in.cmd.Context().Err() != nil:
		return &unreadable{sayInterrupted}
	case last.Refusal == refusedHeld:
		return &unreadable{sayFileHeld.with(file, last.Text)}
	case last.Refusal == refusedVersion:
		return &unreadable{sayFileVersion.with(file, last.Text)}
	case last.Refusal != "":
		return &unreadable{sayNoFile.with(file, last.Text)}
	case err != nil || !last.Done:
		text := "reading the file crashed or hung: it is damaged"
		if at.Table != "" {
			text += "; it happened after " + strconv.FormatInt(at.Records, 10) + " records, at or after " + at.Table
		}
		line(partLine{Problem: &check.Problem{Table: "file", Key: filepath.Base(file), Text: text}})
	}
	return nil
}
