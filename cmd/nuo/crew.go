package main

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// What is said where nobody of a crew was there to act on.
var (
	sayNobodyToCome = text{
		"Nobody to check in: nobody with a slot of this shift is still to come (nuo contracts --shift SHIFT shows all).",
		"没有待签到的人：此班次没有尚未签到的名额（nuo contracts --shift 班次 可查看全部）。",
	}
	sayNobodyPresent = text{
		"Nobody to check out: nobody is present on this shift (nuo contracts --shift SHIFT shows all).",
		"没有待签退的人：此班次无人在岗（nuo contracts --shift 班次 可查看全部）。",
	}
	sayNobodyToConfirm = text{
		"Nobody's hours to confirm: nobody is checked out and not confirmed yet; the people reached are written down.",
		"没有待确认的时长：没有已签退而未确认的人；服务人次已登记。",
	}
)

// wholeCrew calls until nobody of the crew is left, fifty at a time, and prints the answers as one.
func wholeCrew[Req proto.Message, Res interface {
	proto.Message
	GetMore() bool
}](in *input, call method[nuov1.ContractServiceClient, Req, Res], req Req, nobody text) error {
	all := empty[Res]()
	for {
		res, err := ask(in, contracts, call, req) // each answer goes on behind the one before
		if err != nil {
			return err
		}
		more := res.GetMore()
		m := res.ProtoReflect()
		m.Clear(m.Descriptor().Fields().ByName("more"))
		proto.Merge(all, res)
		if !more {
			return in.print(all, crew(nobody))
		}
	}
}

// crew shows what became of a crew: who was taken, and who was not with the reason; nobody is said where neither is.
func crew(nobody text) view {
	return view{"", false, func(p *printer, res protoreflect.Message) {
		shown := 0
		for _, part := range []struct{ field, keys string }{
			{"contracts", contractRows}, {"refused", "contract refusal"},
		} {
			shown += p.table(part.keys, res.Get(res.Descriptor().Fields().ByName(protoreflect.Name(part.field))).List())
		}
		if shown == 0 {
			fmt.Fprintln(p.out, nobody.in(p.language))
		}
	}}
}
