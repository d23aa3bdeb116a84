package main

import "github.com/spf13/cobra"

func completionCommand(a *app) *cobra.Command {
	cmd := a.command(spec{
		use: "completion SHELL", short: text{"Print the completion script of a shell", "输出命令补全脚本"},
		example: "source <(nuo completion bash)\nnuo completion zsh > \"${fpath[1]}/_nuo\"\nnuo completion fish > ~/.config/fish/completions/nuo.fish",
	}, func(in *input) error {
		root := in.cmd.Root()
		switch in.args[0] {
		case "bash":
			return root.GenBashCompletionV2(in.out, true)
		case "zsh":
			return root.GenZshCompletion(in.out)
		case "fish":
			return root.GenFishCompletion(in.out, true)
		case "powershell":
			return root.GenPowerShellCompletionWithDesc(in.out)
		}
		return usage(sayOneOf, "bash, zsh, fish, powershell")
	})
	cmd.ValidArgs = []string{"bash", "zsh", "fish", "powershell"}
	return cmd
}
