package callgate_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// writes returns a handler that answers with a status, a type and a text.
func writes(status int, contentType, text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		if status != 0 {
			w.WriteHeader(status)
		}
		if text != "" {
			io.WriteString(w, text)
		}
	})
}

func panics(value any) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, welcome) // which must not reach anybody
		panic(value)
	})
}

// TestVoiceAnswers has all that a handler can do on a voice route. An empty
// reason means that its answer is given.
func TestVoiceAnswers(t *testing.T) {
	var nothing map[string]int
	for _, c := range []struct {
		name    string
		handler http.Handler
		want    callgate.Reason
		detail  string
	}{
		{"document", writes(0, "", welcome), "", ""},
		{"document with status", writes(200, "", welcome), "", ""},
		{"created document", writes(201, "", welcome), "", ""},
		{"document with a status that has none", writes(204, "", welcome), "", ""},
		{"text/xml", writes(0, "text/xml", welcome), "", ""},
		{"application/xml", writes(0, "Application/XML; charset=utf-8", welcome), "", ""},
		{"text/html by mistake", writes(0, "text/html", welcome), "", ""},
		{"in pieces", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for i := range welcome {
				fmt.Fprint(w, welcome[i:i+1])
			}
		}), "", ""},
		{"after information", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			io.WriteString(w, welcome)
			w.WriteHeader(500) // too late, as with any http.ResponseWriter
		}), "", ""},
		{"as large as may be", writes(0, "", "<Response>"+strings.Repeat(" ", callgate.MaxDocument-21)+"</Response>"), "", ""},

		{"not found", http.NotFoundHandler(), callgate.ReasonStatus, "404 Not Found"},
		{"no method", writes(405, "", ""), callgate.ReasonStatus, "405 Method Not Allowed"},
		{"error", writes(500, "", "oops: password=hunter2"), callgate.ReasonStatus, "500 Internal Server Error"},
		{"error with a document", writes(503, "", welcome), callgate.ReasonStatus, "503"},
		{"unheard-of error", writes(599, "", welcome), callgate.ReasonStatus, "599"},
		{"redirect", http.RedirectHandler("/ivr/", http.StatusMovedPermanently), callgate.ReasonRedirect, "301"},
		{"temporary redirect", http.RedirectHandler("/ivr/", http.StatusTemporaryRedirect), callgate.ReasonRedirect, "307"},
		{"not modified", writes(304, "", ""), callgate.ReasonRedirect, "304"},
		{"nothing", writes(0, "", ""), callgate.ReasonEmpty, "nothing"},
		{"no content", writes(204, "", ""), callgate.ReasonEmpty, "nothing"},
		{"text", writes(0, "", "hunter2"), callgate.ReasonDocument, "at byte 1"},
		{"blank line before", writes(0, "", "\n"+welcome), callgate.ReasonDocument, "at byte 1"},
		{"HTML", writes(0, "text/html", "<html/>"), callgate.ReasonDocument, "root element"},
		{"truncated", writes(0, "", welcome[:70]), callgate.ReasonDocument, "ends within"},
		{"bare ampersand", writes(0, "", "<Response><Say>Tom & Jerry</Say></Response>"), callgate.ReasonDocument, "write &amp;"},
		{"JSON", writes(0, "application/json", `{"a":1}`), callgate.ReasonDocument, "neither XML nor audio"},
		{"document as JSON", writes(0, "application/json", welcome), callgate.ReasonDocument, "neither XML nor audio"},
		{"compressed", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, welcome)
		}), callgate.ReasonDocument, "encoded"},
		{"too long", writes(0, "", "<Response>"+strings.Repeat(" ", callgate.MaxDocument-20)+"</Response>"), callgate.ReasonTooLong, "65536"},
		{"too long at once", writes(0, "", strings.Repeat("x", callgate.MaxDocument+1)), callgate.ReasonTooLong, "65536"},
		{"too long in bytes", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := w.Write(make([]byte, callgate.MaxDocument+1)); err == nil {
				t.Error("no error from Write")
			}
		}), callgate.ReasonTooLong, "65536"},
		{"panic", panics("hunter2"), callgate.ReasonPanic, "panic (string) in"},
		{"panic with an error", panics(errors.New("hunter2")), callgate.ReasonPanic, "panic (*errors.errorString) in"},
		{"panic of the runtime", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { nothing["hunter2"] = 1 }), callgate.ReasonPanic, "assignment to entry in nil map"},
		{"status that is none", writes(1000, "", welcome), callgate.ReasonPanic, "panic (string)"},
		{"abort", panics(http.ErrAbortHandler), callgate.ReasonAborted, "gave up"},
		{"exit", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { panic(nil) }), callgate.ReasonPanic, "panic called with nil argument"},
	} {
		t.Run(c.name, func(t *testing.T) {
			resp, body, event := serve(t, config(t), c.handler, signedPost(t, "/ivr", ""))
			if resp.StatusCode != 200 {
				t.Errorf("status %d", resp.StatusCode)
			}
			checkHeader(t, resp, body)
			if event.Reason != c.want || !strings.Contains(event.Detail, c.detail) {
				t.Errorf("%q %q, want %q %q", event.Reason, event.Detail, c.want, c.detail)
			}
			if strings.Contains(fmt.Sprintf("%+v", event), "hunter2") {
				t.Errorf("the event shows what the handler said: %+v", event)
			}
			rescued := body == string(rescueDocument(t, "en"))
			if c.want == "" {
				if rescued || event.Outcome != callgate.OutcomeAccepted || event.Rescue != callgate.RescuedNot {
					t.Errorf("%s %+v", body, event)
				}
			} else if !rescued || event.Outcome != callgate.OutcomeRescued || event.Rescue != callgate.RescuedWithDocument {
				t.Errorf("%s %+v", body, event)
			}
		})
	}
}

