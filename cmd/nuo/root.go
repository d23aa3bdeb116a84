package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // the binary knows every zone on machines that have none

	"github.com/spf13/cobra"
)

// commands are all commands, in the order in which help shows them.
//
// To add one: write a file named after it with a function of this form and add its line here. A command that is one
// RPC is a call of rpc (command.go), which makes flags from the request's fields, fills the request id, repeats what
// may be repeated, follows pages and prints tables or JSON. Anything else is a call of app.command with a function of
// its own, which gets flags, arguments, a connection and a printer through input. Flags' descriptions, headers and
// messages go into words.go. The tests ask every command for an example.
var commands = []func(*app) *cobra.Command{
	serveCommand, demoCommand,
	applyCommand,
	orgCommand, volunteerCommand, servedCommand,
	listCommand, taskCommand, shiftCommand, doorCommand,
	matchCommand, preferenceCommand,
	claimCommand, offerCommand, spokenYesCommand, signCommand, declineCommand, acceptCommand, refuseCommand,
	withdrawCommand, leaveCommand, amendmentCommand,
	checkInCommand, undoCheckInCommand, checkOutCommand, enterCheckOutCommand, absentCommand, extendCommand,
	stopForHealthCommand, onSiteCommand,
	confirmCommand, evaluateCommand, rateCommand, correctCommand, lateEntryCommand,
	contractsCommand, contractCommand, historyCommand, boardCommand, reportCommand,
	tokenCommand, whoAmICommand, benchCommand,
	backupCommand, restoreCommand, checkCommand, checkPartCommand,
	completionCommand, versionCommand,
}

// app is one run of the program: what it talks to and what holds for every command.
type app struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	now      func() time.Time
	language language
	global   globalFlags
}

// globalFlags are those that every command takes.
type globalFlags struct {
	server, token, tokenFile, timeZone, output, lang string
	timeout                                          time.Duration
}

func newApp() *app {
	return &app{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv, now: time.Now}
}

// run does what the arguments say and answers the exit status: 0 done, 1 refused, 2 wrong usage, 3 server unreachable,
// 4 store unreadable.
func (a *app) run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a.language = languageOf(args, a.getenv)
	root := a.root()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	return a.explain(cmd, err)
}

// root is the tree of all commands in the user's language.
func (a *app) root() *cobra.Command {
	cobra.EnableCommandSorting = false // help follows the list above
	root := &cobra.Command{
		Use:               "nuo",
		Short:             a.say(sayNuo),
		Long:              a.say(sayNuoLong),
		Example:           exampleNuo,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		Args:              a.noSuchCommand,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetUsageTemplate(a.say(usageTemplate))
	root.SetHelpTemplate(helpTemplate)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return a.flagError(err) })
	root.SetHelpCommand(a.helpCommand(root))
	root.Version = versionLine()
	root.SetVersionTemplate("{{.Version}}\n")
	root.Flags().Bool("version", false, a.say(sayVersion))
	a.addGlobalFlags(root)
	for _, command := range commands {
		root.AddCommand(command(a))
	}
	for _, cmd := range everyCommand(root) {
		cmd.InitDefaultHelpFlag()
		cmd.Flags().Lookup("help").Usage = a.say(sayHelpFlag)
	}
	return root
}

// helpCommand is nuo help COMMAND, the same as nuo COMMAND --help, which is the one that help names.
func (a *app) helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{Use: "help", Hidden: true, RunE: func(_ *cobra.Command, args []string) error {
		found, rest, err := root.Find(args)
		if err != nil {
			return err
		}
		if found.HasSubCommands() && len(rest) > 0 {
			return a.noSuchCommand(found, rest)
		}
		return found.Help()
	}}
}

func (a *app) addGlobalFlags(root *cobra.Command) {
	f, g := root.PersistentFlags(), &a.global
	f.StringVar(&g.server, "server", or(a.getenv("NUO_SERVER"), "127.0.0.1:7600"), a.flagUsage("server"))
	f.StringVar(&g.token, "token", "", a.flagUsage("token"))
	f.StringVar(&g.tokenFile, "token-file", "", a.flagUsage("token-file"))
	f.StringVar(&g.timeZone, "time-zone", "Asia/Shanghai", a.flagUsage("time-zone"))
	f.DurationVar(&g.timeout, "timeout", 15*time.Second, a.flagUsage("timeout"))
	f.StringVarP(&g.output, "output", "o", "table", a.flagUsage("output"))
	f.StringVar(&g.lang, "lang", string(a.language), a.flagUsage("lang"))
	complete(root, "output", "table", "json")
	complete(root, "lang", "zh", "en")
}

// complete offers fixed words for a flag in the shell.
func complete(cmd *cobra.Command, flag string, words ...string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// everyCommand is the command and all below it, but the hidden ones.
func everyCommand(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			all = append(all, everyCommand(c)...)
		}
	}
	return all
}

// languageOf is the language that --lang names, or the locale; it is needed before flags are parsed, for help is
// written in it too.
func languageOf(args []string, getenv func(string) string) language {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--lang="); ok {
			return languageNamed(value)
		}
		if arg == "--lang" && i+1 < len(args) {
			return languageNamed(args[i+1])
		}
	}
	return languageNamed(or(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")))
}

func languageNamed(locale string) language {
	if strings.HasPrefix(strings.ToLower(locale), "zh") {
		return chinese
	}
	return english
}

// or is the first that is not empty.
func or(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
