package twilio_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"slices"
	"strings"
)

// This file is the rule of the carrier's documents, written a second time and
// as plainly as possible. The tests compare the package with it, never with
// itself.

// signedString is the address and, of a form, the sorted parameters: names in
// byte order, the values of a repeated name without repetition and in byte
// order, each with its name in front.
func signedString(url string, params [][2]string) string {
	values := map[string][]string{}
	for _, p := range params {
		values[p[0]] = append(values[p[0]], p[1])
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString(url)
	for _, name := range names {
		slices.Sort(values[name])
		for _, value := range slices.Compact(values[name]) {
			b.WriteString(name + value)
		}
	}
	return b.String()
}

// reference is the signature of a request.
func reference(token, url string, params [][2]string) string {
	m := hmac.New(sha1.New, []byte(token))
	m.Write([]byte(signedString(url, params)))
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// token is the auth token of these tests.
const token = "twilio-7b3e9046d1c0a9f84e7b62535d2f"
