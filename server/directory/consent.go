package directory

import (
	"context"
	"strconv"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
)

// SetConsent gives or withdraws one consent: appended, never replaced. A minor's needs the guardian's, and the board
// shows no minor. Withdrawing is always possible.
func (s *Volunteers) SetConsent(ctx context.Context, req *nuov1.SetConsentRequest) (*nuov1.Volunteer, error) {
	return s.edit(ctx, req, req.GetName(), nil, func(e *edit) error {
		wished := req.GetConsent()
		if err := checkConsent(e.v, wished); err != nil {
			return err
		}
		full := len(e.v.GetConsents()) >= maxHistory
		if e.unchanged = full && !wished.GetGiven() && !given(e.v, wished.GetKind()); e.unchanged {
			return nil
		}
		e.v.Consents = append(e.v.Consents, &nuov1.Consent{
			Kind: wished.GetKind(), Given: wished.GetGiven(), BoardDegree: wished.GetBoardDegree(),
			WordingVersion: wished.GetWordingVersion(), Time: timestamppb.New(e.Now()),
		})
		e.details = append(e.details, "kind", wished.GetKind().String(), "given", strconv.FormatBool(wished.GetGiven()),
			"degree", wished.GetBoardDegree().String())
		return nil
	})
}

// given tells whether the last word about a kind of consent was yes.
func given(v *nuov1.Volunteer, kind nuov1.ConsentKind) bool {
	yes := false
	for _, c := range v.GetConsents() {
		if c.GetKind() == kind {
			yes = c.GetGiven()
		}
	}
	return yes
}

func checkConsent(v *nuov1.Volunteer, wished *nuov1.Consent) error {
	board := wished.GetKind() == nuov1.ConsentKind_CONSENT_KIND_BOARD
	degree := wished.GetBoardDegree() != nuov1.BoardDegree_BOARD_DEGREE_UNSPECIFIED
	if degree != (board && wished.GetGiven()) {
		return fault.Field("consent.board_degree", "is stated with a given board consent, and with nothing else",
			"仅在同意上亮诺墙时填写展示方式")
	}
	if !wished.GetGiven() {
		return nil
	}
	if err := refuseDeactivated(v); err != nil {
		return err
	}
	switch {
	case v.GetMinor() && board:
		return fault.New(nuov1.ErrorReason_ERROR_REASON_NOT_QUALIFIED, "requirement", "ADULT")
	case v.GetMinor() && !v.GetGuardianConsent():
		return fault.New(nuov1.ErrorReason_ERROR_REASON_CONSENT_MISSING, "consent", "GUARDIAN")
	case len(v.GetConsents()) >= maxHistory:
		return historyFull("consents")
	}
	return nil
}
