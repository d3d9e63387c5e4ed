package cli_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate/internal/cli"
)

// BenchmarkThousandCases runs about a thousand cases of the example flows, each a
// call of some minutes through the gate. The budget is 10 s on two cores.
func BenchmarkThousandCases(b *testing.B) {
	args := append([]string{"test"}, slices.Repeat([]string{"../../examples"}, 20)...)
	for b.Loop() {
		var out, errs bytes.Buffer
		env := &cli.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }}
		if code := cli.Main(b.Context(), args, env); code != 0 {
			b.Fatalf("exit code %d\n%s%s", code, out.String(), errs.String())
		}
		if !strings.Contains(out.String(), " 0 failed") {
			b.Fatal(out.String())
		}
		cases := 0
		for _, c := range out.String() {
			if c < '0' || c > '9' {
				break
			}
			cases = cases*10 + int(c-'0')
		}
		b.ReportMetric(float64(cases), "cases/op")
	}
}

// The cases of the example flows come through every node, exit and language.
func TestExamplesAreCovered(t *testing.T) {
	var out, errs bytes.Buffer
	env := &cli.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }}
	code := cli.Main(t.Context(), []string{"test", "--cover", "--cover-min", "100", "../../examples"}, env)
	if code != 0 || strings.Count(out.String(), ": 100% covered") < 5 {
		t.Errorf("exit code %d\n%s%s", code, out.String(), errs.String())
	}
}
