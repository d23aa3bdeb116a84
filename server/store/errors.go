package store

import (
	"errors"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv"
)

// engineReasons says what a caller is told of an engine's error. What is not here is a defect or the machine's.
var engineReasons = []struct {
	err    error
	reason nuov1.ErrorReason
	vars   []string
}{
	{kv.ErrFull, nuov1.ErrorReason_ERROR_REASON_STORE_FULL, nil},
	{kv.ErrBusy, nuov1.ErrorReason_ERROR_REASON_BUSY, nil},
	{kv.ErrUnknown, nuov1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN, nil},
	{kv.ErrTooLarge, nuov1.ErrorReason_ERROR_REASON_TOO_LARGE, []string{"limit", "1024 keys and 1 MiB"}},
	{kv.ErrTooOld, nuov1.ErrorReason_ERROR_REASON_RESUME_TOO_OLD, nil},
}

// engineError gives an engine's error its reason and keeps it as the cause. A fault passes as it is.
func engineError(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := fault.As(err); ok {
		return err
	}
	for _, r := range engineReasons {
		if errors.Is(err, r.err) {
			return fault.New(r.reason, r.vars...).WithCause(err)
		}
	}
	return err
}

// damaged names a record whose bytes are not what was written. key is without the table's prefix.
func damaged(table string, key []byte, cause error) error {
	return fault.New(nuov1.ErrorReason_ERROR_REASON_DAMAGED, "table", table, "key", keyText(key)).WithCause(cause)
}
