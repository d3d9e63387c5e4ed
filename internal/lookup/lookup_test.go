package lookup_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/leaktest"
	"github.com/callgate/callgate/internal/lookup"
	"github.com/callgate/callgate/ivr"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func newClient(t *testing.T, c lookup.Config) *lookup.Client {
	t.Helper()
	l, err := lookup.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func ask(t *testing.T, l *lookup.Client, q ivr.Lookup) (ivr.Result, error) {
	t.Helper()
	if q.Method == "" {
		q.Method = "GET"
	}
	if q.Timeout == 0 {
		q.Timeout = 5 * time.Second
	}
	if q.Key == "" {
		q.Key = t.Name()
	}
	result, err := l.Do(t.Context(), &q)
	leaktest.Note(err)
	return result, err
}

func TestRequest(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for name, want := range map[string]string{
			"Idempotency-Key": "CA1.7", "Content-Type": "application/json", "X-Branch": "north", "Authorization": "Bearer look-up-secret",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if r.Method != "POST" || r.URL.Path != "/callers" || string(body) != `{"n":1}` {
			t.Errorf("got %s %s %s", r.Method, r.URL.Path, body)
		}
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, `{"ok":true}`)
	}))
	defer server.Close()
	l := newClient(t, lookup.Config{
		Hosts: []string{server.URL}, PrivateNetworks: loopback,
		Secrets: map[string]callgate.Secret{"crm": "Bearer look-up-secret"},
	})
	result, err := ask(t, l, ivr.Lookup{
		Key: "CA1.7", Method: "POST", URL: server.URL + "/callers", Body: []byte(`{"n":1}`),
		Headers: []ivr.Header{{Name: "X-Branch", Value: "north"}, {Name: "Authorization", Secret: "crm"}},
	})
	if err != nil || result.Outcome != ivr.Done || result.Status != 201 || string(result.Body) != `{"ok":true}` || result.Key != "CA1.7" {
		t.Errorf("got %+v, %v", result, err)
	}
}

func TestRefusals(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/other", http.StatusFound)
		case "/large":
			io.WriteString(w, strings.Repeat("x", 300<<10))
		case "/slow":
			<-r.Context().Done()
		default:
			t.Errorf("%s was requested", r.URL.Path)
		}
	}))
	defer server.Close()
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	private := newClient(t, lookup.Config{Hosts: []string{server.URL}})
	allowed := newClient(t, lookup.Config{Hosts: []string{server.URL, "http://localhost" + port}, PrivateNetworks: loopback})
	named := newClient(t, lookup.Config{Hosts: []string{"http://localhost" + port}})
	for _, tt := range []struct {
		name   string
		client *lookup.Client
		lookup ivr.Lookup
		want   ivr.Outcome
		says   string
	}{
		{"another host", allowed, ivr.Lookup{URL: "http://192.0.2.1/x"}, ivr.Failed, "lookups.hosts"},
		{"another port", allowed, ivr.Lookup{URL: "http://127.0.0.1:1/x"}, ivr.Failed, "lookups.hosts"},
		{"another scheme", allowed, ivr.Lookup{URL: strings.Replace(server.URL, "http", "https", 1)}, ivr.Failed, "lookups.hosts"},
		{"a host in the user's part", allowed, ivr.Lookup{URL: "http://127.0.0.1" + port + "@192.0.2.1/"}, ivr.Failed, "lookups.hosts"},
		{"user and password", allowed, ivr.Lookup{URL: "http://u:p@127.0.0.1" + port + "/x"}, ivr.Failed, "lookups.hosts"},
		{"a private address", private, ivr.Lookup{URL: server.URL + "/x"}, ivr.Failed, "private"},
		{"a name of a private address", named, ivr.Lookup{URL: "http://localhost" + port + "/x"}, ivr.Failed, "private"},
		{"an unknown secret", allowed, ivr.Lookup{URL: server.URL + "/x", Headers: []ivr.Header{{Name: "A", Secret: "none"}}}, ivr.Failed, "lookups.secrets"},
		{"a large answer", allowed, ivr.Lookup{URL: server.URL + "/large"}, ivr.Failed, "over"},
		{"a slow answer", allowed, ivr.Lookup{URL: server.URL + "/slow", Timeout: 50 * time.Millisecond}, ivr.TimedOut, "deadline"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			result, err := ask(t, tt.client, tt.lookup)
			if result.Outcome != tt.want || err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, %v; want %v and an error with %q", result.Outcome, err, tt.want, tt.says)
			}
			if err != nil && strings.Contains(err.Error(), port) {
				t.Errorf("the error holds a part of the URL: %v", err)
			}
		})
	}
	t.Run("a redirect is an answer", func(t *testing.T) {
		result, err := ask(t, allowed, ivr.Lookup{URL: server.URL + "/redirect"})
		if err != nil || result.Status != http.StatusFound {
			t.Errorf("got %v, %v", result.Status, err)
		}
	})
}

