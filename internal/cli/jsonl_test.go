package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/callgate/callgate/internal/cli"
)

// The request and its signature are the example of the carrier's documentation
// (twilio.com/docs/usage/security, "Validating signatures").
const documented = `{"id":"1","token":"12345","method":"POST","url":"https://mycompany.com/myapp.php?foo=1&bar=2",` +
	`"headers":{"Content-Type":"application/x-www-form-urlencoded","X-Twilio-Signature":"RSOYDt4T1cUTdK1PDd93/VVr8B8="},` +
	`"body":"Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE"}` + "\n"

func quiet(in io.Reader, out, errs io.Writer) *cli.Env {
	return &cli.Env{Stdin: in, Stdout: out, Stderr: errs, Getenv: func(string) string { return "" }}
}

// A program can ask one request, wait for the answer, and ask the next.
func TestJSONLAnswersAtOnce(t *testing.T) {
	in, ask := io.Pipe()
	answer, out := io.Pipe()
	done := make(chan int)
	go func() { done <- cli.Main(t.Context(), []string{"verify", "--jsonl"}, quiet(in, out, io.Discard)) }()
	lines := bufio.NewScanner(answer)
	for range 3 {
		if _, err := io.WriteString(ask, documented); err != nil {
			t.Fatal(err)
		}
		if !lines.Scan() || lines.Text() != `{"id":"1","valid":true}` {
			t.Fatalf("got %q", lines.Text())
		}
	}
	ask.Close()
	if code := <-done; code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// The number of tokens remembered is bounded, and does not change an answer.
func TestJSONLManyTokens(t *testing.T) {
	var in, out bytes.Buffer
	const n = 2000
	for i := range n {
		line := documented
		if i%2 == 1 {
			line = strings.Replace(line, `"12345"`, `"other`+strings.Repeat("x", i)+`"`, 1)
		}
		in.WriteString(line)
	}
	cli.Main(t.Context(), []string{"verify", "--jsonl"}, quiet(&in, &out, io.Discard))
	valid := bytes.Count(out.Bytes(), []byte(`{"id":"1","valid":true}`))
	mismatch := bytes.Count(out.Bytes(), []byte(`{"id":"1","valid":false,"reason":"mismatch"}`))
	if valid != n/2 || mismatch != n/2 {
		t.Errorf("%d valid, %d mismatch", valid, mismatch)
	}
}

// Whatever the lines are, each that is not blank gets one answer, and none is valid
// that has no token and no signature.
func FuzzVerifyJSONL(f *testing.F) {
	f.Add([]byte(documented))
	f.Add([]byte(documented + "\n\r\n{\"id\":7}\n" + documented))
	f.Add([]byte(`{"headers":{"a":["b",null]},"body_base64":"AA=="}`))
	f.Fuzz(func(t *testing.T, input []byte) {
		var out bytes.Buffer
		code := cli.Main(t.Context(), []string{"verify", "--jsonl"}, quiet(bytes.NewReader(input), &out, io.Discard))
		answers := bufio.NewScanner(&out)
		answers.Buffer(nil, 2<<20)
		allValid := true
		for line := range bytes.SplitSeq(input, []byte("\n")) {
			if len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			if !answers.Scan() {
				t.Fatalf("no answer to %q", line)
			}
			var answer struct {
				ID     any
				Valid  bool
				Reason string
			}
			if err := json.Unmarshal(answers.Bytes(), &answer); err != nil || answer.Valid == (answer.Reason != "") {
				t.Fatalf("%q is answered %s: %v", line, answers.Bytes(), err)
			}
			if answer.Valid && !bytes.Contains(line, []byte("=")) {
				t.Fatalf("%q is valid without a signature", line)
			}
			allValid = allValid && answer.Valid
		}
		if answers.Scan() {
			t.Fatalf("an answer too many: %s", answers.Bytes())
		}
		if allValid != (code == 0) {
			t.Fatalf("exit code %d", code)
		}
	})
}

func BenchmarkVerifyJSONL(b *testing.B) {
	in := strings.NewReader(strings.Repeat(documented, b.N))
	b.ReportAllocs()
	if code := cli.Main(b.Context(), []string{"verify", "--jsonl"}, quiet(in, io.Discard, io.Discard)); code != 0 {
		b.Fatal(code)
	}
}