// checkHeader checks what every document carries.
func checkHeader(t *testing.T, resp *http.Response, body string) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Type":           "text/xml; charset=utf-8",
		"Content-Length":         fmt.Sprint(len(body)),
		"Cache-Control":          "no-store",
		"X-Content-Type-Options": "nosniff",
		"Location":               "",
		"Content-Encoding":       "",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestVoiceHeaders shows what passes of the handler's headers.
func TestVoiceHeaders(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		w.Header().Set("Content-Length", "3")
		w.Header().Set("Transfer-Encoding", "chunked")
		w.Header().Set("Cache-Control", "public")
		io.WriteString(w, welcome)
	})
	resp, body, _ := serve(t, config(t), h, signedPost(t, "/", ""))
	checkHeader(t, resp, body)
	if cookies := resp.Header["Set-Cookie"]; len(cookies) != 2 || resp.Header.Get("Transfer-Encoding") != "" {
		t.Errorf("%v", resp.Header)
	}
	h2 := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "a=1")
		w.WriteHeader(500)
	})
	resp, _, _ = serve(t, config(t), h2, signedPost(t, "/", ""))
	if resp.Header.Get("Set-Cookie") != "" {
		t.Error("a rescue carries the headers of the answer that failed")
	}
}

// TestAudio: a carrier plays an answer that is audio.
func TestAudio(t *testing.T) {
	for _, contentType := range []string{"audio/mpeg", "Audio/wav"} {
		resp, body, event := serve(t, config(t), writes(0, contentType, "ID3\x04\x00"), signedPost(t, "/", ""))
		if body != "ID3\x04\x00" || resp.Header.Get("Content-Type") != contentType || event.Outcome != callgate.OutcomeAccepted {
			t.Errorf("%q %v %+v", body, resp.Header, event)
		}
	}
	if _, _, event := serve(t, config(t), writes(0, "audio/", "x"), signedPost(t, "/", "")); event.Reason != callgate.ReasonDocument {
		t.Errorf("%+v", event)
	}
}

