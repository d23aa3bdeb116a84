package lifecycle

import nuov1 "nuo.internal/nuo/api/nuo/v1"

// OfHealth tells whether a reason says something of a person's health, which is for themselves, the committee and the
// shift leader alone: neither unit, branch, street, district nor auditor read it, and no report tells it.
func OfHealth(r nuov1.ReasonCode) bool {
	return r == nuov1.ReasonCode_REASON_CODE_HEALTH || r == nuov1.ReasonCode_REASON_CODE_ILLNESS
}
