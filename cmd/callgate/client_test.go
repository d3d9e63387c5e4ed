package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/callgate/callgate/internal/leaktest"
)

// account is that of the calls of the scripts.
const account = "AC00000000000000000000000000000001"

// voice is what the carrier sends with each call.
var voice = url.Values{
	"AccountSid": {account}, "ApiVersion": {"2010-04-01"}, "CallSid": {"CA00000000000000000000000000000001"},
	"CallStatus": {"in-progress"}, "Direction": {"inbound"}, "From": {leaktest.Caller}, "To": {"+15005550100"},
}

// call sends what the carrier would send and prints the answer: the status, the headers
// of interest and the body.
//
//	call [-method M] [-public URL] [-token TOKEN] [-unsigned|-forged] [-basic USER:PASSWORD]
//	     [-ca FILE] [-during SIGNAL [-never]] NAME PATH [PARAM=VALUE...]
//
// The request is signed for the URL that the server has on this machine, or below
// the public one, by the rule of the carrier's documentation and not by our code. With -during
// the server gets the signal when it has begun with the request, whose body follows
// when it says that it stops, or never.
func call(ts *testscript.TestScript, _ bool, args []string) {
	var f flag.FlagSet
	method := f.String("method", "POST", "")
	public := f.String("public", "", "")
	token := f.String("token", leaktest.Token, "")
	unsigned := f.Bool("unsigned", false, "")
	forged := f.Bool("forged", false, "")
	basic := f.String("basic", "", "")
	ca := f.String("ca", "", "")
	during := f.String("during", "", "")
	never := f.Bool("never", false, "")
	ts.Check(f.Parse(args))
	if f.NArg() < 2 {
		ts.Fatalf("usage: call [-method M] [-public URL] [-token TOKEN] [-unsigned] [-forged] NAME PATH [PARAM=VALUE...]")
	}
	origin, path := "http://"+ts.Getenv(f.Arg(0)), f.Arg(1)
	var transport http.RoundTripper
	if *ca != "" {
		origin, transport = "https://"+ts.Getenv(f.Arg(0)), trusting(ts, *ca)
	}
	if *public == "" {
		*public = origin
	}
	params := url.Values{}
	for name, values := range voice {
		params[name] = slices.Clone(values)
	}
	for _, p := range f.Args()[2:] {
		name, value, _ := strings.Cut(p, "=")
		params[name] = []string{value}
	}
	signed, body := path, params.Encode()
	if *method == http.MethodGet {
		signed, body, params = path+"?"+params.Encode(), "", nil
	}
	r, err := http.NewRequest(*method, origin+signed, strings.NewReader(body))
	ts.Check(err)
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if *forged {
		*token = "a token that somebody made up"
	}
	if !*unsigned {
		made := signature(*token, *public+signed, params)
		ts.Setenv("SIGNATURE", made)
		r.Header.Set("X-Twilio-Signature", made)
	}
	if user, password, ok := strings.Cut(*basic, ":"); ok {
		r.SetBasicAuth(user, password)
	}
	if *during != "" {
		sendDuring(ts, r, f.Arg(0), signalOf(*during), *never)
		return
	}
	printAnswer(ts, r, transport)
}

// sendDuring sends the head of a request and, when the server asks for the body, a signal.
func sendDuring(ts *testscript.TestScript, r *http.Request, name string, signal os.Signal, never bool) {
	s := server(ts, name)
	r.Header.Set("Expect", "100-continue")
	r.Body = &lateBody{ReadCloser: r.Body, wait: func() {
		ts.Check(s.cmd.Process.Signal(signal))
		s.await(ts, func() bool { return strings.Contains(s.log.String(), `"msg":"stopping`) })
		if never {
			<-s.done
			s.done <- nil
		}
	}}
	client := http.Client{Timeout: patience, Transport: &http.Transport{ExpectContinueTimeout: patience}}
	res, err := client.Do(r)
	if never {
		return
	}
	ts.Check(err)
	printResponse(ts, res)
}

// lateBody waits before the first byte.
type lateBody struct {
	io.ReadCloser
	wait func()
}

func (b *lateBody) Read(p []byte) (int, error) {
	if b.wait != nil {
		b.wait()
		b.wait = nil
	}
	return b.ReadCloser.Read(p)
}

// signature is the reading of twilio.com/docs/usage/security.
func signature(token, url string, params url.Values) string {
	var names []string
	for name := range params {
		names = append(names, name)
	}
	sort.Strings(names)
	mac := hmac.New(sha1.New, []byte(token))
	io.WriteString(mac, url)
	for _, name := range names {
		io.WriteString(mac, name+params.Get(name))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func printAnswer(ts *testscript.TestScript, r *http.Request, transport http.RoundTripper) []byte {
	client := http.Client{
		Transport:     transport,
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := client.Do(r)
	ts.Check(err)
	return printResponse(ts, res)
}

func printResponse(ts *testscript.TestScript, res *http.Response) []byte {
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	ts.Check(err)
	fmt.Fprintln(ts.Stdout(), res.StatusCode)
	if res.TLS != nil {
		fmt.Fprintf(ts.Stdout(), "certificate of %s\n", res.TLS.PeerCertificates[0].Subject.CommonName)
	}
	for _, name := range []string{"Content-Type", "Cache-Control", "Location", "Www-Authenticate"} {
		if value := res.Header.Get(name); value != "" {
			fmt.Fprintf(ts.Stdout(), "%s: %s\n", name, value)
		}
	}
	fmt.Fprintf(ts.Stdout(), "\n%s\n", bytes.TrimSuffix(body, []byte("\n")))
	return body
}

// fetch gets a page of the admin listener: fetch NAME PATH
func fetch(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: fetch NAME PATH")
	}
	r, err := http.NewRequest(http.MethodGet, "http://"+ts.Getenv(args[0]+"_ADMIN")+args[1], nil)
	ts.Check(err)
	keepForSearch(ts, printAnswer(ts, r, nil))
}

// raw sends text over a connection, and prints what comes back until the server closes
// it: raw NAME TEXT, where \r\n in the text is a line's end.
func raw(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: raw NAME TEXT")
	}
	conn, err := net.Dial("tcp", ts.Getenv(args[0]))
	ts.Check(err)
	defer conn.Close()
	ts.Check(conn.SetDeadline(time.Now().Add(patience)))
	_, err = io.WriteString(conn, strings.ReplaceAll(args[1], `\r\n`, "\r\n"))
	ts.Check(err)
	answer, err := io.ReadAll(conn)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%s\n", answer)
}
