// Package process finds, builds, starts and ends the programs that the tests of
// interop talk to. Everything listens on loopback, writes below the test's
// temporary folder, and is gone when the test ends.
package process

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/callgate/callgate/internal/leaktest"
)

// startLimit bounds the wait for a program to listen. The slowest of them is
// ready in well under a second; a loaded machine gets room.
const startLimit = 20 * time.Second

// stopLimit is how long a program may take to end after an interrupt before it
// is killed.
const stopLimit = 5 * time.Second

// pollInterval is how often a program is looked at that is waited for.
const pollInterval = 10 * time.Millisecond

// tailLines is how much of a program's output a failed test shows.
const tailLines = 30

// Need returns the path of a program. When it is not installed, the test is
// skipped, or fails where CI is "true".
func Need(tb testing.TB, program string) string {
	tb.Helper()
	if path, err := exec.LookPath(program); err == nil {
		return path
	}
	// Debian keeps servers out of the PATH of ordinary users.
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, program)); err == nil {
			return path
		}
	}
	Missing(tb, program)
	return ""
}

// Missing ends the test because something is not installed.
func Missing(tb testing.TB, what string) {
	tb.Helper()
	const advice = "%s is not installed: run scripts/interop-setup.sh"
	if os.Getenv("CI") == "true" {
		tb.Fatalf(advice, what)
	}
	tb.Skipf(advice, what)
}

// Root returns the folder of the module, where go.mod stands.
func Root(tb testing.TB) string {
	tb.Helper()
	dir, err := root()
	if err != nil {
		tb.Fatal(err)
	}
	return dir
}

func root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no go.mod above the working directory")
		}
		dir = filepath.Dir(dir)
	}
}

// Binary is the environment variable that names a callgate to test.
const Binary = "CALLGATE_BINARY"

// Callgate returns the path of the command: the one that Binary names, or else one
// that it builds into a temporary folder.
func Callgate(tb testing.TB) string {
	tb.Helper()
	if path := os.Getenv(Binary); path != "" {
		return path
	}
	path, err := build(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	return path
}

func build(dir string) (string, error) {
	module, err := root()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "callgate")
	cmd := exec.Command("go", "build", "-o", path, "./cmd/callgate")
	cmd.Dir = module
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building callgate: %w\n%s", err, out)
	}
	return path, nil
}

// Main is for TestMain: it builds callgate once, sets Binary for all tests of the
// package, runs them, and returns the exit code. What callgate prints is searched for the
// secrets of the tests.
func Main(m *testing.M, secrets ...string) int {
	if os.Getenv(Binary) != "" {
		return leaktest.Main(m, secrets...)
	}
	dir, err := os.MkdirTemp("", "callgate-interop-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	path, err := build(dir)
	if err == nil {
		err = os.Setenv(Binary, path)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return leaktest.Main(m, secrets...)
}

// FreeAddress returns a loopback address that nobody listened on a moment ago.
func FreeAddress(tb testing.TB) string {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// Spec says what to start.
type Spec struct {
	// Argv is the program and its arguments. It must stay in the foreground.
	Argv []string
	// Env is added to a minimal environment.
	Env []string
	// Dir is the working directory.
	Dir string
	// Listen is the address that accepts connections once the program is ready.
	Listen string
}

// Process is a running program.
type Process struct {
	cmd    *exec.Cmd
	done   chan struct{} // closed when the program has ended
	output *lockedBuffer
}

// Start starts a program and waits until it listens. The program is stopped at
// the end of the test; when the test has failed, its output is logged.
func Start(tb testing.TB, spec Spec) *Process {
	tb.Helper()
	p, err := TryStart(tb, spec)
	if err != nil {
		tb.Fatalf("%s: %v\n%s", filepath.Base(spec.Argv[0]), err, p.Output())
	}
	return p
}

// TryStart is Start for programs that may refuse their configuration: it
// returns why the program does not listen, and what it has printed.
func TryStart(tb testing.TB, spec Spec) (*Process, error) {
	tb.Helper()
	p := &Process{done: make(chan struct{}), output: new(lockedBuffer)}
	p.cmd = exec.Command(spec.Argv[0], spec.Argv[1:]...)
	p.cmd.Dir = spec.Dir
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + tb.TempDir(), "LANG=C.UTF-8"}, spec.Env...)
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	// A group of its own: servers with workers are ended together.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return p, err
	}
	go func() {
		// How it ended does not matter: it is stopped by a signal.
		_ = p.cmd.Wait()
		close(p.done)
	}()
	tb.Cleanup(func() {
		p.stop()
		if filepath.Base(spec.Argv[0]) == "callgate" { // other programs may say what they like
			leaktest.Note(p.Output())
		}
		if tb.Failed() {
			lines := p.Lines()
			tb.Logf("end of the output of %s:\n%s", filepath.Base(spec.Argv[0]), strings.Join(lines[max(0, len(lines)-tailLines):], "\n"))
		}
	})
	return p, p.waitListening(spec.Listen)
}

var (
	errEnded    = errors.New("ended before it listened")
	errNotReady = errors.New("does not listen")
)

func (p *Process) waitListening(address string) error {
	deadline := time.After(startLimit)
	retry := time.NewTicker(pollInterval)
	defer retry.Stop()
	for {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-p.done:
			return errEnded
		case <-deadline:
			return errNotReady
		case <-retry.C:
		}
	}
}

func (p *Process) stop() {
	group := -p.cmd.Process.Pid
	// Errors mean that it has ended already.
	_ = syscall.Kill(group, syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(stopLimit):
	}
	// Workers that outlived their parent.
	_ = syscall.Kill(group, syscall.SIGKILL)
	<-p.done
}

// Signal sends the program a signal.
func (p *Process) Signal(tb testing.TB, signal os.Signal) {
	tb.Helper()
	if err := p.cmd.Process.Signal(signal); err != nil {
		tb.Fatal(err)
	}
}

// WaitLine waits for a line that the program prints, or has printed, and returns it.
func (p *Process) WaitLine(tb testing.TB, matches func(line string) bool) string {
	tb.Helper()
	deadline := time.After(startLimit)
	retry := time.NewTicker(pollInterval)
	defer retry.Stop()
	for {
		lines := p.Lines()
		if i := slices.IndexFunc(lines, matches); i >= 0 {
			return lines[i]
		}
		select {
		case <-p.done:
			tb.Fatal("the program ended before it printed the line")
		case <-deadline:
			tb.Fatal("the program does not print the line")
		case <-retry.C:
		}
	}
}

// Output returns what the program has printed so far.
func (p *Process) Output() string { return p.output.String() }

// Lines returns the whole lines printed so far.
func (p *Process) Lines() []string {
	out := p.Output()
	end := strings.LastIndexByte(out, '\n')
	if end < 0 {
		return nil
	}
	return strings.Split(out[:end], "\n")
}

// lockedBuffer is written by a program while a test reads it.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
