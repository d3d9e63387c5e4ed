package cli

import (
	"bytes"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/callgate/callgate"
)

// curlCommand returns a command for a POSIX shell that sends the request to an address,
// byte for byte. The address is that of the request, or another one of the same server.
func curlCommand(r *callgate.Request, address string) (string, error) {
	if bytes.IndexByte(r.Body, 0) >= 0 {
		return "", errors.New("the body holds a zero byte, which no shell can pass to curl; use --json")
	}
	address, _, _ = strings.Cut(address, "#") // it is never sent, and not signed
	// --globoff and --path-as-is keep curl from reading or mending the address.
	words := []string{"curl", "-sS", "--globoff", "--path-as-is", shellQuote(address)}
	if r.Method != http.MethodGet || len(r.Body) > 0 {
		words = append(words, "-X", shellQuote(r.Method), "--data-raw", shellQuote(string(r.Body)))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		for _, value := range r.Header[name] {
			words = append(words, "-H", shellQuote(name+": "+value))
		}
	}
	return strings.Join(words, " "), nil
}

// shellQuote writes a word for a POSIX shell (POSIX.1-2024, section 2.2.2).
func shellQuote(s string) string {
	plain := func(c rune) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_./:", c)
	}
	if s != "" && !strings.ContainsFunc(s, func(c rune) bool { return !plain(c) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
