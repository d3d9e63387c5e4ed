package lookup_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/callgate/callgate/internal/lookup"
	"github.com/callgate/callgate/ivr"
)

// A request is made again, with its key, when what went wrong can be over, and not more
// often than the look-up says.
func TestRetries(t *testing.T) {
	for _, tt := range []struct {
		path     string
		retries  int
		requests int
		status   int // 0 is a failure
	}{
		{"/503/1", 1, 2, 200},
		{"/503/9", 1, 2, 503},
		{"/502/9", 0, 1, 502},
		{"/504/1", 3, 2, 200},
		{"/500/9", 3, 1, 500},
		{"/404/9", 3, 1, 404},
		{"/429/9", 3, 1, 429},
		{"/broken/1", 1, 2, 200},
		{"/broken/9", 1, 2, 0},
	} {
		t.Run(fmt.Sprintf("%s, %d retries", tt.path, tt.retries), func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				n := requests.Add(1)
				if r.Header.Get("Idempotency-Key") != "CA1.1" {
					t.Errorf("request %d has the key %q", n, r.Header.Get("Idempotency-Key"))
				}
				var what string
				var times int32
				fmt.Sscanf(strings.ReplaceAll(r.URL.Path, "/", " "), "%s %d", &what, &times)
				var status int
				switch _, err := fmt.Sscan(what, &status); {
				case n > times:
				case err == nil:
					w.WriteHeader(status)
				default:
					panic(http.ErrAbortHandler)
				}
			}))
			defer server.Close()
			l := newClient(t, lookup.Config{Hosts: []string{server.URL}, PrivateNetworks: loopback})
			result, err := ask(t, l, ivr.Lookup{Key: "CA1.1", Method: "POST", URL: server.URL + tt.path, Retries: tt.retries})
			if failed := tt.status == 0; failed != (err != nil) || failed != (result.Outcome == ivr.Failed) || result.Status != tt.status {
				t.Errorf("got %+v, %v", result, err)
			}
			if n := int(requests.Load()); n != tt.requests {
				t.Errorf("%d requests, want %d", n, tt.requests)
			}
		})
	}
}

// Nobody waits longer than the look-up may take.
func TestRetriesEndInTime(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }))
	defer server.Close()
	l := newClient(t, lookup.Config{Hosts: []string{server.URL}, PrivateNetworks: loopback})
	result, err := ask(t, l, ivr.Lookup{URL: server.URL, Retries: 3, Timeout: 100 * time.Millisecond})
	if err != nil || result.Status != 503 {
		t.Errorf("got %+v, %v; the last answer is wanted", result, err)
	}
}

func TestCache(t *testing.T) {
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := requests.Add(1)
		if r.URL.Path == "/wrong" {
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprintf(w, `{"n":%d}`, n)
	}))
	defer server.Close()
	l := newClient(t, lookup.Config{Hosts: []string{server.URL}, PrivateNetworks: loopback})
	for i, step := range []struct {
		name   string
		lookup ivr.Lookup
		want   string
	}{
		{"the first call", ivr.Lookup{URL: server.URL + "/hours", Cache: time.Hour}, `{"n":1}`},
		{"another call", ivr.Lookup{URL: server.URL + "/hours", Cache: time.Hour}, `{"n":1}`},
		{"one that wants it fresh", ivr.Lookup{URL: server.URL + "/hours"}, `{"n":2}`},
		{"another address", ivr.Lookup{URL: server.URL + "/hours?x", Cache: time.Hour}, `{"n":3}`},
		{"another header", ivr.Lookup{URL: server.URL + "/hours", Cache: time.Hour, Headers: []ivr.Header{{Name: "X-Branch", Value: "north"}}}, `{"n":4}`},
		{"that header again", ivr.Lookup{URL: server.URL + "/hours", Cache: time.Hour, Headers: []ivr.Header{{Name: "X-Branch", Value: "north"}}}, `{"n":4}`},
		{"a status that is no answer", ivr.Lookup{URL: server.URL + "/wrong", Cache: time.Hour}, `{"n":5}`},
		{"is asked for again", ivr.Lookup{URL: server.URL + "/wrong", Cache: time.Hour}, `{"n":6}`},
		{"for no time", ivr.Lookup{URL: server.URL + "/soon", Cache: 1}, `{"n":7}`},
		{"which is over", ivr.Lookup{URL: server.URL + "/soon", Cache: time.Hour}, `{"n":8}`},
		{"and kept anew", ivr.Lookup{URL: server.URL + "/soon", Cache: time.Hour}, `{"n":8}`},
	} {
		step.lookup.Key = fmt.Sprintf("CA%d.0", i)
		if result, err := ask(t, l, step.lookup); err != nil || string(result.Body) != step.want || result.Key != step.lookup.Key {
			t.Errorf("%s: got %s of %s, %v; want %s", step.name, result.Body, result.Key, err, step.want)
		}
	}
}

// However much callers enter, the cache stays within its bounds, and answers go on.
func TestCacheIsBounded(t *testing.T) {
	large := strings.Repeat("x", 200<<10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/large" {
			io.WriteString(w, large)
		}
	}))
	defer server.Close()
	l := newClient(t, lookup.Config{Hosts: []string{server.URL}, PrivateNetworks: loopback})
	for i := range 100 {
		result, err := ask(t, l, ivr.Lookup{Key: fmt.Sprint(i), URL: fmt.Sprintf("%s/large?%d", server.URL, i), Cache: time.Hour})
		if err != nil || len(result.Body) != len(large) {
			t.Fatalf("answer %d: %d bytes, %v", i, len(result.Body), err)
		}
	}
	if n := l.CachedBytes(); n == 0 || n > 8<<20 {
		t.Errorf("%d bytes are kept", n)
	}
}
