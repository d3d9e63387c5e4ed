package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience bounds every wait of a script. It is long, because the machine may be busy,
// and no test takes that long that goes well.
const patience = 30 * time.Second

// servers are the running servers of a script, by name.
type servers map[string]*serverProcess

type serversKey struct{}

type serverProcess struct {
	cmd  *exec.Cmd
	log  *lockedBuffer // standard error
	seen int           // how much of it the script has waited for
	out  *lockedBuffer
	done chan error
}

// lockedBuffer is a bytes.Buffer for a process and a script.
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

var (
	listening      = regexp.MustCompile(`msg"?[:=]"?listening"?[, ]"?address"?[:=]"?([0-9.:]+)`) // in JSON or text
	adminListening = regexp.MustCompile(`msg"?[:=]"?admin listening"?[, ]"?address"?[:=]"?([0-9.:]+)`)
)

// start starts "callgate serve" and waits until it listens. The addresses are then in
// $NAME and $NAME_ADMIN. It listens on free ports unless the arguments say otherwise.
//
//	start NAME [ARG...]
func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: start NAME [ARG...]")
	}
	name := args[0]
	s := &serverProcess{log: &lockedBuffer{}, out: &lockedBuffer{}, done: make(chan error, 1)}
	path, err := exec.LookPath("callgate") // that of the test, which testscript put first
	ts.Check(err)
	serve := []string{"serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"}
	s.cmd = exec.Command(path, append(serve, args[1:]...)...)
	s.cmd.Dir = ts.MkAbs(".")
	s.cmd.Env = scriptEnv(ts)
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.log
	ts.Check(s.cmd.Start())
	go func() { s.done <- s.cmd.Wait() }()
	ts.Defer(func() { s.cmd.Process.Kill() })
	ts.Value(serversKey{}).(servers)[name] = s

	s.await(ts, func() bool { return listening.MatchString(s.log.String()) })
	ts.Setenv(name, listening.FindStringSubmatch(s.log.String())[1])
	if admin := adminListening.FindStringSubmatch(s.log.String()); admin != nil {
		ts.Setenv(name+"_ADMIN", admin[1])
	}
}

// scriptEnv returns the variables of the script that the program may read.
func scriptEnv(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{
		"PATH", "HOME", "TMPDIR", recordVariable, "TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID", "OTHER_TOKEN",
		"CALLGATE_CONFIG", "CALLGATE_LISTEN", "CALLGATE_PUBLIC_URL", "CALLGATE_SUPPORT_NUMBER", "CALLGATE_ADMIN_LISTEN",
	} {
		if value := ts.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// await waits until the server has done something.
func (s *serverProcess) await(ts *testscript.TestScript, is func() bool) {
	for end := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		select {
		case err := <-s.done:
			s.done <- err
			if is() {
				return
			}
			ts.Fatalf("the server ended: %v\n%s", err, s.log)
		default:
		}
		if time.Now().After(end) {
			ts.Fatalf("the server did not get there in %v; its log:\n%s", patience, s.log)
		}
	}
}

func server(ts *testscript.TestScript, name string) *serverProcess {
	s := ts.Value(serversKey{}).(servers)[name]
	if s == nil {
		ts.Fatalf("no server %s", name)
	}
	return s
}

// signalServer sends a signal: signal NAME INT|TERM|HUP
func signalServer(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: signal NAME INT|TERM|HUP")
	}
	ts.Check(server(ts, args[0]).cmd.Process.Signal(signalOf(args[1])))
}

func signalOf(name string) syscall.Signal {
	return map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP}[name]
}

// halt ends a server, demands its exit code, and puts what it said on standard output
// and into its log where stdout and stderr find it. With - it ends by itself.
//
//	halt NAME INT|TERM|- CODE
func halt(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: halt NAME INT|TERM|- CODE")
	}
	s := server(ts, args[0])
	if args[1] != "-" {
		ts.Check(s.cmd.Process.Signal(signalOf(args[1])))
	}
	select {
	case <-s.done:
	case <-time.After(patience):
		ts.Fatalf("the server did not stop; its log:\n%s", s.log)
	}
	if got := fmt.Sprint(s.cmd.ProcessState.ExitCode()); got != args[2] {
		ts.Fatalf("exit code %s, want %s; its log:\n%s", got, args[2], s.log)
	}
	fmt.Fprint(ts.Stdout(), s.out)
	fmt.Fprint(ts.Stderr(), s.log)
}

// logged waits until a line of a server's log, after the one that it last waited for,
// matches the expressions, in their order on the line; with ! it demands that no line
// of the whole log does now.
//
//	[!] logged NAME REGEXP...
func logged(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: logged NAME REGEXP...")
	}
	s := server(ts, args[0])
	line, err := regexp.Compile("(?m)^.*" + strings.Join(args[1:], ".*") + ".*$")
	ts.Check(err)
	if !neg {
		s.await(ts, func() bool {
			at := line.FindStringIndex(s.log.String()[s.seen:])
			if at != nil {
				s.seen += at[1]
			}
			return at != nil
		})
	} else if at := line.FindString(s.log.String()); at != "" {
		ts.Fatalf("the log has the line\n%s", at)
	}
}

// printed writes what a server has printed on standard output into the file "printed",
// once it is all there:
//
//	printed NAME
func printed(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: printed NAME")
	}
	s := server(ts, args[0])
	s.await(ts, func() bool { return strings.HasSuffix(s.out.String(), "Stop with Ctrl-C.\n") })
	ts.Check(os.WriteFile(ts.MkAbs("printed"), []byte(s.out.String()), 0o600))
}

// keepForSearch puts text where the search for leaks finds it.
func keepForSearch(ts *testscript.TestScript, text []byte) {
	f, err := os.CreateTemp(ts.Getenv(recordVariable), "text-*")
	ts.Check(err)
	_, err = f.Write(text)
	ts.Check(err)
	ts.Check(f.Close())
}
