package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/google/uuid"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server"
	"nuo.internal/nuo/server/kv"
)

func serveCommand(a *app) *cobra.Command {
	return a.command(spec{
		use: "serve", short: text{"Run the service until it is interrupted", "运行服务，直至中断"},
		example: "nuo serve --data data --district jiaojiang --district-name 椒江区",
		extra: func(cmd *cobra.Command) {
			f := cmd.Flags()
			f.String("data", "", a.flagUsage("data"))
			f.String("listen", server.DefaultListen, a.flagUsage("listen"))
			f.String("district", server.DefaultDistrict, a.flagUsage("district"))
			f.String("district-name", "", a.flagUsage("district-name"))
			f.String("log-format", "text", a.flagUsage("log-format"))
			f.String("log-level", "info", a.flagUsage("log-level"))
			f.Duration("stop-timeout", server.DefaultStopTimeout, a.flagUsage("stop-timeout"))
			_ = cmd.MarkFlagRequired("data")
			complete(cmd, "log-format", "text", "json")
			complete(cmd, "log-level", "debug", "info", "warn", "error")
		},
	}, serve)
}

// serve runs the server until the context of the command ends, as SIGINT and SIGTERM end it.
func serve(in *input) error {
	tuneMemory()
	logger, err := in.logger()
	if err != nil {
		return err
	}
	var first string
	var unshown error
	ctx, cancel := context.WithCancel(in.cmd.Context())
	defer cancel()
	wait, _ := in.cmd.Flags().GetDuration("stop-timeout")
	s, err := server.New(server.Config{
		Data: in.flag("data"), Listen: in.flag("listen"), District: in.flag("district"), Logger: logger, StopTimeout: wait,
		FirstToken: func(secret string) {
			if first, unshown = secret, in.showAdministrator(secret); unshown != nil {
				cancel() // a token that nobody read must not be kept
			}
		},
	})
	if err != nil {
		return usage(sayBadServe, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	select {
	case err = <-ended:
	case <-s.Ready():
		if first != "" {
			in.nameDistrict(s.Addr().String(), first, logger)
		}
		err = <-ended
	}
	if unshown != nil {
		return errors.Join(unshown, err)
	}
	if errors.Is(err, kv.ErrLocked) {
		return &failure{sayStoreHeld.with(in.flag("data"), err)}
	}
	return err
}

// showAdministrator prints the secret of an administrator's token.
func (in *input) showAdministrator(secret string) error {
	in.note(sayFirstToken)
	if _, err := fmt.Fprintln(in.out, secret); err != nil {
		return &failure{sayTokenUnshown.with(reasonOf(err))}
	}
	return nil
}

// logger writes the server's log to the standard error.
func (in *input) logger() (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(in.flag("log-level"))); err != nil {
		return nil, usage(sayBadFlagValue, "log-level", in.flag("log-level"))
	}
	options := &slog.HandlerOptions{Level: level}
	switch in.flag("log-format") {
	case "text":
		return slog.New(slog.NewTextHandler(in.err, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(in.err, options)), nil
	}
	return nil, usage(sayBadFlagValue, "log-format", in.flag("log-format"))
}

// nameDistrict gives the new district the name of --district-name, as its administrator could do by hand. The server
// serves on without it.
func (in *input) nameDistrict(address, secret string, logger *slog.Logger) {
	name := in.flag("district-name")
	if name == "" {
		return
	}
	ctx, cancel := context.WithTimeout(withToken(in.cmd.Context(), secret), 5*time.Second)
	defer cancel()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		logger.WarnContext(ctx, "the district was not named", slog.Any("error", err))
		return
	}
	defer conn.Close()
	district, err := organisations(conn).GetOrganisation(ctx, &nuov1.GetOrganisationRequest{
		Name: "districts/" + in.flag("district"),
	})
	if err == nil {
		district.DisplayName = name
		_, err = organisations(conn).UpdateOrganisation(ctx, &nuov1.UpdateOrganisationRequest{
			RequestId: uuid.NewString(), Organisation: district,
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"display_name"}},
		})
	}
	if err != nil {
		logger.WarnContext(ctx, "the district was not named", slog.Any("error", err))
	}
}
