package main

import (
	"errors"

	"github.com/spf13/cobra"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

const doorCard = "name task compound outcome outcome_time found_on_site origin_door contact.display_name contact.phone contact.door"

func doorCommand(a *app) *cobra.Command {
	return a.group("door", text{"Doors: the households of a task", "入户项"},
		rpc(a, spec{
			use: "add TASK", short: text{"Put a household on a task", "在任务中增加一户"},
			example: "nuo door add notices --served-party 3f0d2b1c-1f4e-4a5b-8c6d-9e0f1a2b3c4d",
			flags: []string{
				"served_party", "contact.display_name", "contact.phone", "contact.door", "compound", "contract",
			},
		}, doors, nuov1.DoorServiceClient.AddDoor, card(doorCard)),
		hintContract(rpc(a, spec{
			use: "show TASK", short: text{"Show the doors of a task; that you saw them is written down", "查看入户项（查看会留痕）"},
			example: "nuo door show notices --contract 01901f6e-0000-7000-8000-000000000001",
			flags:   []string{"contract"},
		}, doors, nuov1.DoorServiceClient.ShowDoors,
			rows("name compound contact.door contact.display_name contact.phone outcome outcome_time found_on_site"))),
		rpc(a, spec{
			use: "count TASK", short: text{"Count the doors of a task by outcome", "统计入户情况"}, example: "nuo door count notices",
		}, doors, nuov1.DoorServiceClient.CountDoors, card("")),
		rpc(a, spec{
			use: "tick DOOR", short: text{"Record what became of a door", "登记入户结果"},
			example: "nuo door tick 01901f6e-0000-7000-8000-000000000002 --outcome nobody-in",
			flags:   []string{"outcome!", "contract"},
		}, doors, nuov1.DoorServiceClient.RecordDoor, card("name compound outcome outcome_time")),
	)
}

// hintContract makes the command say, where it is denied without --contract, that volunteers see doors by theirs.
func hintContract(cmd *cobra.Command) *cobra.Command {
	show := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		err := show(cmd, args)
		no, ok := errors.AsType[*refusal](err)
		if ok && !cmd.Flags().Changed("contract") && refusedAs(err, nuov1.ErrorReason_ERROR_REASON_PERMISSION_DENIED) {
			no.next = sayDoorByContract
		}
		return err
	}
	return cmd
}
