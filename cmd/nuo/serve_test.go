package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// serving is a nuo serve of its own process.
type serving struct {
	*exec.Cmd
	address     string
	output, log chan string
}

// serveData starts a server and waits until it serves.
func serveData(t *testing.T, data, listen string) *serving {
	t.Helper()
	s := &serving{Cmd: exec.CommandContext(t.Context(), "nuo", "serve", "--data", data, "--listen", listen)}
	out, err := s.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	log, err := s.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	s.output, s.log = lines(out), lines(log)
	s.address = s.logged(t, "address=")
	return s
}

// lines reads line by line until the end, which closes the channel.
func lines(r io.Reader) chan string {
	all := make(chan string, 1000)
	go func() {
		defer close(all)
		for scanner := bufio.NewScanner(r); scanner.Scan(); {
			all <- scanner.Text()
		}
	}()
	return all
}

// logged waits for a line of the log with key=value and answers the value.
func (s *serving) logged(t *testing.T, key string) string {
	t.Helper()
	guard := time.After(hang)
	for {
		select {
		case line, open := <-s.log:
			if !open {
				t.Fatalf("the log ended without %s", key)
			}
			if _, value, found := strings.Cut(line, key); found {
				value, _, _ = strings.Cut(value, " ")
				return value
			}
		case <-guard:
			t.Fatalf("the log never says %s", key)
		}
	}
}

// stop interrupts the server and wants it to end in order.
func (s *serving) stop(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := s.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	for range s.log { // to the end, as Wait closes the pipe
	}
	if err := s.Wait(); err != nil {
		t.Errorf("it did not stop in order: %v", err)
	}
}

func nuo(args ...string) (output string, status int) {
	cmd := exec.Command("nuo", args...)
	all, _ := cmd.CombinedOutput()
	return string(all), cmd.ProcessState.ExitCode()
}

// TestServeOK: the first start prints a token that works, once; a signal ends it with status 0; a second start serves
// the same store.
func TestServeOK(t *testing.T) {
	data := t.TempDir()
	first := serveData(t, data, "127.0.0.1:0")
	token := <-first.output
	out, status := nuo("whoami", "--server", first.address, "--token", token)
	if status != exitOK || !strings.Contains(out, "district admin districts/district") {
		t.Errorf("%d %s", status, out)
	}
	first.stop(t, syscall.SIGTERM)

	again := serveData(t, data, first.address)
	if out, status = nuo("whoami", "--server", again.address, "--token", token); status != exitOK {
		t.Errorf("after a restart: %d %s", status, out)
	}
	again.stop(t, os.Interrupt)
	if line, printed := <-again.output; printed {
		t.Errorf("the second start printed %q", line)
	}
}

// TestServeErrStoreHeld: a second server on the same store says so and ends with status 1.
func TestServeErrStoreHeld(t *testing.T) {
	data := t.TempDir()
	first := serveData(t, data, "127.0.0.1:0")
	out, status := nuo("serve", "--data", data, "--listen", "127.0.0.1:0")
	if status != exitRefused || !strings.Contains(out, "in use by another process") {
		t.Errorf("%d %s", status, out)
	}
	first.stop(t, syscall.SIGTERM)
}
