package main

import (
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"nuo.internal/nuo/cmd/nuo/internal/bench"
)

func benchCommand(a *app) *cobra.Command {
	cmd := a.command(spec{
		use: "bench", short: text{"Measure this machine: claims, lists, bytes, as ratios of one run", "在本机测速：报名、列表、存储，给出同一次运行内的比值"},
		example: "nuo bench --lasts 3s --preload 1000000",
		extra: func(cmd *cobra.Command) {
			f := cmd.Flags()
			f.Duration("lasts", 3*time.Second, a.flagUsage("lasts"))
			f.Int("stored", 10_000, a.flagUsage("stored"))
			f.Int("preload", 0, a.flagUsage("preload"))
		},
	}, func(in *input) error {
		f := in.cmd.Flags()
		lasts, _ := f.GetDuration("lasts")
		stored, _ := f.GetInt("stored")
		preload, _ := f.GetInt("preload")
		return bench.Run(in.cmd.Context(), bench.Config{
			Lasts: lasts, Stored: stored, Preload: preload, Out: in.out, Log: in.err,
			Child: func(dir string, contracts int) []string {
				return []string{"bench", "serve", dir, strconv.Itoa(contracts)}
			},
		})
	})
	cmd.AddCommand(benchServeCommand(a))
	return cmd
}

// benchServeCommand is the server's process of a benchmark; nobody types it.
func benchServeCommand(a *app) *cobra.Command {
	cmd := a.command(spec{
		use: "serve DIR CONTRACTS", short: text{"Serve a benchmark", "运行被测服务"}, example: "nuo bench serve dir 10000",
	}, func(in *input) error {
		contracts, err := strconv.Atoi(in.args[1])
		if err != nil {
			return err
		}
		tuneMemory()
		return bench.Serve(in.cmd.Context(), in.args[0], contracts, in.in, in.out, in.err)
	})
	cmd.Hidden = true
	return cmd
}
