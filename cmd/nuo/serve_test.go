package main

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
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

// TestServeErrPortTaken: a start that could not listen leaves the first token to the next one, and one whose standard
// output is full keeps none either.
func TestServeErrPortTaken(t *testing.T) {
	data := t.TempDir()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if out, status := nuo("serve", "--data", data, "--listen", taken.Addr().String()); status != exitRefused || strings.Contains(out, "nuo_") {
		t.Errorf("%d %s", status, out)
	}
	if full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0); err == nil {
		cmd := exec.CommandContext(t.Context(), "nuo", "serve", "--data", data, "--listen", "127.0.0.1:0")
		cmd.Stdout = full
		if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() != exitRefused {
			t.Errorf("a token that could not be printed: %v", err)
		}
	}
	served := serveData(t, data, "127.0.0.1:0")
	if token := <-served.output; !strings.HasPrefix(token, "nuo_") {
		t.Errorf("printed %q", token)
	}
	served.stop(t, syscall.SIGTERM)
}

// TestTokenResetOK: on a stopped store it prints a token that works beside the one before; on a served one, or where
// no store is, it says so.
func TestTokenResetOK(t *testing.T) {
	data := t.TempDir()
	if out, status := nuo("token", "reset", "--data", data); status != exitRefused || !strings.Contains(out, "no store") {
		t.Errorf("%d %s", status, out)
	}
	first := serveData(t, data, "127.0.0.1:0")
	before := <-first.output
	if out, status := nuo("token", "reset", "--data", data); status != exitRefused || !strings.Contains(out, "in use by another process") {
		t.Errorf("%d %s", status, out)
	}
	first.stop(t, syscall.SIGTERM)
	out, status := nuo("token", "reset", "--data", data)
	fresh := regexp.MustCompile(`nuo_\S+`).FindString(out)
	if status != exitOK || fresh == "" {
		t.Fatalf("%d %s", status, out)
	}
	again := serveData(t, data, "127.0.0.1:0")
	for _, token := range []string{before, fresh} {
		if out, status := nuo("whoami", "--server", again.address, "--token", token); status != exitOK {
			t.Errorf("%d %s", status, out)
		}
	}
	again.stop(t, syscall.SIGTERM)
}
