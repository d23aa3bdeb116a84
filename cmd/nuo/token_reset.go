package main

import (
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv"
)

// tokenResetCommand is the way back into a store whose administrators' tokens are lost.
func tokenResetCommand(a *app) *cobra.Command {
	return a.command(spec{
		use: "reset", short: sayReset, example: "nuo token reset --data data",
		extra: func(cmd *cobra.Command) {
			cmd.Flags().String("data", "", a.flagUsage("data"))
			cmd.Flags().String("district", "", a.say(sayResetDistrict))
			_ = cmd.MarkFlagRequired("data")
		},
	}, func(in *input) error {
		data := in.flag("data")
		err := server.ResetToken(in.cmd.Context(), server.Config{Data: data, District: in.flag("district")}, in.showAdministrator)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return &failure{sayNoStore.with(data)}
		case errors.Is(err, kv.ErrLocked):
			return &failure{sayStoreHeld.with(data, err)}
		case fault.Is(err, nuov1.ErrorReason_ERROR_REASON_NOT_FOUND):
			return &failure{sayWhichDistrict.with(data)}
		}
		return err
	})
}
