package identity_test

import (
	"errors"
	"testing"
	"time"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/identity"
	"nuo.internal/nuo/server/kv/memkv"
	"nuo.internal/nuo/server/store"
)

// TestErrBootstrapNotShown: a secret that nobody could read leaves no token, so that the next start makes another.
func TestErrBootstrapNotShown(t *testing.T) {
	at := &clock{time.Date(2020, 2, 8, 4, 0, 0, 0, time.UTC)}
	s, err := store.Open(memkv.New(memkv.Config{Twins: true}), store.Config{Clock: at})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	full := errors.New("no space left on device")
	if created, err := identity.Bootstrap(t.Context(), s, district, func(string) error { return full }); created || !errors.Is(err, full) {
		t.Errorf("%v %v", created, err)
	}
	shown := 0
	created, err := identity.Bootstrap(t.Context(), s, district, func(string) error { shown++; return nil })
	if !created || err != nil || shown != 1 {
		t.Errorf("%v %v, shown %d times", created, err, shown)
	}
}

// TestOKReset: another administrator's token works beside the one before, whether the district is named or the only
// one; one that nobody could read is not kept.
func TestOKReset(t *testing.T) {
	h := open(t)
	first := h.first
	for _, name := range []string{"", district} {
		if err := identity.Reset(t.Context(), h.store, name, h.show); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{first, h.first} {
			if c, err := h.Authenticate(t.Context(), secret); err != nil || c.Grants[0].Role != nuov1.Role_ROLE_DISTRICT_ADMIN {
				t.Errorf("%v %v", c, err)
			}
		}
		if h.first == first {
			t.Error("no new secret")
		}
	}
	var lost string
	err := identity.Reset(t.Context(), h.store, "", func(secret string) error { lost = secret; return errors.New("closed") })
	if err == nil {
		t.Error("it was kept unseen")
	}
	_, err = h.Authenticate(t.Context(), lost)
	is(t, err, nuov1.ErrorReason_ERROR_REASON_UNAUTHENTICATED)
	is(t, identity.Reset(t.Context(), h.store, "districts/none", h.show), nuov1.ErrorReason_ERROR_REASON_NOT_FOUND)
}
