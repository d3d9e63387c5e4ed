package main

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
	"net/http"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// cert makes a certificate for 127.0.0.1 that is its own authority, and is valid for an
// hour or as long as it is told; before zero it has ended:
//
//	cert CERT_FILE KEY_FILE COMMON_NAME [DURATION]
func cert(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 && len(args) != 4 {
		ts.Fatalf("usage: cert CERT_FILE KEY_FILE COMMON_NAME [DURATION]")
	}
	valid := time.Hour
	if len(args) == 4 {
		var err error
		valid, err = time.ParseDuration(args[3])
		ts.Check(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: args[2]},
		NotBefore:    time.Now().Add(-time.Hour - valid.Abs()),
		NotAfter:     time.Now().Add(valid),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:         true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	ts.Check(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	// A server that looks at the files between the two writes keeps the old pair.
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
}

// trusting is a transport for servers with the certificate in the file.
func trusting(ts *testscript.TestScript, file string) http.RoundTripper {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(ts.ReadFile(file))) {
		ts.Fatalf("no certificate in %s", file)
	}
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true, DisableKeepAlives: true}
}
