package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// startLimit bounds the wait for a server to listen.
const startLimit = 20 * time.Second

// serverCore is the core that every server is pinned to. The load generator and
// the benchmarks of verification run on another.
const serverCore = "0"

// server is one contender, running.
type server struct {
	name    string
	address string
	cmd     *exec.Cmd
}

// contender says how to start a server on a port.
type contender struct {
	name string
	// argv gets the address, as HOST:PORT, and the port.
	argv func(address, port string) []string
	env  []string
}

// contenders builds the Go programs into dir and returns all servers that are
// compared. The first is the yardstick.
func contenders(dir string) ([]contender, error) {
	root, err := filepath.Abs("..")
	if err != nil {
		return nil, err
	}
	bare, callgate := filepath.Join(dir, "bare"), filepath.Join(dir, "callgate")
	if err := build(".", bare, "./bare"); err != nil {
		return nil, err
	}
	if err := build(root, callgate, "./cmd/callgate"); err != nil {
		return nil, err
	}
	token := "TWILIO_AUTH_TOKEN=" + authToken
	return []contender{
		{"bare net/http, form parsed", func(address, _ string) []string { return []string{bare, "-listen", address} }, nil},
		{"callgate serve", func(address, _ string) []string {
			return []string{callgate, "serve", "--listen", address, "--public-url", "https://ivr.example.org", "--admin-listen", "off", "--support-number", "+15005550100"}
		}, []string{token}},
		{"Express, twilio.webhook()", func(_, port string) []string { return []string{"node", "peers/express.cjs", port} },
			[]string{token, "NODE_ENV=production", "NODE_PATH=" + filepath.Join(root, "interop", "npm", "node_modules")}},
		// Named in full: another Python does not see Debian's packages.
		{"Pyramid, python3-twilio, waitress", func(_, port string) []string { return []string{"/usr/bin/python3", "peers/pyramid_demo.py", port} },
			[]string{token}},
	}, nil
}

func build(dir, output, pkg string) error {
	cmd := exec.Command("go", "build", "-o", output, pkg)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", pkg, err, out)
	}
	return nil
}

// start runs a contender on one core and waits until it answers.
func start(c contender, logDir string) (*server, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(address)
	argv := append([]string{"taskset", "-c", serverCore}, c.argv(address, port)...)
	logFile, err := os.Create(filepath.Join(logDir, port+".log"))
	if err != nil {
		return nil, err
	}
	defer logFile.Close() // the server has its own copy
	s := &server{name: c.name, address: address, cmd: exec.Command(argv[0], argv[1:]...)}
	s.cmd.Env = append(os.Environ(), c.env...)
	s.cmd.Stdout, s.cmd.Stderr = logFile, logFile
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(startLimit); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			return s, conn.Close()
		}
	}
	s.stop()
	said, _ := os.ReadFile(logFile.Name())
	return nil, fmt.Errorf("%s does not listen; it says:\n%s", c.name, said)
}

func (s *server) stop() {
	// Errors mean that it has ended already.
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}

// check sends one request and requires that it was let in: the answer asks the
// caller for a digit. With a forged signature it must not be.
func (s *server) check(request, forged []byte, guarded bool) error {
	body, err := s.once(request)
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	if !strings.Contains(body, "<Gather") {
		return fmt.Errorf("%s did not let a signed request in: %s", s.name, body)
	}
	if body, err = s.once(forged); guarded && err == nil && strings.Contains(body, "<Gather") {
		return fmt.Errorf("%s let a forged request in", s.name)
	}
	return nil
}

// once sends one request and returns the body of the answer.
func (s *server) once(request []byte) (string, error) {
	c, err := dial(s.address)
	if err != nil {
		return "", err
	}
	defer c.conn.Close()
	if err := c.send(request); err != nil {
		return "", err
	}
	for start := time.Now(); time.Since(start) < exchangeLimit; {
		if done, err := c.look(); done || err != nil {
			_, body, _ := bytes.Cut(c.answer, []byte("\r\n\r\n"))
			return string(body), err
		}
	}
	return "", fmt.Errorf("no answer after %v", exchangeLimit)
}

// clockTick is the unit of /proc's processor times. Linux has had 100 a second
// on every architecture for user space since 2.6.
const clockTick = 10 * time.Millisecond

// processor returns the processor time that the server has used.
func (s *server) processor() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	// The name, in parentheses, may hold spaces; user and system time are the
	// 12th and 13th fields after it.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return 0, errors.New("unexpected /proc/PID/stat")
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * clockTick, errors.Join(err1, err2)
}

// peakMemory returns the greatest resident memory so far, in KiB.
func (s *server) peakMemory() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
		}
	}
	return 0, errors.New("no VmHWM in /proc/PID/status")
}
