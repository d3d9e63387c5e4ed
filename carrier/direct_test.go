package carrier_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/callgate/callgate/carrier"
)

// The same handler behaves on a server and when it is called directly.
func TestDirect(t *testing.T) {
	handlers := map[string]http.HandlerFunc{
		"a document": func(w http.ResponseWriter, r *http.Request) {
			if err := r.ParseForm(); err != nil || r.PostForm.Get("CallSid") == "" || r.Host != "ivr.example.org" || r.URL.Query().Get("a") != "b/c" {
				t.Errorf("%v %v %v", r.PostForm, r.Host, r.URL)
			}
			w.Header().Set("Content-Type", "text/xml")
			io.WriteString(w, response("<Hangup/>"))
		},
		"a type that is found out": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, response("<Hangup/>")) },
		"nothing":                  func(http.ResponseWriter, *http.Request) {},
		"a late header": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTeapot)
			w.Header().Set("Content-Type", "text/xml")
		},
		"a panic": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}
	for name, h := range handlers {
		t.Run(name, func(t *testing.T) {
			call := func(change func(*carrier.Config)) *carrier.Call {
				a, server := newApp(t, nil)
				a.serve["/voice"] = h
				return a.call(t, server, func(c *carrier.Config) {
					c.VoiceURL += "?a=b%2Fc#rc=0"
					change(c)
				})
			}
			served := call(func(*carrier.Config) {})
			direct := call(func(c *carrier.Config) { c.Server, c.Transport = "", carrier.Direct(h) })
			end := func(c *carrier.Call) (carrier.End, int) {
				end, err := c.Finish()
				must(t, err)
				if p := c.Problems(); len(p) > 0 {
					return end, p[0].Code
				}
				return end, 0
			}
			wantEnd, wantCode := end(served)
			if gotEnd, gotCode := end(direct); gotEnd != wantEnd || gotCode != wantCode {
				t.Errorf("directly %v %d, on a server %v %d", gotEnd, gotCode, wantEnd, wantCode)
			}
		})
	}
}
