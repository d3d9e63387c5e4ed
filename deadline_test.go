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
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callgate/callgate"
)

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

// TestAnswersAtOnce: where the handler's promptness is vouched for, nobody looks at the
// clock, but on the routes below it.
func TestAnswersAtOnce(t *testing.T) {
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := r.Context().Deadline(); !ok {
			t.Error("the handler has no deadline")
		}
		time.Sleep(time.Minute)
		io.WriteString(w, welcome)
	})
	for path, want := range map[string]callgate.Outcome{"/": callgate.OutcomeAccepted, "/below": callgate.OutcomeRescued} {
		synctest.Test(t, func(t *testing.T) {
			c := config(t)
			c.Routes[0].AnswersAtOnce = true
			c.Routes = append(c.Routes, callgate.Route{Path: "/below"})
			_, _, event := serve(t, c, slow, signedPost(t, path, ""))
			if event.Outcome != want {
				t.Errorf("%s: %+v, want %s", path, event, want)
			}
			time.Sleep(time.Minute) // until the other handler is done
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
		if event.Duration != 3*time.Second || event.Outcome != callgate.OutcomeRescued || event.Reason != callgate.ReasonDeadline || body != string(rescueDocument(t, "en")) {
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
			c.Observe = func(_ context.Context, e *callgate.Event) { events <- *e }
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

// TestGoneAndFailed has a handler that fails because its sender went away.
func TestGoneAndFailed(t *testing.T) {
	for range 20 { // whichever is noticed first
		ctx, cancel := context.WithCancel(context.Background())
		_, _, event := serve(t, config(t), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			cancel()
			w.WriteHeader(500)
		}), signedPost(t, "/", "").WithContext(ctx))
		if event.Outcome != callgate.OutcomeGone || event.Reason != callgate.ReasonGone {
			t.Errorf("%+v", event)
		}
	}
}

// TestHandlerContext: the handler's context is one like those of package context.
func TestHandlerContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		r := signedPost(t, "/", "")
		r = r.WithContext(context.WithValue(r.Context(), key{}, "of the request"))
		var kept, child context.Context
		start, stopped := time.Now(), make(chan error, 1)
		serve(t, config(t), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			kept = r.Context()
			deadline, ok := kept.Deadline()
			if !ok || deadline.Sub(start) != callgate.DefaultDeadline || kept.Value(key{}) != "of the request" {
				t.Errorf("deadline %v, %v; value %v", deadline, ok, kept.Value(key{}))
			}
			var cancel context.CancelFunc
			child, cancel = context.WithTimeout(kept, time.Hour)
			context.AfterFunc(child, func() { stopped <- child.Err(); cancel() })
			if _, ok := callgate.AdmissionFrom(child); !ok || child.Err() != nil || child.Value(key{}) != "of the request" {
				t.Errorf("the child: %v", child)
			}
			io.WriteString(w, welcome)
		}), r)
		// With the answer it ends, and so does what was derived from it.
		if err := <-stopped; err != context.Canceled || kept.Err() != context.Canceled {
			t.Errorf("after the answer: %v, %v", err, kept.Err())
		}
		if _, ok := callgate.AdmissionFrom(kept); !ok {
			t.Error("the admission is gone")
		}
	})
}

// TestHandlerContextAskedLate asks for the first time when all is over.
func TestHandlerContextAskedLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var kept context.Context
		keep := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			kept = r.Context()
			io.WriteString(w, welcome)
		})
		serve(t, config(t), keep, signedPost(t, "/", ""))
		<-kept.Done()
		if kept.Err() != context.Canceled {
			t.Error(kept.Err())
		}
		serve(t, config(t), keep, signedPost(t, "/", ""))
		time.Sleep(callgate.DefaultDeadline)
		if kept.Err() != context.DeadlineExceeded {
			t.Error(kept.Err())
		}
	})
}

// TestHandlerContextEarlier has a request whose own deadline is the earlier one.
func TestHandlerContextEarlier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		want, _ := ctx.Deadline()
		ended := make(chan error, 1)
		serve(t, config(t), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if d, _ := r.Context().Deadline(); d != want {
				t.Errorf("%v, want %v", d, want)
			}
			<-r.Context().Done()
			ended <- r.Context().Err()
		}), signedPost(t, "/", "").WithContext(ctx))
		if err := <-ended; err != context.DeadlineExceeded {
			t.Error(err)
		}
	})
}

// TestDeadlineFailedLate has a handler that fails because its time is over, and says so
// before the gate has noticed: on one processor, which it does not let go.
func TestDeadlineFailedLate(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, kind := range []callgate.Kind{callgate.KindVoice, callgate.KindStatus} {
		c := config(t)
		c.Routes[0].Kind = kind
		c.Deadline = 2 * time.Millisecond
		_, _, event := serve(t, c, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			deadline, _ := r.Context().Deadline()
			for time.Now().Before(deadline) {
			}
			w.WriteHeader(http.StatusServiceUnavailable)
		}), signedPost(t, "/", ""))
		if event.Reason != callgate.ReasonDeadline {
			t.Errorf("%v: %+v", kind, event)
		}
	}
}
