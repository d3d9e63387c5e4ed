package frameworks_test

import (
	"bytes"
	_ "embed" // the scripts
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/callgate/callgate/interop/internal/process"
)

//go:embed see.py
var pythonScript []byte

//go:embed see.cjs
var nodeScript []byte

// job is a request that a framework receives.
type job struct {
	Way       string      `json:"way"`
	Token     string      `json:"token"`
	Signature string      `json:"signature"`
	Method    string      `json:"method"`
	Mount     string      `json:"mount"` // the part of the path that the application is mounted at
	Target    string      `json:"target"`
	Headers   [][2]string `json:"headers"`
	Body      string      `json:"body"`
}

// seen is what the application gives to its validator, and what that says.
type seen struct {
	URL    string      `json:"url"`
	Params [][2]string `json:"params"`
	Body   *string     `json:"body"` // of JSON
	Valid  bool        `json:"valid"`
}

// receive has the frameworks receive all jobs, those of Express and the others in one
// process each, and returns what they saw in the same order.
func receive(t *testing.T, jobs []job) []seen {
	t.Helper()
	var express, others []job
	for _, j := range jobs {
		if strings.HasPrefix(j.Way, "express") {
			express = append(express, j)
		} else {
			others = append(others, j)
		}
	}
	byNode, byPython := node(t, express), python(t, others)
	all := make([]seen, len(jobs))
	for i, j := range jobs {
		from := &byPython
		if strings.HasPrefix(j.Way, "express") {
			from = &byNode
		}
		all[i], *from = (*from)[0], (*from)[1:]
	}
	return all
}

// debianPython is named in full: another Python that comes first in the PATH does not
// see Debian's packages.
const debianPython = "/usr/bin/python3"

func python(t *testing.T, jobs []job) []seen {
	t.Helper()
	if exec.Command(debianPython, "-c", "import django, flask, pyramid, twilio.request_validator").Run() != nil {
		process.Missing(t, "python3-django, -flask, -pyramid or -twilio")
	}
	return run(t, "see.py", pythonScript, jobs, debianPython)
}

func node(t *testing.T, jobs []job) []seen {
	t.Helper()
	modules := filepath.Join(process.Root(t), "interop", "npm", "node_modules")
	if _, err := os.Stat(filepath.Join(modules, "express")); err != nil {
		process.Missing(t, "the npm package express")
	}
	return run(t, "see.cjs", nodeScript, jobs, process.Need(t, "node"), "NODE_PATH="+modules)
}

func run(t *testing.T, name string, script []byte, jobs []job, interpreter string, env ...string) []seen {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, script, 0o600); err != nil {
		t.Fatal(err)
	}
	var in, out, faults bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, j := range jobs {
		if err := enc.Encode(j); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(interpreter, path)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, &faults
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, faults.Bytes())
	}
	list := make([]seen, len(jobs))
	dec := json.NewDecoder(&out)
	for i := range list {
		if err := dec.Decode(&list[i]); err != nil {
			t.Fatalf("%s: answer %d of %d: %v", name, i+1, len(jobs), err)
		}
	}
	return list
}

func form(params [][2]string) string {
	var pairs []string
	for _, p := range params {
		pairs = append(pairs, url.QueryEscape(p[0])+"="+url.QueryEscape(p[1]))
	}
	return strings.Join(pairs, "&")
}