// TestStatusAnswers has what a handler can do on a status route.
func TestStatusAnswers(t *testing.T) {
	for _, c := range []struct {
		name    string
		handler http.Handler
		status  int
		body    string
		outcome callgate.Outcome
		reason  callgate.Reason
	}{
		{"nothing", writes(0, "", ""), 204, "", callgate.OutcomeAccepted, ""},
		{"no content", writes(204, "", ""), 204, "", callgate.OutcomeAccepted, ""},
		{"no content, with some", writes(204, "", "x"), 204, "", callgate.OutcomeAccepted, ""},
		{"empty and fine", writes(200, "", ""), 200, "", callgate.OutcomeAccepted, ""},
		{"text", writes(0, "text/plain", "ok"), 200, "ok", callgate.OutcomeAccepted, ""},
		{"document", writes(0, "text/xml", "<Response/>"), 200, "<Response/>", callgate.OutcomeAccepted, ""},
		{"not found", writes(404, "text/plain", "no such call"), 404, "no such call", callgate.OutcomeAccepted, ""},
		{"error", writes(500, "text/plain", "later"), 500, "later", callgate.OutcomeAccepted, ""},
		{"redirect", http.RedirectHandler("/x", 307), 404, "Not Found\n", callgate.OutcomeFailed, callgate.ReasonRedirect},
		{"too long", writes(0, "", strings.Repeat("x", callgate.MaxDocument+1)), 500, "Internal Server Error\n", callgate.OutcomeFailed, callgate.ReasonTooLong},
		{"panic", panics("hunter2"), 500, "Internal Server Error\n", callgate.OutcomeFailed, callgate.ReasonPanic},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := config(t)
			config.Routes[0].Kind = callgate.KindStatus
			resp, body, event := serve(t, config, c.handler, signedPost(t, "/", ""))
			if resp.StatusCode != c.status || body != c.body {
				t.Errorf("%d %q, want %d %q", resp.StatusCode, body, c.status, c.body)
			}
			if event.Outcome != c.outcome || event.Reason != c.reason || event.Status != c.status || event.Rescue != callgate.RescuedNot {
				t.Errorf("%+v", event)
			}
			if resp.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%v", resp.Header)
			}
		})
	}
}

// TestRefused has refusals on each kind of route, with a signature and without.
func TestRefused(t *testing.T) {
	wrongSignature := func(r *http.Request) { r.Header.Set(twilio.Header, strings.Repeat("A", 27)+"=") }
	for _, c := range []struct {
		name   string
		change func(*http.Request)
		reason callgate.Reason
		status int // where the true one is told
	}{
		{"wrong signature", wrongSignature, callgate.ReasonMismatch, 403},
		{"malformed signature", func(r *http.Request) { r.Header.Set(twilio.Header, "x") }, callgate.ReasonMalformed, 403},
		{"profile", func(r *http.Request) {
			signedAgain(t, r, strings.Replace(voiceForm(""), "Direction=inbound", "Direction=up", 1))
		}, callgate.ReasonProfile, 403},
		{"not allowed", func(r *http.Request) {
			r.RequestURI = "/restricted"
			signedAgain(t, r, voiceForm(""))
		}, callgate.ReasonDenied, 403},
		{"target", func(r *http.Request) { r.RequestURI = "/a/../b" }, callgate.ReasonTarget, 404},
		{"method", func(r *http.Request) { r.Method = "PUT" }, callgate.ReasonMethod, 405},
		{"too large", func(r *http.Request) { r.ContentLength = 1 << 20 }, callgate.ReasonTooLarge, 413},
		{"body", func(r *http.Request) { r.Body = http.NoBody }, callgate.ReasonBody, 400},
		{"parameters", func(r *http.Request) { setBody(r, "a=%zz") }, callgate.ReasonParams, 400},
		{"content type", func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, callgate.ReasonContentType, 415},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, kind := range []callgate.Kind{callgate.KindVoice, callgate.KindStatus} {
				config := config(t)
				config.Routes[0].Kind = kind
				config.Routes = append(config.Routes, callgate.Route{Path: "/restricted", Kind: kind, Permission: "restricted"})
				r := signedPost(t, "/", "")
				c.change(r)
				if kind == callgate.KindStatus && c.reason == callgate.ReasonProfile {
					continue // status callbacks have a looser profile
				}
				resp, body, event := serve(t, config, answering, r)
				if event.Outcome != callgate.OutcomeRefused || event.Reason != c.reason {
					t.Errorf("%s: %+v", kind, event)
				}
				if kind == callgate.KindVoice {
					checkHeader(t, resp, body)
					if resp.StatusCode != 200 || body != string(rescueDocument(t, "en")) {
						t.Errorf("a caller got %d %q", resp.StatusCode, body)
					}
				} else if resp.StatusCode != c.status || body != http.StatusText(c.status)+"\n" {
					t.Errorf("%s: %d %q, want a bare %d", kind, resp.StatusCode, body, c.status)
				}
			}
		})
	}
}

// signedAgain gives a request another body and signs it.
func signedAgain(t *testing.T, r *http.Request, body string) {
	t.Helper()
	setBody(r, body)
	sign(t, r, public+r.RequestURI)
}

