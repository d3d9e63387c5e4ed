package proxy

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// Authority is a certificate authority that lives as long as the test, with one
// certificate for a server.
type Authority struct {
	// Host is the name in the certificate.
	Host string
	// Dir holds fullchain.pem, privkey.pem and haproxy.pem, which is both.
	Dir string
	// Root is the certificate of the authority itself, in DER form.
	Root []byte
	pool *x509.CertPool
}

// lifetime of the certificates: longer than any test, and soon over.
const lifetime = time.Hour

// NewAuthority makes an authority and a certificate for host and 127.0.0.1.
func NewAuthority(tb testing.TB, host string) *Authority {
	tb.Helper()
	now := time.Now()
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Callgate test authority"},
		NotBefore: now.Add(-lifetime), NotAfter: now.Add(lifetime),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host},
		NotBefore: root.NotBefore, NotAfter: root.NotAfter,
		DNSNames: []string{host}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	rootKey, leafKey := newKey(tb), newKey(tb)
	rootDER := issue(tb, root, root, rootKey, rootKey)
	leafDER := issue(tb, leaf, root, leafKey, rootKey)
	a := &Authority{Host: host, Dir: tb.TempDir(), Root: rootDER, pool: x509.NewCertPool()}
	rootCert, err := x509.ParseCertificate(rootDER)
	if err != nil {
		tb.Fatal(err)
	}
	a.pool.AddCert(rootCert)

	keyDER, err := x509.MarshalPKCS8PrivateKey(leafKey)
	if err != nil {
		tb.Fatal(err)
	}
	chain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leafDER})
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	a.write(tb, "fullchain.pem", chain)
	a.write(tb, "privkey.pem", key)
	a.write(tb, "haproxy.pem", slices.Concat(chain, key))
	return a
}

// ClientConfig returns a TLS configuration that trusts the authority.
func (a *Authority) ClientConfig() *tls.Config {
	return &tls.Config{RootCAs: a.pool, ServerName: a.Host}
}

func (a *Authority) write(tb testing.TB, name string, content []byte) {
	tb.Helper()
	if err := os.WriteFile(filepath.Join(a.Dir, name), content, 0o600); err != nil {
		tb.Fatal(err)
	}
}

func newKey(tb testing.TB) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

func issue(tb testing.TB, cert, parent *x509.Certificate, key, parentKey *ecdsa.PrivateKey) []byte {
	tb.Helper()
	der, err := x509.CreateCertificate(rand.Reader, cert, parent, key.Public(), parentKey)
	if err != nil {
		tb.Fatal(err)
	}
	return der
}
