package directory_test

import (
	"fmt"
	"strings"
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

func TestErrFailedPreconditionDeactivateNamesWhatIsLeft(t *testing.T) {
	h := open(t)
	v := h.member(func(v *nuov1.Volunteer) {
		v.Branch, v.Teams = branch2, []string{hongma}
		v.Registrations = []*nuov1.Registration{{Community: xingzhou, FromDate: "2020-03-01"}}
	})
	for name, left := range map[string]string{
		mingzhu: dong, dong: dong3, court: branch1, branch2: v.GetName(), hongma: v.GetName(), xingzhou: v.GetName(),
	} {
		_, err := h.deactivate(admin, name)
		e := h.refused(err, precondition)
		if !strings.Contains(e.text, left) {
			t.Errorf("deactivating %s does not name %s: %v", name, left, e)
		}
	}
	for i := range 30 {
		h.create(admin, &nuov1.Organisation{Name: fmt.Sprintf("streets/s%d", i), Parent: jiaojiang, DisplayName: "新"})
	}
	_, err := h.deactivate(admin, jiaojiang)
	names := strings.Split(h.refused(err, precondition).fields[0].Description, ", ")
	if len(names) != 20 {
		t.Errorf("%d names are listed, want 20: %v", len(names), names)
	}
}

func TestOKDeactivateTwiceIsOnce(t *testing.T) {
	h := open(t)
	for range 2 {
		o, err := h.deactivate(admin, bureau1)
		h.ok(err)
		if o.GetState() != nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED {
			t.Error("still active")
		}
	}
	if len(h.events(bureau1)) != 2 {
		t.Errorf("events %v", h.events(bureau1))
	}
	for _, as := range []string{ofCourt, atMingzhu, auditor} {
		_, err := h.deactivate(as, bureau)
		h.refused(err, isDenied)
	}
	_, err := h.deactivate(otherAdmin, bureau)
	h.refused(err, notFound)
}
