package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/callgate/callgate/explain"
)

// soon is when a certificate should have been renewed: two weeks before its end or,
// for short-lived ones, when a sixth of its life is left. Those who renew by themselves do so at a third.
const (
	soon      = 14 * 24 * time.Hour
	soonShare = 6
)

// connect opens a connection to see whether there is one, and what its TLS is like. What
// is sent later is no secret and cannot be used twice, and answers are sealed, so a
// certificate that is wrong ends nothing: the doctor goes on to find the rest.
func (e *examination) connect(ctx context.Context) (ok bool) {
	d := e.session.dialer
	if d.config != nil {
		d.config = d.config.Clone()
		d.config.NextProtos = []string{"h2", "http/1.1"}
	}
	conn, err := d.dial(ctx)
	if err != nil {
		e.add(notConnected(d.endpoint, err))
		return false
	}
	defer conn.Close()
	e.add(Check{Name: "connection", Result: OK, Text: "to " + conn.RemoteAddr().String()})
	switch secured, isTLS := conn.(*tls.Conn); {
	case isTLS:
		state := secured.ConnectionState()
		e.add(judgeTLS(state.PeerCertificates, e.session.host, e.config.Roots, e.config.Now(), state.Version))
		e.alpn = state.NegotiatedProtocol
	case e.session.local():
		e.add(Check{Name: "tls", Result: Note, Text: "none; over the loopback interface that is fine, for a carrier it is not"})
	default:
		c := Check{Name: "tls"}
		c.ill("none: calls, digits and signatures travel in the clear", finding(CauseTLS, explain.Mend{Where: "the carrier's console and the proxy", Note: "serve and configure https"}))
		e.add(c)
	}
	return true
}

// notConnected says why there is no connection.
func notConnected(endpoint string, err error) Check {
	c := Check{Name: "connection"}
	why := reason(err)
	switch {
	case errors.As(err, new(tls.RecordHeaderError)):
		c.ill("what answers at "+endpoint+" does not speak TLS", finding(CauseTLS, explain.Mend{Where: "the proxy", Note: "serve https on this port, or configure the right one"}))
	case strings.Contains(why, "tls: "): // the package has no type for these
		c.ill("no TLS with "+endpoint+": "+why, finding(CauseTLS, explain.Mend{Where: "the proxy", Note: "serve a certificate for this host, in TLS 1.2 or 1.3, and ask for none"}))
	default:
		c.ill("none to "+endpoint+": "+why, finding(CauseUnreachable, explain.Mend{
			Where: "the firewall, the proxy or DNS", Note: "let the whole internet reach " + endpoint + ": the carrier's addresses are not fixed"}))
	}
	return c
}

// judgeTLS looks at a chain of certificates as a carrier does. Roots are those that it trusts, nil
// for the system's.
func judgeTLS(chain []*x509.Certificate, host string, roots *x509.CertPool, now time.Time, version uint16) Check {
	c := Check{Name: "tls"}
	if len(chain) == 0 {
		c.ill("the server shows no certificate", finding(CauseTLS))
		return c
	}
	leaf, between := chain[0], x509.NewCertPool()
	for _, cert := range chain[1:] {
		between.AddCert(cert)
	}
	left := leaf.NotAfter.Sub(now)
	_, err := leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, Intermediates: between, CurrentTime: now})
	text, note := certificateFault(err, leaf, len(chain), host, now)
	switch {
	case text != "":
		c.ill(text, finding(CauseTLS, explain.Mend{Where: "the server of the certificate", Note: note}))
	case left < min(soon, leaf.NotAfter.Sub(leaf.NotBefore)/soonShare):
		c.ill("the certificate ends "+ends(leaf, now), finding(CauseTLS, explain.Mend{
			Where: "the server of the certificate", Note: "renew it now, and see to it that it is renewed by itself"}))
	case version < tls.VersionTLS12:
		c.ill(tls.VersionName(version)+" is too old", finding(CauseTLS, explain.Mend{Where: "the proxy", Note: "offer TLS 1.2 and 1.3"}))
	default:
		c.Result = OK
		c.Text = fmt.Sprintf("%s, a chain of %d for %s, which ends %s", tls.VersionName(version), len(chain), host, ends(leaf, now))
	}
	return c
}

// ends says when a certificate ends.
func ends(leaf *x509.Certificate, now time.Time) string {
	const day = 24 * time.Hour
	date := leaf.NotAfter.UTC().Format("2006-01-02 15:04 UTC")
	if left := leaf.NotAfter.Sub(now); left < day {
		return date + ", in " + left.Round(time.Minute).String()
	} else {
		return fmt.Sprintf("%s, in %d days", date, left/day)
	}
}

// certificateFault says what a carrier would complain of, and what to do.
func certificateFault(err error, leaf *x509.Certificate, length int, host string, now time.Time) (text, note string) {
	var invalid x509.CertificateInvalidError
	var wrongHost x509.HostnameError
	var unknown x509.UnknownAuthorityError
	switch {
	case err == nil:
		return "", ""
	case now.After(leaf.NotAfter):
		return "the certificate ended on " + leaf.NotAfter.UTC().Format("2006-01-02 15:04 UTC"), "renew it, and see to it that it is renewed by itself"
	case now.Before(leaf.NotBefore):
		return "the certificate begins on " + leaf.NotBefore.UTC().Format("2006-01-02 15:04 UTC"), "set the clock, or wait"
	case errors.As(err, &wrongHost):
		return fmt.Sprintf("the certificate is not for %s but for %s", host, names(leaf)), "get one for the host in the address, or use the host of the certificate"
	case errors.As(err, &unknown) && leaf.Issuer.String() == leaf.Subject.String():
		return "the certificate is signed by itself", "get one from a public authority, such as Let's Encrypt"
	case errors.As(err, &unknown) && length == 1:
		return "nobody vouches for the certificate: it comes alone", "serve it with its intermediate certificates (fullchain.pem, not cert.pem); or its authority is a private one"
	case errors.As(err, &unknown):
		return "the authority of the certificate is not one that is trusted", "get one from a public authority, or serve the right intermediate certificates"
	case errors.As(err, &invalid):
		return "the chain is not valid: " + plain(invalid.Error()), "serve the certificate with its right and current intermediate certificates"
	}
	return "the certificate is not accepted: " + plain(err.Error()), "get another one"
}

// maxNames bounds the names of a certificate that are shown.
const maxNames = 3

func names(leaf *x509.Certificate) string {
	list := append([]string{}, leaf.DNSNames...)
	for _, ip := range leaf.IPAddresses {
		list = append(list, ip.String())
	}
	switch {
	case len(list) == 0:
		return "no host"
	case len(list) > maxNames:
		list = append(list[:maxNames], "more")
	}
	for i, name := range list {
		list[i] = fmt.Sprintf("%+q", name)
	}
	return strings.Join(list, ", ")
}