// TestUnsigned has requests that do not come from the carrier. None of them
// learns the support number, unless the configuration says so.
func TestUnsigned(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*http.Request)
		status int
	}{
		{"good otherwise", func(*http.Request) {}, 403},
		{"empty header", func(r *http.Request) { r.Header.Set(twilio.Header, "") }, 403},
		{"target", func(r *http.Request) { r.RequestURI = "//x" }, 404},
		{"method", func(r *http.Request) { r.Method = "GET" }, 405},
		{"too large", func(r *http.Request) { r.ContentLength = 1 << 20 }, 413},
		{"body", func(r *http.Request) { r.Body = http.NoBody }, 400},
		{"two content types", func(r *http.Request) { r.Header.Add("Content-Type", "x/y") }, 415},
		{"content type", func(r *http.Request) { r.Header.Set("Content-Type", "x/y") }, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, policy := range []callgate.UnsignedPolicy{callgate.UnsignedForbid, callgate.UnsignedRescue} {
				config := config(t)
				config.Unsigned = policy
				resp, body, event := serve(t, config, answering, func() *http.Request {
					r := signedPost(t, "/", "")
					r.Header.Del(twilio.Header)
					c.change(r)
					return r
				}())
				if event.Outcome != callgate.OutcomeRefused || event.Verified {
					t.Errorf("%+v", event)
				}
				if policy == callgate.UnsignedRescue {
					if resp.StatusCode != 200 || body != string(rescueDocument(t, "en")) {
						t.Errorf("%d %q", resp.StatusCode, body)
					}
					continue
				}
				if resp.StatusCode != c.status || body != http.StatusText(c.status)+"\n" {
					t.Errorf("%d %q, want a bare %d", resp.StatusCode, body, c.status)
				}
				if allow := resp.Header.Get("Allow"); (allow == "POST") != (c.status == 405) {
					t.Errorf("Allow: %q", allow)
				}
			}
		})
	}
}

// TestHandlerSees checks what a handler is given.
func TestHandlerSees(t *testing.T) {
	r := signedPost(t, "/ivr?x=%2f", "&Digits=1")
	original := r.Body
	_, body, event := serve(t, config(t), http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		a, ok := callgate.AdmissionFrom(in.Context())
		if !ok || a.Params.Get("Digits") != "1" {
			t.Error("no admission")
		}
		for range 2 { // the second time nothing is left
			b, err := io.ReadAll(in.Body)
			if err != nil || len(b) != 0 && string(b) != string(a.Body) {
				t.Errorf("body %q, %v", b, err)
			}
		}
		if err := in.Body.Close(); err != nil {
			t.Error(err)
		}
		deadline, ok := in.Context().Deadline()
		if until := time.Until(deadline); !ok || until > callgate.DefaultDeadline || until < callgate.DefaultDeadline-time.Minute {
			t.Errorf("deadline in %v", until)
		}
		if in.RequestURI != r.RequestURI || in.URL != r.URL || in == r {
			t.Error("another request")
		}
		if in.Context().Value(ownKey{}) != "mine" {
			t.Error("the context has lost what it had")
		}
		io.WriteString(w, welcome)
	}), r.WithContext(context.WithValue(r.Context(), ownKey{}, "mine")))
	if body != welcome {
		t.Errorf("%+v", event)
	}
	if r.Body != original {
		t.Error("the request that came was changed")
	}
}

type ownKey struct{}

// TestFormValue: a handler that does read the form finds what was verified.
func TestFormValue(t *testing.T) {
	_, body, _ := serve(t, config(t), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "<Response><Say>%s</Say></Response>", r.PostFormValue("Digits"))
	}), signedPost(t, "/", "&Digits=7"))
	if !strings.Contains(body, "<Say>7</Say>") {
		t.Error(body)
	}
}

// TestDeadline has handlers that take their time, under a clock that does not.
func TestDeadline(t *testing.T) {
	for _, kind := range []callgate.Kind{callgate.KindVoice, callgate.KindStatus} {
		synctest.Test(t, func(t *testing.T) {
			c := config(t)
			c.Routes[0].Kind = kind
			var late error
			returned := make(chan struct{})
			start := time.Now()
			resp, body, event := serve(t, c, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(returned)
				io.WriteString(w, welcome[:20])
				time.Sleep(time.Minute) // it does not look at its context
				w.Header().Set("Set-Cookie", "late=1")
				w.WriteHeader(500)
				_, late = io.WriteString(w, "late")
				panic("late")
			}), signedPost(t, "/", ""))
			if took := time.Since(start); took != callgate.DefaultDeadline || event.Duration != took {
				t.Errorf("answered after %v; event: %v", took, event.Duration)
			}
			if event.Reason != callgate.ReasonDeadline || !strings.Contains(event.Detail, "10s") {
				t.Errorf("%+v", event)
			}
			if kind == callgate.KindVoice {
				if body != string(rescueDocument(t, "en")) || event.Outcome != callgate.OutcomeRescued {
					t.Errorf("%s", body)
				}
			} else if resp.StatusCode != 503 || event.Outcome != callgate.OutcomeFailed {
				t.Errorf("%d", resp.StatusCode)
			}
			<-returned
			if !errors.Is(late, http.ErrHandlerTimeout) || resp.Header.Get("Set-Cookie") != "" {
				t.Errorf("a late write: %v, %v", late, resp.Header)
			}
		})
	}
}

