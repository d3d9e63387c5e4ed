package carrier

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"
)

// FaultKind is a thing that goes wrong between the carrier and the server.
type FaultKind string

// The faults. Codes are what the carrier's debugger then says.
const (
	// FaultDrop: the connection fails, the server sees nothing. 11205; the carrier
	// tries once more by default.
	FaultDrop FaultKind = "drop"
	// FaultLose: the server answers, and the answer is lost. The carrier times out
	// after 15 s and retries only when a connection override says so (rp=rt).
	FaultLose FaultKind = "lose"
	// FaultRetry: as FaultLose, but the carrier sends the request again at once, with the
	// same idempotency token, and takes the second answer.
	FaultRetry FaultKind = "retry"
	// FaultDelay: the answer takes Delay.
	FaultDelay FaultKind = "delay"
	// FaultDuplicate: the request arrives twice, with the same idempotency token;
	// the carrier takes the first answer.
	FaultDuplicate FaultKind = "duplicate"
	// FaultTruncate: only the first Bytes of the answer arrive.
	FaultTruncate FaultKind = "truncate"
	// FaultStatus: a server in between answers with Status; the server sees nothing.
	FaultStatus FaultKind = "status"
	// FaultTLS: the certificate is bad: Code 11220, 11235, 11236 or 11237.
	FaultTLS FaultKind = "tls"
)

// Fault is something that goes wrong on demand. Chance is drawn from the line's
// seed, so that a run can be repeated.
type Fault struct {
	Kind FaultKind
	// For limits the fault to requests of one purpose; empty is any.
	For Purpose
	// URL limits it to requests whose URL contains this; empty is any.
	URL string
	// Nth limits it to the nth request, from 1, of those that For and URL let
	// through; 0 is each.
	Nth int
	// Chance is how probable it is, from 0 to 1; 0 stands for 1.
	Chance float64

	Delay  time.Duration // of FaultDelay
	Bytes  int           // of FaultTruncate
	Status int           // of FaultStatus; 0 stands for 500
	Code   int           // of FaultTLS; 0 stands for 11220
}

// Check reports everything that is wrong with a fault.
func (f Fault) Check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !oneOf(f.Kind, FaultDrop, FaultLose, FaultRetry, FaultDelay, FaultDuplicate, FaultTruncate, FaultStatus, FaultTLS) {
		bad("Kind is %q: it is drop, lose, retry, delay, duplicate, truncate, status or tls", f.Kind)
	}
	if f.For != "" && !slices.Contains(purposes, f.For) {
		bad("For is %q: it is one of %v", f.For, purposes)
	}
	if f.Kind == FaultDelay && f.Delay <= 0 {
		bad("Delay is %v: say how long", f.Delay)
	}
	if f.Bytes < 0 || f.Nth < 0 || f.Delay < 0 {
		bad("Bytes, Nth and Delay must not be negative")
	}
	if f.Chance < 0 || f.Chance > 1 {
		bad("Chance is %v: it is from 0 to 1", f.Chance)
	}
	if f.Status != 0 && (f.Status < 300 || f.Status > 599) {
		bad("Status is %d: it is from 300 to 599", f.Status)
	}
	if f.Code != 0 && !oneOf(f.Code, codeTLS, codeTLSName, codeTLSExpired, codeTLSChain) {
		bad("Code is %d: it is 11220, 11235, 11236 or 11237", f.Code)
	}
	return errors.Join(errs...)
}

// instead is what happens in place of a request that never reaches the server.
func (f *Fault) instead() (attempt, bool) {
	switch f.Kind {
	case FaultDrop:
		return attempt{code: codeConnection, message: "the connection failed (a fault on demand)"}, true
	case FaultTLS:
		code := f.Code
		set(&code, codeTLS)
		return attempt{code: code, message: "the TLS certificate is bad (a fault on demand)"}, true
	case FaultStatus:
		status := f.Status
		set(&status, http.StatusInternalServerError)
		return attempt{status: status, connected: true, header: http.Header{"Content-Type": {"text/html"}}}, true
	}
	return attempt{}, false
}

// faults decides what goes wrong with the requests of one call.
type faults struct {
	list []Fault
	seen []int // how many requests each fault has considered
	rand *rand.Rand
}

func newFaults(list []Fault, seed uint64) *faults {
	return &faults{list: list, seen: make([]int, len(list)), rand: rand.New(rand.NewPCG(seed, 0))}
}

func (f *faults) add(fault Fault) {
	f.list = append(slices.Clone(f.list), fault)
	f.seen = append(f.seen, 0)
}

// next returns the fault of a request, nil when nothing goes wrong.
func (f *faults) next(r Request) *Fault {
	var hit *Fault
	for i := range f.list {
		fault := &f.list[i]
		if fault.For != "" && fault.For != r.For || !strings.Contains(r.URL, fault.URL) {
			continue
		}
		f.seen[i]++
		if fault.Nth != 0 && fault.Nth != f.seen[i] {
			continue
		}
		if fault.Chance != 0 && f.rand.Float64() >= fault.Chance {
			continue
		}
		if hit == nil {
			hit = fault
		}
	}
	return hit
}
