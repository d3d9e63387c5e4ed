package doctor_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/callgate/callgate/internal/doctor"
)

const day = 24 * time.Hour

// issuer makes certificates.
type issuer struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// issue makes a certificate; without an issuer it is its own.
func (by *issuer) issue(t *testing.T, name string, ca bool, from, to time.Time) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: to,
		IsCA: ca, BasicConstraintsValid: true,
	}
	if !ca {
		template.DNSNames = []string{name}
	}
	parent, parentKey := template, key
	if by != nil {
		parent, parentKey = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &issuer{cert, key}
}

const host = "ivr.example.org"

// shownChain is what a server shows, and part of what is said about it: "" for well.
type shownChain struct {
	chain   []*x509.Certificate
	version uint16
	want    string
}

// shownChains makes chains as they are at a time, and the authorities to judge them by.
func shownChains(t *testing.T, now time.Time) (map[string]shownChain, *x509.CertPool) {
	t.Helper()
	var nobody *issuer
	root := nobody.issue(t, "root", true, now.Add(-365*day), now.Add(365*day))
	between := root.issue(t, "between", true, now.Add(-365*day), now.Add(365*day))
	ended := root.issue(t, "ended", true, now.Add(-365*day), now.Add(-day))
	other := nobody.issue(t, "other", true, now.Add(-365*day), now.Add(365*day))
	leaf := func(by *issuer, name string, from, to time.Duration) *x509.Certificate {
		return by.issue(t, name, false, now.Add(from), now.Add(to)).cert
	}
	good := leaf(between, host, -30*day, 60*day)
	roots := x509.NewCertPool()
	roots.AddCert(root.cert)
	return map[string]shownChain{
		"good":                    {[]*x509.Certificate{good, between.cert}, tls.VersionTLS13, ""},
		"six days of ten left":    {[]*x509.Certificate{leaf(root, host, -4*day, 6*day)}, tls.VersionTLS12, ""},
		"one day of ten left":     {[]*x509.Certificate{leaf(root, host, -9*day, day)}, tls.VersionTLS13, "the certificate ends 2030-06-16 12:00 UTC, in 1 days"},
		"thirteen days of a year": {[]*x509.Certificate{leaf(root, host, -350*day, 13*day)}, tls.VersionTLS13, "in 13 days"},
		"an hour left":            {[]*x509.Certificate{leaf(root, host, -90*day, time.Hour)}, tls.VersionTLS13, "in 1h0m0s"},
		"ended":                   {[]*x509.Certificate{leaf(root, host, -90*day, -time.Hour)}, tls.VersionTLS13, "the certificate ended on 2030-06-15 11:00 UTC"},
		"not begun":               {[]*x509.Certificate{leaf(root, host, time.Hour, 90*day)}, tls.VersionTLS13, "the certificate begins on 2030-06-15 13:00 UTC"},
		"another host":            {[]*x509.Certificate{leaf(root, "www.example.org", -day, 90*day)}, tls.VersionTLS13, `not for ivr.example.org but for "www.example.org"`},
		"alone":                   {[]*x509.Certificate{good}, tls.VersionTLS13, "it comes alone"},
		"signed by itself":        {[]*x509.Certificate{leaf(nobody, host, -day, 90*day)}, tls.VersionTLS13, "signed by itself"},
		"another authority":       {[]*x509.Certificate{leaf(other, host, -day, 90*day), other.cert}, tls.VersionTLS13, "not one that is trusted"},
		"intermediate ended":      {[]*x509.Certificate{leaf(ended, host, -day, 90*day), ended.cert}, tls.VersionTLS13, "certificate"},
		"old TLS":                 {[]*x509.Certificate{good, between.cert}, tls.VersionTLS11, "TLS 1.1 is too old"},
		"none":                    {nil, tls.VersionTLS13, "no certificate"},
	}, roots
}

func TestTLS(t *testing.T) {
	now := time.Date(2030, 6, 15, 12, 0, 0, 0, time.UTC)
	chains, roots := shownChains(t, now)
	for name, c := range chains {
		got := doctor.JudgeTLS(c.chain, host, roots, now, c.version)
		if (got.Result == doctor.OK) != (c.want == "") || !strings.Contains(got.Text, c.want) {
			t.Errorf("%s: %s, %s; want %q", name, got.Result, got.Text, c.want)
		}
		if got.Result == doctor.Ill && c.chain != nil && len(got.Findings[0].Mends) == 0 {
			t.Errorf("%s: no mend", name)
		}
	}
}

// A handshake that fails says why.
func TestNoTLS(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	asking := httptest.NewUnstartedServer(http.NotFoundHandler())
	asking.TLS = &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, errors.New("none") }}
	asking.Config.ErrorLog = log.New(io.Discard, "", 0)
	asking.StartTLS()
	defer asking.Close()
	for address, want := range map[string]string{
		plain.Listener.Addr().String():  "does not speak TLS",
		asking.Listener.Addr().String(): "no TLS with",
	} {
		r := run(t, doctor.Config{URL: "https://ivr.example.org", Server: address})
		if c := named(t, r, "connection"); !strings.Contains(c.Text, want) || c.Findings[0].Cause != doctor.CauseTLS {
			t.Errorf("%+v, want %q", c, want)
		}
	}
}

func TestLatency(t *testing.T) {
	for slowest, want := range map[time.Duration]doctor.Result{
		10 * time.Millisecond: doctor.OK, 2500 * time.Millisecond: doctor.OK, 3 * time.Second: doctor.Note, 6 * time.Second: doctor.Ill,
	} {
		c := doctor.Latency([]time.Duration{time.Millisecond, slowest, 2 * time.Millisecond}, 10*time.Second)
		if c.Result != want {
			t.Errorf("%v: %s, %s", slowest, c.Result, c.Text)
		}
	}
	c := doctor.Latency([]time.Duration{6 * time.Second}, 10*time.Second)
	if line := c.Findings[0].Mends[1].Line; line != "deadline: 3s" {
		t.Errorf("the mend is %q", line)
	}
}
