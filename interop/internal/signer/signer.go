// Package signer signs requests with the carrier's own libraries, so that tests
// do not compare Callgate with itself.
//
// A library signs a whole batch in one process: one JSON object a line goes in
// and one comes out.
package signer

import (
	"bytes"
	_ "embed" // the scripts
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/callgate/callgate/interop/internal/process"
)

// HashMark in the URL of a Job stands for the hash of its body, which the
// library computes.
const HashMark = "{hash}"

// Job is a request to sign.
type Job struct {
	Token string
	// URL is the address as the carrier knows it. For a body that is no form it
	// holds HashMark where the hash belongs.
	URL string
	// Params are the decoded parameters of a form, in the order of the body.
	Params [][2]string
	// Hashed is the body whose hash replaces HashMark; nil when there is none.
	Hashed *string
}

// Signed is what the carrier would send.
type Signed struct {
	URL       string `json:"url"`
	Signature string `json:"signature"`
}

// Library is a foreign signer.
type Library struct {
	Name   string
	script []byte
	ext    string
	// find returns the interpreter and what the environment needs.
	find func(testing.TB) (interpreter string, env []string)
}

//go:embed sign.py
var pythonScript []byte

//go:embed sign.cjs
var nodeScript []byte

// Python is python3-twilio as Debian packages it.
func Python() Library {
	return Library{Name: "python3-twilio", script: pythonScript, ext: ".py", find: findPython}
}

// Node is the npm package twilio.
func Node() Library {
	return Library{Name: "npm twilio", script: nodeScript, ext: ".cjs", find: findNode}
}

// debianPython is named in full: another Python that comes first in the PATH
// does not see Debian's packages.
const debianPython = "/usr/bin/python3"

func findPython(tb testing.TB) (string, []string) {
	tb.Helper()
	probe := exec.Command(debianPython, "-c", "import twilio.request_validator, webob")
	if err := probe.Run(); err != nil {
		process.Missing(tb, "python3-twilio or python3-webob")
	}
	return debianPython, nil
}

func findNode(tb testing.TB) (string, []string) {
	tb.Helper()
	node := process.Need(tb, "node")
	modules := filepath.Join(process.Root(tb), "interop", "npm", "node_modules")
	if _, err := os.Stat(filepath.Join(modules, "twilio")); err != nil {
		process.Missing(tb, "the npm package twilio")
	}
	return node, []string{"NODE_PATH=" + modules}
}

// Sign signs all jobs and returns their signatures in the same order. The test
// is skipped when the library is not installed.
func (l Library) Sign(tb testing.TB, jobs []Job) []Signed {
	tb.Helper()
	interpreter, env := l.find(tb)
	script := filepath.Join(tb.TempDir(), "sign"+l.ext)
	if err := os.WriteFile(script, l.script, 0o600); err != nil {
		tb.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(interpreter, script)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(encode(tb, jobs)), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		tb.Fatalf("%s: %v\n%s", l.Name, err, stderr.Bytes())
	}
	return decode(tb, &stdout, len(jobs))
}

func encode(tb testing.TB, jobs []Job) []byte {
	tb.Helper()
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, j := range jobs {
		line := struct {
			Token  string      `json:"token"`
			URL    string      `json:"url"`
			Params [][2]string `json:"params"`
			Hashed *string     `json:"hashed"`
		}{j.Token, j.URL, j.Params, j.Hashed}
		if line.Params == nil {
			line.Params = [][2]string{}
		}
		if err := enc.Encode(line); err != nil {
			tb.Fatal(err)
		}
	}
	return in.Bytes()
}

func decode(tb testing.TB, out *bytes.Buffer, n int) []Signed {
	tb.Helper()
	signed := make([]Signed, n)
	dec := json.NewDecoder(out)
	for i := range signed {
		if err := dec.Decode(&signed[i]); err != nil {
			tb.Fatalf("answer %d of %d: %v", i+1, n, err)
		}
	}
	if dec.More() {
		tb.Fatalf("more than %d answers", n)
	}
	return signed
}
