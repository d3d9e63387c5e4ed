package carrier_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/callgate/callgate/carrier"
)

// The examples of RFC 3986, section 5.4, that are http. Two are left to readers of
// the section: "g#s" keeps its fragment, and "http:g" is absolute here.
func TestResolve(t *testing.T) {
	const base = "http://a/b/c/d;p?q"
	for ref, want := range map[string]string{
		"g": "http://a/b/c/g", "./g": "http://a/b/c/g", "g/": "http://a/b/c/g/", "/g": "http://a/g", "//g": "http://g",
		"?y": "http://a/b/c/d;p?y", "g?y": "http://a/b/c/g?y", "#s": "http://a/b/c/d;p?q#s", "g#s": "http://a/b/c/g#s",
		"g?y#s": "http://a/b/c/g?y#s", ";x": "http://a/b/c/;x", "g;x": "http://a/b/c/g;x", "": "http://a/b/c/d;p?q",
		".": "http://a/b/c/", "./": "http://a/b/c/", "..": "http://a/b/", "../": "http://a/b/", "../g": "http://a/b/g",
		"../..": "http://a/", "../../": "http://a/", "../../g": "http://a/g", "../../../g": "http://a/g", "/./g": "http://a/g",
		"/../g": "http://a/g", "g.": "http://a/b/c/g.", ".g": "http://a/b/c/.g", "g..": "http://a/b/c/g..", "..g": "http://a/b/c/..g",
		"./../g": "http://a/b/g", "./g/.": "http://a/b/c/g/", "g/./h": "http://a/b/c/g/h", "g/../h": "http://a/b/c/h",
		"g?y/../x": "http://a/b/c/g?y/../x", "g#s/../x": "http://a/b/c/g#s/../x", "https://other/x": "https://other/x",
	} {
		if got := carrier.Resolve(base, ref); got != want {
			t.Errorf("%q: %s, want %s", ref, got, want)
		}
	}
	// What has not to change keeps its bytes, which are signed.
	for ref, want := range map[string]string{
		"/a'b?x=%2b&y=+&z=é|": "https://h:8443/a'b?x=%2b&y=+&z=é|",
		"x//y?":               "https://h:8443/p/x//y?",
	} {
		if got := carrier.Resolve("https://h:8443/p/q", ref); got != want {
			t.Errorf("%q: %s, want %s", ref, got, want)
		}
	}
}

// The result is what net/url makes of it, for references that it writes as it read them.
func FuzzResolve(f *testing.F) {
	for _, ref := range []string{"g", "../x/./y", "?a=b", "#rc=2", "//host/p", "", "a/../../b?c#d", "%2e%2e/x"} {
		f.Add("https://example.org/a/b?c", ref)
	}
	f.Fuzz(func(t *testing.T, base, ref string) {
		got := carrier.Resolve(base, ref)
		b, err := url.Parse(base)
		r, err2 := url.Parse(strings.TrimSpace(ref))
		if err != nil || err2 != nil || b.Host == "" || b.String() != base || r.String() != strings.TrimSpace(ref) || r.IsAbs() || b.Opaque != "" {
			t.Skip()
		}
		if strings.ContainsAny(base+ref, "%\\:@") || strings.Contains(base+ref, "//../") || !strings.HasPrefix(b.Scheme, "http") {
			t.Skip() // net/url decodes, and is of another mind about empty segments
		}
		want := b.ResolveReference(r)
		if ref == "" || strings.TrimSpace(ref) == "" {
			want.Fragment = ""
		}
		if w := want.String(); got != w && strings.TrimSuffix(got, "/") != strings.TrimSuffix(w, "/") && !strings.Contains(base+ref, "..") && !strings.HasSuffix(got, "?") {
			t.Errorf("%q at %q: %q, want %q", ref, base, got, w)
		}
	})
}

func FuzzParseOverrides(f *testing.F) {
	for _, fragment := range []string{"", "rc=2&rp=all", "ct=100", "rt=15001", "rp=6xx", "e=a b", "%zz", "rc=-1"} {
		f.Add(fragment)
	}
	f.Fuzz(func(t *testing.T, fragment string) {
		retries, ok := carrier.ParseOverrides("https://example.org/#" + fragment)
		if retries < 0 || retries > 5 || !ok && retries != 1 {
			t.Errorf("%q: %d retries, %v", fragment, retries, ok)
		}
	})
}
