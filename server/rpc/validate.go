package rpc

import (
	"errors"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
)

// chinese says protovalidate's rules in Chinese; {v} is the rule's value. Rules that are not here say 不符合规则.
var chinese = map[string]string{
	"required": "必填", "string.min_len": "至少 {v} 个字符", "string.max_len": "最多 {v} 个字符", "string.len": "须为 {v} 个字符",
	"string.uuid": "须为 UUID", "string.uuid_empty": "须为 UUID", "string.in": "不是可选的值",
	"string.email": "须为电子邮箱地址", "bytes.max_len": "最多 {v} 字节", "enum.defined_only": "不是可选的值",
	"enum.not_in": "不是可选的值", "enum.in": "不是可选的值", "repeated.min_items": "至少 {v} 项", "repeated.max_items": "最多 {v} 项",
	"repeated.unique": "不能重复", "map.max_pairs": "最多 {v} 项", "int32.gte": "不小于 {v}", "int32.lte": "不大于 {v}",
	"int32.gt": "大于 {v}", "int32.lt": "小于 {v}", "int64.gte": "不小于 {v}", "int64.lte": "不大于 {v}",
	"int32.gte_lte": "超出允许的范围", "int64.gte_lte": "超出允许的范围", "duration.gte_lte": "超出允许的范围",
	"timestamp.gte_lte": "超出允许的范围",
}

// validate holds the message to the rules of its .proto file: INVALID_FIELD with every violation.
func validate(v protovalidate.Validator, m proto.Message) error {
	err := v.Validate(m)
	if err == nil {
		return nil
	}
	var violations *protovalidate.ValidationError
	if !errors.As(err, &violations) {
		return err // a rule that does not compile: a defect
	}
	e := fault.New(nuov1.ErrorReason_ERROR_REASON_INVALID_FIELD)
	for _, violation := range violations.Violations {
		e = e.WithViolation(worded(violation))
	}
	return e
}