func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	host := strings.TrimPrefix(server.URL, "https://")
	trusted := newClient(t, lookup.Config{Hosts: []string{host}, PrivateNetworks: loopback, TLS: &tls.Config{RootCAs: roots}})
	if result, err := ask(t, trusted, ivr.Lookup{URL: server.URL}); err != nil || result.Status != 200 {
		t.Errorf("a trusted certificate: %+v, %v", result, err)
	}
	stranger := newClient(t, lookup.Config{Hosts: []string{host}, PrivateNetworks: loopback})
	if result, err := ask(t, stranger, ivr.Lookup{URL: server.URL}); err == nil || result.Outcome != ivr.Failed || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("an unknown certificate: %+v, %v", result, err)
	}
}

// A webhook waits as long as it can; the request goes on, and the next webhook with the
// same key gets its result without a second request.
func TestPendingThenDone(t *testing.T) {
	release := make(chan struct{})
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		<-release
		io.WriteString(w, "{}")
	}))
	defer server.Close()
	l := newClient(t, lookup.Config{Hosts: []string{server.URL}, PrivateNetworks: loopback})
	q := &ivr.Lookup{Key: "CA1.2", Method: "GET", URL: server.URL, Timeout: 10 * time.Second}
	webhook, over := context.WithCancel(t.Context())
	over()
	if result, err := l.Do(webhook, q); err != nil || result.Outcome != ivr.Pending {
		t.Fatalf("first: %+v, %v", result, err)
	}
	close(release)
	for range 2 {
		if result, err := l.Do(t.Context(), q); err != nil || result.Outcome != ivr.Done || result.Status != 200 {
			t.Fatalf("later: %+v, %v", result, err)
		}
	}
	if n := requests.Load(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestConfig(t *testing.T) {
	for _, host := range []string{"", "https://", "ftp://a.example", "https://a.example/path", "https://u@a.example", "https://a.example?x", "a b"} {
		if _, err := lookup.New(lookup.Config{Hosts: []string{host}}); err == nil || !strings.Contains(err.Error(), "hosts[0]") {
			t.Errorf("host %q: %v", host, err)
		}
	}
	_, err := lookup.New(lookup.Config{Secrets: map[string]callgate.Secret{"crm": "a-secret-value\n"}})
	if err == nil || !strings.Contains(err.Error(), "crm") || strings.Contains(err.Error(), "a-secret-value") {
		t.Errorf("a secret with a line break: %v", err)
	}
}

func FuzzAllows(f *testing.F) {
	l, err := lookup.New(lookup.Config{Hosts: []string{"crm.example.org", "http://crm.internal:8000"}})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		"https://crm.example.org/a", "https://CRM.example.org:443", "http://crm.internal:8000/?x", "https://crm.example.org@evil.example/",
		"https://evil.example\\@crm.example.org/", "//crm.example.org", "https://crm.example.org.evil.example", "https://[::1]:443/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, url string) {
		if !l.Allows(url) {
			return
		}
		// What is allowed must be requested where net/http would send it.
		r, err := http.NewRequest("GET", url, nil)
		if err != nil {
			t.Fatalf("%q is allowed and cannot be requested", url)
		}
		host := strings.ToLower(r.URL.Hostname())
		if r.URL.Scheme == "https" && host == "crm.example.org" && (r.URL.Port() == "" || r.URL.Port() == "443") ||
			r.URL.Scheme == "http" && host == "crm.internal" && r.URL.Port() == "8000" {
			return
		}
		t.Errorf("%q is allowed and goes to %s", url, r.URL.Host)
	})
}
