package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand(a *app) *cobra.Command {
	return a.command(spec{
		use: "version", short: text{"Show the version of this program", "显示版本"}, example: "nuo version",
	}, func(in *input) error {
		_, err := fmt.Fprintln(in.out, versionLine())
		return err
	})
}

// versionLine is what the command and nuo --version print.
func versionLine() string {
	return fmt.Sprintf("nuo %s %s %s/%s", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// version is what the build knows of itself: a module version, or the commit, or devel.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value[:min(12, len(s.Value))]
		}
	}
	return "devel"
}
