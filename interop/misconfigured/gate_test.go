package misconfigured_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/twilio"
)

// server is a gate behind a proxy, which keeps the request that it refused.
type server struct {
	address string

	mu      sync.Mutex
	gate    *callgate.Gate
	url     string // the address that the gate took the request for
	refused *explain.Request
}

func keys() []twilio.Key { return []twilio.Key{{Name: "main", Account: sid, Token: token}} }

func startServer(t *testing.T, c settings) *server {
	t.Helper()
	s := &server{}
	s.configure(t, c)
	web := httptest.NewUnstartedServer(s)
	web.Listener.Close()
	ip := "127.0.0.1"
	if c.ipv6 {
		ip = "::1"
	}
	web.Listener = listen(t, ip)
	web.Start()
	t.Cleanup(web.Close)
	s.address = web.Listener.Addr().String()
	return s
}

// configure gives the server a gate with other settings.
func (s *server) configure(t *testing.T, c settings) {
	t.Helper()
	verifier, err := twilio.New(twilio.Config{Keys: keys(), Profile: twilio.ProfileSignature})
	if err != nil {
		t.Fatal(err)
	}
	gate, err := callgate.New(callgate.Config{
		Verifier: watched{verifier, s}, PublicURL: c.publicURL, AllowedHosts: c.allowed, TrustedProxies: networks(t, c.trusted),
		Routes: []callgate.Route{{
			Path: "/", Kind: callgate.KindStatus, Methods: []string{"GET", "POST"},
			Entries: []callgate.Entry{{Effect: callgate.Allow, Principal: callgate.Carrier("twilio"), Permission: callgate.View}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gate = gate
}

// networks reads networks and single addresses, as trusted_proxies holds them.
func networks(t *testing.T, texts []string) []netip.Prefix {
	t.Helper()
	var list []netip.Prefix
	for _, text := range texts {
		if ip, err := netip.ParseAddr(text); err == nil {
			list = append(list, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

// watched notes the address that the gate took a request for.
type watched struct {
	callgate.Verifier
	server *server
}

func (w watched) Verify(r *callgate.Request) (callgate.Proof, error) {
	w.server.url = r.URL
	return w.Verifier.Verify(r)
}

// ServeHTTP answers 204 to what the gate admits and 403 to everything else.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.url = ""
	_, err = s.gate.Check(r)
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if origin, found := unlisted(err); found {
		s.url = origin + r.RequestURI
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	s.refused = &explain.Request{
		Method: r.Method, URL: s.url, Target: r.RequestURI, Host: r.Host, Proto: r.Proto,
		Header: r.Header.Clone(), Body: body, Peer: peer.Addr(), Listen: s.address,
	}
	w.WriteHeader(http.StatusForbidden)
}

// unlisted returns the origin that a gate took a request for when it is none of
// its allowed hosts.
func unlisted(err error) (origin string, found bool) {
	var refusal *callgate.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != callgate.ReasonHost {
		return "", false
	}
	return strings.CutSuffix(refusal.Detail, " is not in AllowedHosts")
}

// takeRefused returns the request that was refused, and forgets it.
func (s *server) takeRefused() *explain.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.refused
	s.refused = nil
	return r
}
