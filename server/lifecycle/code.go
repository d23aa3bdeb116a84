package lifecycle

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

const secretSize = 16

// SiteCode is the code to show on site at this instant. It is taken for one more turn after it is gone from the
// screen, so that nobody who reads it types in vain.
func SiteCode(tx *store.Tx, shift *nuov1.Shift) (*nuov1.SiteCode, error) {
	w := begin(tx, System)
	s, err := w.use(shift)
	if err != nil {
		return nil, err
	}
	if err := checkListStands(w, s, nil); err != nil {
		return nil, err
	}
	turn := s.turn(w.now)
	ends := time.Unix(0, (turn+1)*int64(s.codeLife()))
	return &nuov1.SiteCode{Code: s.code(turn), ExpireTime: timestamppb.New(ends)}, nil
}

// CodeLife is how long one code of the shift is shown.
func CodeLife(tx *store.Tx, shift string) (time.Duration, error) {
	s, err := store.Shifts.Get(tx, shift)
	if err != nil {
		return 0, err
	}
	p, err := place.PolicyOf(tx, s.GetDistrict())
	if err != nil {
		return 0, err
	}
	return lifeOf(p), nil
}

func lifeOf(p place.Policy) time.Duration { return max(p.SiteCodeLife, time.Second) }

func (s *shiftStep) codeLife() time.Duration { return lifeOf(s.policy) }

// turn numbers the code's lives.
func (s *shiftStep) turn(t time.Time) int64 { return t.UnixNano() / int64(s.codeLife()) }

// code is six digits of HMAC-SHA-256 over the turn under the shift's secret, as RFC 4226 truncates.
func (s *shiftStep) code(turn int64) string {
	h := hmac.New(sha256.New, s.slots.GetCodeSecret())
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(turn)))
	sum := h.Sum(nil)
	at := sum[len(sum)-1] & 0x0f
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%1_000_000)
}

// siteCode checks a code that somebody read on site: the present one or the one before.
func (w *step) siteCode(s *shiftStep, code string) error {
	for _, turn := range []int64{s.turn(w.now), s.turn(w.now) - 1} {
		if hmac.Equal([]byte(code), []byte(s.code(turn))) {
			return nil
		}
	}
	return fault.New(nuov1.ErrorReason_ERROR_REASON_WRONG_SITE_CODE)
}
