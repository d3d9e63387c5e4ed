package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// median of values, which is not empty.
func median[T cmp.Ordered](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func reportMachine(w io.Writer, rounds int) {
	fmt.Fprintf(w, "# Benchmarks\n\nMade by `go -C bench run ./sidebyside -write RESULTS.md`; medians of %d rounds, the contenders taking turns in each.\n\n", rounds)
	fmt.Fprintf(w, "%s\n", machine())
}

func reportVerification(w io.Writer, results []timed) {
	fmt.Fprint(w, "\n## Verification\n\nA voice webhook of 27 parameters, from raw body to verdict, in processor time.\n\n")
	fmt.Fprint(w, "| | time | allocations | times one HMAC |\n|---|---:|---:|---:|\n")
	unit := median(results[0].perOp)
	for _, v := range results {
		fmt.Fprintf(w, "| %s | %d ns | %.0f | %.2f |\n", v.name, median(v.perOp).Nanoseconds(), v.allocs, ratio(median(v.perOp), unit))
	}
	theirs := median(results[len(results)-1].perOp)
	fmt.Fprintf(w, "\nFor the signature alone, Callgate is %.1f times as fast as twilio-go; with the voice profile, %.1f times.\n",
		ratio(theirs, median(results[2].perOp)), ratio(theirs, median(results[3].perOp)))
}

func reportServing(w io.Writer, results []served) {
	fmt.Fprintf(w, "\n## Serving\n\nThe same signed webhook over %d kept loopback connections in a closed loop; each server alone on one core, the load generator, which never sleeps and so need not be woken, on another.\n\n", connections)
	fmt.Fprint(w, "| | requests a second | relative | processor time a request | relative | peak memory |\n|---|---:|---:|---:|---:|---:|\n")
	for _, s := range results {
		fmt.Fprintf(w, "| %s | %.0f | %.2f | %.1f µs | %.2f | %.1f MiB |\n", s.name,
			median(s.perSecond), median(s.perSecond)/median(results[0].perSecond),
			float64(median(s.cost).Nanoseconds())/1e3, ratio(median(s.cost), median(results[0].cost)), float64(s.memory)/1024)
	}
}

func reportFlood(w io.Writer, f *floods) {
	fmt.Fprintf(w, "\n## A flood of forged requests\n\n`callgate serve` alone on one core, the load generator on another. Signed webhooks come at a steady rate of %d a second over %d connections, "+
		"whether or not those before were answered. The flood is %d times as many forged ones over %d connections; both together are %.0f %% of what the server can carry. "+
		"To refuse a forged request costs the same in both floods, to explain it does not: the last line is what explanations cost.\n\n",
		f.rate, connections, floodFactor, floodSenders, 100*floodShare)
	fmt.Fprintf(w, "| | admitted a second | relative | half answered in | 99 %% answered in | explanations in %.1f s |\n|---|---:|---:|---:|---:|---:|\n", (floodSettle + floodTime).Seconds())
	quiet := median(f.list[0].perSecond)
	for _, one := range f.list {
		fmt.Fprintf(w, "| %s | %.0f | %.2f | %.2f ms | %.2f ms | %.0f |\n", one.name, median(one.perSecond), median(one.perSecond)/quiet,
			milliseconds(median(one.usual)), milliseconds(median(one.worst)), median(one.explained))
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

// machine describes what was measured on, and with which versions.
func machine() string {
	facts := []string{
		cores() + " cores of " + procField("/proc/cpuinfo", "model name"),
		procField("/etc/os-release", "PRETTY_NAME"),
		runtime.Version(),
		"node " + firstLine("node", "--version"),
		"python " + strings.TrimPrefix(firstLine("/usr/bin/python3", "--version"), "Python "),
	}
	for _, pkg := range []string{"express", "twilio"} {
		facts = append(facts, "npm "+pkg+" "+npmVersion(pkg))
	}
	for _, pkg := range []string{"python3-twilio", "python3-pyramid", "python3-waitress"} {
		facts = append(facts, pkg+" "+firstLine("dpkg-query", "-W", "-f", "${Version}", pkg))
	}
	return "Machine: " + strings.Join(facts, "; ") + "."
}

// cores counts the machine's cores; this program itself may use one of them.
func cores() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	return strconv.Itoa(strings.Count("\n"+string(text), "\nprocessor"))
}

// procField returns the first value of a field in a file of "name: value" or
// "name=value" lines.
func procField(path, name string) string {
	f, err := os.Open(path)
	if err != nil {
		return "unknown"
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if rest, ok := strings.CutPrefix(sc.Text(), name); ok {
			return strings.Trim(rest, " \t:=\"")
		}
	}
	return "unknown"
}

func firstLine(name string, args ...string) string {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return "unknown"
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}

func npmVersion(pkg string) string {
	text, err := os.ReadFile(filepath.Join("..", "interop", "npm", "node_modules", pkg, "package.json"))
	if err != nil {
		return "unknown"
	}
	_, after, _ := strings.Cut(string(text), `"version": "`)
	version, _, _ := strings.Cut(after, `"`)
	return version
}
