package check_test

import "testing"

func TestOKDayIsClean(t *testing.T) {
	w := newWorld(t, memory())
	w.clean()
	w.play()
	w.clean()
	w.serve()
	w.clean()
	w.at(30)
	w.clean()
	w.at(100)
	w.clean()
}