// letGo waits, on the clock of a bubble, for handlers that do not heed their context.
func letGo() { time.Sleep(2 * time.Hour) }

// TestDeadlineHeeded has a handler that stops when its context ends.
func TestDeadlineHeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := config(t)
		c.Deadline = 3 * time.Second
		_, body, event := serve(t, c, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			http.Error(w, r.Context().Err().Error(), 500)
		}), signedPost(t, "/", ""))
		if event.Duration != 3*time.Second || event.Outcome != callgate.OutcomeRescued || body != string(rescueDocument(t, "en")) {
			t.Errorf("%+v %s", event, body)
		}
	})
}

// TestDeadlineInTime answers in the last moment.
func TestDeadlineInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, body, event := serve(t, config(t), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(callgate.DefaultDeadline - time.Millisecond)
			io.WriteString(w, welcome)
		}), signedPost(t, "/", ""))
		if body != welcome || event.Outcome != callgate.OutcomeAccepted {
			t.Errorf("%+v %s", event, body)
		}
	})
}

// TestSlowBody uses up the deadline with the body.
func TestSlowBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer letGo()
		r := signedPost(t, "/", "")
		r.Body = io.NopCloser(&slowReader{r.Body, 6 * time.Second})
		_, body, event := serve(t, config(t), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(5 * time.Second)
			io.WriteString(w, welcome)
		}), r)
		if event.Duration != callgate.DefaultDeadline || event.Reason != callgate.ReasonDeadline || !strings.Contains(body, support) {
			t.Errorf("%+v %s", event, body)
		}
	})
}

// slowReader waits once.
type slowReader struct {
	io.Reader
	wait time.Duration
}

func (r *slowReader) Read(p []byte) (int, error) {
	time.Sleep(r.wait)
	r.wait = 0
	return r.Reader.Read(p)
}

// TestSlowBodyOnTheWire has a client that sends half a body and waits, and a
// server without any time limit of its own.
func TestSlowBodyOnTheWire(t *testing.T) {
	for target, want := range map[string]callgate.Reason{"/": callgate.ReasonBody, "//": callgate.ReasonTarget} {
		t.Run(target, func(t *testing.T) {
			c := config(t)
			c.Deadline = 50 * time.Millisecond
			events := make(chan callgate.Event, 1)
			c.Observe = func(_ context.Context, e callgate.Event) { events <- e }
			s := httptest.NewServer(newGate(t, c).Handler(answering))
			defer s.Close()
			conn, err := net.Dial("tcp", s.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: h\r\nContent-Length: 500\r\n", target)
			signedPost(t, "/", "").Header.Write(conn)
			io.WriteString(conn, "\r\nCallSid=")
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			if event := <-events; event.Reason != want || resp.StatusCode != 200 || !resp.Close {
				t.Errorf("%+v %+v", event, resp)
			}
		})
	}
}

// TestGone has a sender who goes away.
func TestGone(t *testing.T) {
	for _, heeds := range []string{"handler heeds it", "handler does not"} {
		t.Run(heeds, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				defer letGo()
				ctx, cancel := context.WithCancel(context.Background())
				time.AfterFunc(time.Second, cancel)
				_, body, event := serve(t, config(t), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if heeds == "handler does not" {
						time.Sleep(time.Hour)
					}
					<-r.Context().Done()
					w.WriteHeader(500)
				}), signedPost(t, "/", "").WithContext(ctx))
				if event.Outcome != callgate.OutcomeGone || event.Reason != callgate.ReasonGone || event.Duration != time.Second {
					t.Errorf("%+v", event)
				}
				// If it was the server that stopped, the caller is still there.
				if body != string(rescueDocument(t, "en")) {
					t.Error(body)
				}
			})
		})
	}
}

