package signers_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate/interop/internal/process"
	"github.com/callgate/callgate/interop/internal/signer"
)

// perLibrary is how many requests each library signs.
const perLibrary = 2600

// changesPerRequest is how many refused requests are made of each valid one.
const changesPerRequest = 3

func TestForeignSigners(t *testing.T) {
	callgate := process.Callgate(t)
	for seed, library := range []signer.Library{signer.Python(), signer.Node()} {
		t.Run(library.Name, func(t *testing.T) {
			requests := generate(uint64(seed), perLibrary)
			jobs := make([]signer.Job, len(requests))
			for i, r := range requests {
				jobs[i] = r.job()
			}
			signed := library.Sign(t, jobs)
			departs(t, library, requests)

			s := newSource(uint64(seed) + 1000)
			var lines []*sent
			for i, r := range requests {
				w := r.send(signed[i])
				lines = append(lines, w)
				if w.want.valid {
					lines = append(lines, s.changed(r, w)...)
				}
			}
			judge(t, callgate, lines)
			allUsed(t, lines)
		})
	}
}

// changed draws changes to a valid request.
func (s source) changed(r *request, w *sent) []*sent {
	var made []*sent
	for _, i := range s.Perm(len(changes())) {
		c := changes()[i]
		m := c.make(s, r, w.clone())
		if m == nil {
			continue
		}
		m.ID = fmt.Sprintf("%s-%d", w.ID, len(made))
		m.shape += ", " + c.name
		if made = append(made, m); len(made) == changesPerRequest {
			break
		}
	}
	return made
}

// allUsed requires that every change was made to some request.
func allUsed(t *testing.T, lines []*sent) {
	t.Helper()
	used := map[string]bool{}
	for _, w := range lines {
		_, change, _ := strings.Cut(w.shape, ", ")
		used[change] = true
	}
	for _, c := range changes() {
		if !used[c.name] {
			t.Errorf("no request was made with: %s", c.name)
		}
	}
}

// judge runs one process of "callgate verify --jsonl" over all lines.
func judge(t *testing.T, callgate string, lines []*sent) {
	var in, out, errs bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, w := range lines {
		if err := enc.Encode(w); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(callgate, "verify", "--jsonl")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, &errs
	// 1 says that not all were valid, which is as it should be.
	if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != 1 {
		t.Fatalf("callgate verify: %v\n%s", err, errs.Bytes())
	}
	count := map[string]int{}
	dec := json.NewDecoder(&out)
	for _, w := range lines {
		var got struct {
			ID     string `json:"id"`
			Valid  bool   `json:"valid"`
			Reason string `json:"reason"`
		}
		if err := dec.Decode(&got); err != nil {
			t.Fatalf("answer to %s: %v\n%s", w.ID, err, errs.Bytes())
		}
		if got.ID != w.ID {
			t.Fatalf("answer to %s says id %s", w.ID, got.ID)
		}
		fault := got.Valid != w.want.valid || !got.Valid && !slices.Contains(w.want.reasons, got.Reason)
		if fault {
			line, _ := json.Marshal(w)
			t.Errorf("%s (%s): valid %t, reason %q; want %+v\n%s", w.ID, w.shape, got.Valid, got.Reason, w.want, line)
		}
		count[got.Reason]++
	}
	t.Logf("%d requests judged; by reason: %v", len(lines), count)
}
