package tasklist_test

import (
	"fmt"
	"testing"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// Co-hosts are written to every shift of the list in one step. Of the most shifts that a list has, seven may come or go
// at once; one more is refused before any work, with what to do.
func TestErrTooLargeCohosts(t *testing.T) {
	h := open(t)
	h.drafted()
	for n := 1; n < 100; n++ {
		must[*nuov1.Shift](t)(h.shift("committee", fmt.Sprintf("shifts/s%d", n), "tasks/gate"))
	}
	var all []string
	h.update(func(tx *store.Tx) error {
		all = nil
		for n := range 9 {
			name := fmt.Sprintf("communities/c%d", n)
			all = append(all, name)
			err := store.Organisations.Insert(tx, &nuov1.Organisation{Name: name, Parent: street, Street: street, District: district})
			if err != nil {
				return err
			}
		}
		return nil
	})
	set := func(cohosts ...string) error {
		l := h.getList("taskLists/day")
		l.Cohosts = cohosts
		_, err := h.lists.UpdateTaskList(h.as("committee"), &nuov1.UpdateTaskListRequest{
			RequestId: id(), TaskList: l, UpdateMask: mask("cohosts"),
		})
		return err
	}
	f := refusal(t, set(all[:8]...), nuov1.ErrorReason_ERROR_REASON_TOO_LARGE)
	if f.Vars["limit"] != "7" || len(f.Fields) != 1 || f.Fields[0].Field != "task_list.cohosts" {
		t.Errorf("%v", f)
	}
	for _, step := range [][]string{all[:7], all, all[5:], all[:2]} {
		if err := set(step...); err != nil {
			t.Fatalf("%d co-hosts: %v", len(step), err)
		}
		if got := h.getShift("shifts/s99").GetCohosts(); len(got) != len(step) {
			t.Errorf("a shift has %v, want %v", got, step)
		}
	}
}
