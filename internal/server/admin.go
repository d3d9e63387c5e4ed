package server

import (
	"fmt"
	"net/http"
)

// NewAdmin makes the handler of the administration's endpoint:
//
//   - /healthz: 200 as long as the process answers at all;
//   - /readyz: 200 when ready returns nil, else 503 with the error's text;
//   - /metrics: the metrics.
//
// Everything else is not found. There is no login, so it belongs on the loopback
// interface.
func NewAdmin(ready func() error, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, "ok")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := ready(); err != nil {
			answer(w, http.StatusServiceUnavailable, err.Error())
			return
		}
		answer(w, http.StatusOK, "ready")
	})
	mux.Handle("GET /metrics", metrics)
	return mux
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	fmt.Fprintln(w, text)
}