// TestGoneStatus is the same where there is no caller.
func TestGoneStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := config(t)
		c.Routes[0].Kind = callgate.KindStatus
		defer letGo()
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Second, cancel)
		resp, _, event := serve(t, c, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Hour)
		}), signedPost(t, "/", "").WithContext(ctx))
		if event.Outcome != callgate.OutcomeGone || resp.StatusCode != 503 {
			t.Errorf("%d %+v", resp.StatusCode, event)
		}
	})
}

// TestOuterDeadline has a deadline in front of the gate that ends first.
func TestOuterDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer letGo()
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_, body, event := serve(t, config(t), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Hour)
		}), signedPost(t, "/", "").WithContext(ctx))
		if event.Reason != callgate.ReasonDeadline || event.Duration != 2*time.Second || body != string(rescueDocument(t, "en")) {
			t.Errorf("%+v %s", event, body)
		}
	})
}

// TestAbortedStatus: where nobody is to be rescued, http.ErrAbortHandler means
// what it means to net/http.
func TestAbortedStatus(t *testing.T) {
	c := config(t)
	c.Routes[0].Kind = callgate.KindStatus
	events := make(chan callgate.Event, 1)
	c.Observe = func(_ context.Context, e callgate.Event) { events <- e }
	s := httptest.NewServer(newGate(t, c).Handler(panics(http.ErrAbortHandler)))
	defer s.Close()
	req, err := http.NewRequest("POST", s.URL, strings.NewReader(voiceForm("")))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = signedPost(t, "/", "").Header
	if resp, err := s.Client().Do(req); err == nil {
		t.Errorf("an answer: %s", resp.Status)
	}
	if event := <-events; event.Outcome != callgate.OutcomeFailed || event.Reason != callgate.ReasonAborted || event.Status != 0 {
		t.Errorf("%+v", event)
	}
}

// TestUpstreamBreaksOff has a reverse proxy behind the gate whose upstream stops
// in the middle of its answer.
func TestUpstreamBreaksOff(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, welcome)
	}))
	defer upstream.Close()
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", upstream.Listener.Addr().String()
		},
		ErrorLog: discardLog,
	}
	r := signedPost(t, "/", "")
	// Only under a server does the proxy panic.
	r = r.WithContext(context.WithValue(r.Context(), http.ServerContextKey, &http.Server{}))
	_, body, event := serve(t, config(t), proxy, r)
	if body != string(rescueDocument(t, "en")) || event.Reason != callgate.ReasonAborted {
		t.Errorf("%s %+v", body, event)
	}
}

// TestVerifierPanics must not leave a caller alone, nor tell strangers anything.
func TestVerifierPanics(t *testing.T) {
	c := config(t)
	c.Verifier = panicking{}
	resp, body, event := serve(t, c, answering, signedPost(t, "/", ""))
	if resp.StatusCode != 500 || body != "Internal Server Error\n" || event.Reason != callgate.ReasonPanic {
		t.Errorf("%d %s %+v", resp.StatusCode, body, event)
	}
}

type panicking struct{}

func (panicking) Verify(*callgate.Request) (callgate.Proof, error) { panic("no key") }

// TestManyAtOnce is for the race detector: requests that share everything that
// requests can share, some with handlers that go on after their deadline.
func TestManyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := config(t)
		events := make(chan callgate.Event, 1000)
		c.Observe = func(_ context.Context, e callgate.Event) { events <- e }
		release := make(chan struct{})
		h := newGate(t, c).Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			a, _ := callgate.AdmissionFrom(r.Context())
			switch a.Params.Get("Digits") {
			case "0":
				<-release
				a.SetLanguage("de")
			case "1":
				panic("one")
			case "2":
				w.WriteHeader(404)
			}
			w.Header().Set("Set-Cookie", "x=y")
			io.WriteString(w, strings.Replace(welcome, "Welcome", a.Params.Get("Digits"), 1))
		}))
		const n = 100
		var wg sync.WaitGroup
		for i := range n {
			r := signedPost(t, "/", fmt.Sprintf("&Digits=%d", i%5))
			wg.Go(func() {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if digits := i % 5; digits > 2 && !strings.Contains(w.Body.String(), fmt.Sprintf("<Say>%d.</Say>", digits)) {
					t.Errorf("%d got %s", digits, w.Body)
				}
			})
		}
		wg.Wait()
		close(release)
		if len(events) != n {
			t.Errorf("%d events for %d requests", len(events), n)
		}
	})
}
