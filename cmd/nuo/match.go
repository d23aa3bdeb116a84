package main

import "github.com/spf13/cobra"

func matchCommand(a *app) *cobra.Command {
	return a.group("match", text{"Matching: the best roster, proved and explained", "匹配：算出最好的排班，证明它，说明理由"},
		matchSolveCommand(a))
}
