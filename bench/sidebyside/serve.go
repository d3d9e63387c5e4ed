package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/callgate/callgate/twilio"
)

// served is what one server did in each round.
type served struct {
	name string
	// perSecond is requests a second by the clock, and cost the server's own
	// processor time for one request, which other programs disturb less.
	perSecond []float64
	cost      []time.Duration
	// memory is the server's greatest resident memory at the end, in KiB.
	memory int64
}

// measurement is how long one server is loaded in one round.
const measurement = 1500 * time.Millisecond

// warmUp is how many requests come before the first measurement, for compilers
// that work while a program runs.
const warmUp = 4000

func measureServers(rounds int) ([]served, error) {
	dir, err := os.MkdirTemp("", "callgate-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	list, err := contenders(dir)
	if err != nil {
		return nil, err
	}
	request, err := signed()
	if err != nil {
		return nil, err
	}
	genuine := onWire(request, request.Header.Get(twilio.Header))
	forged := onWire(request, strings.Repeat("A", 27)+"=")

	var servers []*server
	results := make([]served, len(list))
	counts := make([]int64, len(list))
	for i, c := range list {
		s, err := start(c, dir)
		if err != nil {
			return nil, err
		}
		defer s.stop()
		servers = append(servers, s)
		results[i].name = c.name
		if err := s.check(genuine, forged, i > 0); err != nil {
			return nil, err
		}
		if counts[i], err = s.warm(genuine); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	for round := range rounds {
		for k := range servers {
			i := (k + round) % len(servers) // nobody is always the first
			if err := servers[i].measure(genuine, counts[i], &results[i]); err != nil {
				return nil, fmt.Errorf("%s: %w", servers[i].name, err)
			}
		}
	}
	for i, s := range servers {
		if results[i].memory, err = s.peakMemory(); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// warm loads a server for the first time and returns how many requests make one
// measurement.
func (s *server) warm(request []byte) (int64, error) {
	if _, err := load(s.address, warmUp, request); err != nil {
		return 0, err
	}
	took, err := load(s.address, warmUp/4, request)
	if err != nil {
		return 0, err
	}
	return max(int64(measurement.Seconds()/took.Seconds()*warmUp/4), connections), nil
}

func (s *server) measure(request []byte, n int64, into *served) error {
	before, err1 := s.processor()
	took, err2 := load(s.address, n, request)
	after, err3 := s.processor()
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	into.perSecond = append(into.perSecond, float64(n)/took.Seconds())
	into.cost = append(into.cost, (after-before)/time.Duration(n))
	return nil
}
