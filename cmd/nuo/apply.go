package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// maxFiles is what files may hold together; the server says the same.
const maxFiles = 4 << 20

// applyCommand imports files: the server parses them, says what is wrong or what it will change, and changes it.
func applyCommand(a *app) *cobra.Command {
	cmd := a.command(spec{
		use: "apply FILE...", short: text{"Import organisations, people and task lists from YAML or CSV files", "从 YAML 或 CSV 文件导入组织、人员和清单"},
		example: "nuo apply organisations.yaml volunteers.csv\nnuo apply --dry-run list-0209.yaml",
		extra: func(cmd *cobra.Command) {
			cmd.Flags().Bool("dry-run", false, a.say(sayDryRunFlag))
		},
	}, func(in *input) error {
		files, err := readFiles(in.args)
		if err != nil {
			return err
		}
		return (&applier{input: in, files: files}).run()
	})
	cmd.Long = a.say(applyHelp)
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage(sayMissingArgument, "FILE")
		}
		return nil
	}
	return cmd
}

// readFiles reads what is named, under the names without folders, or as typed where two are the same.
func readFiles(paths []string) ([]*nuov1.ImportFile, error) {
	count := map[string]int{}
	for _, path := range paths {
		count[filepath.Base(path)]++
	}
	var files []*nuov1.ImportFile
	size := 0
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, usage(sayBadFile, path)
		}
		if size += len(content); size > maxFiles {
			return nil, usage(sayFilesTooLarge)
		}
		name := filepath.Base(path)
		if count[name] > 1 {
			name = path
		}
		files = append(files, &nuov1.ImportFile{Name: name, Content: content})
	}
	return files, nil
}

// applier is one run of apply.
type applier struct {
	*input
	files []*nuov1.ImportFile
	last  *nuov1.ApplyImportResponse
}

func (p *applier) run() error {
	plan, err := ask(p.input, nuov1.NewImportServiceClient, nuov1.ImportServiceClient.PlanImport,
		&nuov1.PlanImportRequest{Files: p.files})
	if err != nil {
		return err
	}
	dry := p.flag("dry-run") == "true"
	if p.global.output == "json" && (dry || len(plan.GetDiagnostics()) > 0) {
		if err := p.printJSON(plan); err != nil {
			return err
		}
	}
	if len(plan.GetDiagnostics()) > 0 {
		p.diagnose(plan.GetDiagnostics())
		return &failure{sayFilesRefused.with(len(plan.GetDiagnostics()))}
	}
	if p.global.output != "json" {
		p.show(plan, dry)
	}
	if dry {
		p.note(sayDryRun)
		return nil
	}
	return p.apply()
}

// show writes what will be changed: each change of a dry run, the sums otherwise.
func (p *applier) show(plan *nuov1.PlanImportResponse, each bool) {
	sums := map[nuov1.ImportAction]int{}
	for _, c := range plan.GetChanges() {
		sums[c.GetAction()]++
		if each && c.GetAction() != nuov1.ImportAction_IMPORT_ACTION_UNCHANGED {
			fmt.Fprintf(p.out, "%s %s %s (%s:%d)\n", p.say(actionWords[c.GetAction()]), p.say(importWords[c.GetKind()]),
				called(c), c.GetFile(), c.GetLine())
		}
	}
	fmt.Fprintln(p.out, p.say(sayImportSums.with(
		sums[nuov1.ImportAction_IMPORT_ACTION_CREATE], sums[nuov1.ImportAction_IMPORT_ACTION_UPDATE],
		sums[nuov1.ImportAction_IMPORT_ACTION_UNCHANGED], sums[nuov1.ImportAction_IMPORT_ACTION_PUBLISH])))
}

// called is how a change is told from others: by the resource, but a person, a served party and a door by the id that
// the file gives it.
func called(c *nuov1.ImportChange) string {
	switch c.GetKind() {
	case nuov1.ImportKind_IMPORT_KIND_VOLUNTEER, nuov1.ImportKind_IMPORT_KIND_SERVED_PARTY, nuov1.ImportKind_IMPORT_KIND_DOOR:
		return or(c.GetLabel(), c.GetName(), "-")
	}
	return or(c.GetName(), c.GetLabel(), "-")
}

// diagnose writes each mistake as file:line:column, as editors understand it.
func (p *applier) diagnose(found []*nuov1.ImportDiagnostic) {
	for _, d := range found {
		what, remedy := text{d.GetMessage(), d.GetMessageZh()}, text{d.GetRemedy(), d.GetRemedyZh()}
		about := ""
		if d.GetField() != "" {
			about = d.GetField() + ": "
		}
		fmt.Fprintf(p.err, "%s:%d:%d: %s%s%s%s\n", d.GetFile(), d.GetLine(), d.GetColumn(), about,
			strings.TrimRight(p.say(what), ".。"), p.say(text{"; ", "；"}), p.say(remedy))
	}
}

// apply asks until the server has done all of it, a few times where it is away: what was done is not done twice.
func (p *applier) apply() error {
	conn, err := p.connect()
	if err != nil {
		return err
	}
	client := nuov1.NewImportServiceClient(conn)
	req := &nuov1.ApplyImportRequest{RequestId: uuid.NewString(), Files: p.files}
	pause := firstPause
	for n := 1; ; n++ {
		err := p.stream(client, req)
		switch {
		case err == nil:
			return p.finish()
		case p.cmd.Context().Err() != nil:
			return &failure{sayApplyInterrupted}
		case status.Code(err) != codes.Unavailable || n == attempts:
			return p.refused(err)
		}
		select {
		case <-p.cmd.Context().Done():
		case <-time.After(pause):
			pause *= 2
		}
	}
}

// stream reads the progress of one run. It has no deadline: a large file takes its time.
func (p *applier) stream(client nuov1.ImportServiceClient, req *nuov1.ApplyImportRequest) error {
	ctx, cancel := context.WithCancel(p.cmd.Context())
	defer cancel()
	stream, err := client.ApplyImport(ctx, req)
	if err != nil {
		return err
	}
	for {
		res, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF) && p.last == nil:
			return status.Error(codes.Unavailable, "no answer")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		p.last = res
		if res.GetOutcome() == nuov1.ImportOutcome_IMPORT_OUTCOME_RUNNING {
			p.note(sayProgress.with(res.GetDone(), res.GetTotal(), p.say(importWords[res.GetWhat()])))
		}
	}
}

func (p *applier) finish() error {
	if p.global.output == "json" {
		if err := p.printJSON(p.last); err != nil {
			return err
		}
	}
	p.diagnose(p.last.GetDiagnostics())
	switch p.last.GetOutcome() {
	case nuov1.ImportOutcome_IMPORT_OUTCOME_DONE:
		p.note(sayApplied.with(p.last.GetDone()))
		return nil
	case nuov1.ImportOutcome_IMPORT_OUTCOME_REFUSED:
		return &failure{sayFilesRefused.with(len(p.last.GetDiagnostics()))}
	default:
		return &failure{sayApplyStopped.with(p.last.GetDone(), p.last.GetTotal())}
	}
}

// applyHelp documents the format of the files; package importing is where it is decided.
var applyHelp = text{
	strings.TrimSpace(applyHelpEnglish) + "\n\n" + strings.TrimSpace(applyFormat),
	strings.TrimSpace(applyHelpChinese) + "\n\n" + strings.TrimSpace(applyFormat),
}
