package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

const (
	// floodFactor is how many forged requests come for each that is signed.
	floodFactor = 10
	// floodShare is the part of its capacity that the server has to carry during the
	// flood. Without a flood it is nearly idle then; with more than its capacity, no
	// server can answer all that it is sent.
	floodShare = 0.5
	// floodSenders is how many connections the flood comes over.
	floodSenders = 64
	// floodTime is measured in one round, after floodSettle.
	floodTime   = 3 * time.Second
	floodSettle = 500 * time.Millisecond
)

// flood is what a server is sent besides the signed requests, and what became of these.
type flood struct {
	name string
	// forged are requests for one connection each; none is no flood.
	forged [][]byte
	// senders: each connection has an address of its own.
	senders bool

	perSecond    []float64       // of the signed requests
	usual, worst []time.Duration // until their answer: half of them, and 99 of 100, took no longer
	explained    []float64       // explanations in a round
}

// floods are the results, and at which rate signed requests came.
type floods struct {
	rate int
	list []*flood
}

func measureFlood(rounds int) (*floods, error) {
	dir, err := os.MkdirTemp("", "callgate-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "callgate")
	if err := build("..", program, "./cmd/callgate"); err != nil {
		return nil, err
	}
	request, err := signed()
	if err != nil {
		return nil, err
	}
	genuine := onWire(request, request.Header.Get(twilio.Header))
	f := &floods{}
	if f.list, err = kindsOfFlood(request); err != nil {
		return nil, err
	}
	for round := range rounds {
		for k := range f.list {
			one := f.list[(k+round)%len(f.list)] // nobody is always the first
			if err := f.measure(one, program, dir, genuine); err != nil {
				return nil, fmt.Errorf("%s: %w", one.name, err)
			}
		}
	}
	return f, nil
}

// kindsOfFlood makes the requests. The gate takes the same trouble to refuse each; to
// explain it is another matter. A request that was signed for another host is explained
// at once, and of one sender only a few a minute are. A made-up signature is searched
// for as long as a search may take, and many senders keep the queue full.
func kindsOfFlood(request *callgate.Request) ([]*flood, error) {
	v, err := verifier(twilio.ProfileVoice)
	if err != nil {
		return nil, err
	}
	var explainable, madeUp [][]byte
	for i := range floodSenders {
		body := strings.Replace(string(request.Body), "CallSid=CA01", fmt.Sprintf("CallSid=CA%02x", i), 1)
		other := &callgate.Request{Method: http.MethodPost, URL: "https://www.ivr.example.org/", Header: request.Header, Body: []byte(body)}
		signature, err := v.Sign(other)
		if err != nil {
			return nil, err
		}
		explainable = append(explainable, onWire(other, signature))
		madeUp = append(madeUp, onWire(other, fmt.Sprintf("%026dA=", i)))
	}
	return []*flood{
		{name: "quiet"},
		{name: "flood, hardly explained (one sender)", forged: explainable},
		{name: fmt.Sprintf("flood, explained without a pause (%d senders)", floodSenders), forged: madeUp, senders: true},
	}, nil
}

// measure starts a server of its own, so that no explanation waits from another round.
func (f *floods) measure(one *flood, program, dir string, genuine []byte) error {
	admin, err := freeAddress()
	if err != nil {
		return err
	}
	s, err := start(contender{"callgate serve", func(address, _ string) []string {
		return []string{program, "serve", "--listen", address, "--public-url", "https://ivr.example.org", "--admin-listen", admin, "--support-number", "+15005550100"}
	}, []string{"TWILIO_AUTH_TOKEN=" + authToken}}, dir)
	if err != nil {
		return err
	}
	defer s.stop()
	answer, err := s.once(genuine)
	if err != nil || !strings.Contains(answer, "<Gather") {
		return fmt.Errorf("a signed request was not let in: %w", err)
	}
	if _, err := load(s.address, warmUp, genuine); err != nil {
		return err
	}
	if f.rate == 0 {
		if f.rate, err = f.bearable(s, genuine); err != nil {
			return err
		}
	}
	l := openLoop{address: s.address, answer: len(answer), rate: f.rate}
	if err := l.run(genuine, one); err != nil {
		return err
	}
	explained, err := explanations(admin)
	one.explained = append(one.explained, explained)
	return err
}

// bearable returns the rate of signed requests at which the server has to carry
// floodShare of what it can, flood included: by its processor time, which other programs
// disturb less than the clock.
func (f *floods) bearable(s *server, genuine []byte) (int, error) {
	mix := append([][]byte{genuine}, f.list[1].forged[:floodFactor]...)
	n := int64(len(mix)) * warmUp / 2
	before, err1 := s.processor()
	_, err2 := load(s.address, n, mix...)
	after, err3 := s.processor()
	if err := errors.Join(err1, err2, err3); err != nil {
		return 0, err
	}
	const step = 10
	each := (after - before).Seconds() / float64(n)
	return max(int(floodShare/each/float64(len(mix)))/step*step, step), nil
}

var explanation = regexp.MustCompile(`(?m)^callgate_explanations_total\{cause="([^"]*)".*\} ([0-9.e+]+)$`)

// explanations returns how many the server made, by its metrics.
func explanations(admin string) (n float64, err error) {
	client := http.Client{Timeout: startLimit}
	answer, err := client.Get("http://" + admin + "/metrics")
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err
	}
	for _, m := range explanation.FindAllStringSubmatch(string(text), -1) {
		if m[1] != "not-explained" {
			count, err := strconv.ParseFloat(m[2], 64)
			if err != nil {
				return 0, err
			}
			n += count
		}
	}
	return n, nil
}

// dialFrom connects from an address of its own in 127.0.0.0/8, all of which is the
// loopback interface of Linux.
func dialFrom(sender int, address string) (net.Conn, error) {
	d := net.Dialer{}
	if sender > 0 {
		d.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(sender))}
	}
	return d.Dial("tcp", address)
}
