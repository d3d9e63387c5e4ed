// Command bare is the least that answers a webhook: a net/http server with the time
// limits of Callgate's, without which nobody should listen to strangers, a parsed form
// and a fixed document. It checks nothing. What Callgate costs is measured against it.
package main

import (
	"flag"
	"log"
	"net/http"
	"strconv"

	"github.com/callgate/callgate/internal/server"
)

const document = `<?xml version="1.0" encoding="UTF-8"?>
<Response><Gather numDigits="1" action="https://ivr.example.org/" method="POST" timeout="3"><Say>Welcome. Press 1 or 2.</Say></Gather><Say>Please try again.</Say><Redirect method="POST">https://ivr.example.org/</Redirect></Response>
`

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "address to listen on")
	flag.Parse()
	t := server.Timeouts{}.OrDefaults()
	s := &http.Server{
		Addr: *listen, Handler: http.HandlerFunc(answer),
		ReadHeaderTimeout: t.ReadHeader, ReadTimeout: t.Read, WriteTimeout: t.Write, IdleTimeout: t.Idle,
	}
	log.Fatal(s.ListenAndServe())
}

func answer(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "bad form", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(document)))
	if _, err := w.Write([]byte(document)); err != nil {
		return // the client is gone
	}
}
