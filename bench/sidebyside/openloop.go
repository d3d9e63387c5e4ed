package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"
)

// openLoop sends requests when they are due, whether or not those before were answered,
// as carriers and attackers do.
type openLoop struct {
	address string
	answer  int // the length of the answer to an admitted request
	rate    int // of signed requests, a second
}

// stream is one connection of an open loop. Its answers come in the order of its requests.
type stream struct {
	net.Conn
	request []byte
	due     chan time.Time // of the requests without an answer yet
	// admitted are the times that answers to admitted requests came, and took how long
	// after the request was due that was.
	admitted []time.Time
	took     []time.Duration
	err      error
}

// unanswered bounds the requests of a connection that wait for their answer: more than
// its share of floodTime.
const unanswered = 1 << 14

// run measures a flood beside signed requests.
func (l *openLoop) run(genuine []byte, f *flood) error {
	signed, err := l.dial(slices.Repeat([][]byte{genuine}, connections), false)
	defer closeAll(signed)
	if err != nil {
		return err
	}
	forged, err := l.dial(f.forged, f.senders)
	defer closeAll(forged)
	if err != nil {
		return err
	}
	var sending, receiving sync.WaitGroup
	for _, s := range slices.Concat(signed, forged) {
		receiving.Go(func() { s.receive(l.answer) })
	}
	start := time.Now()
	from, until := start.Add(floodSettle), start.Add(floodSettle+floodTime)
	sending.Go(func() { send(signed, l.rate, start, until) })
	if len(forged) > 0 {
		sending.Go(func() { send(forged, l.rate*floodFactor, start, until) })
	}
	time.Sleep(time.Until(until))
	closeAll(signed) // who waits to write goes on
	closeAll(forged)
	sending.Wait()
	receiving.Wait()
	return f.count(signed, forged, from, until)
}

func closeAll(streams []*stream) {
	for _, s := range streams {
		_ = s.Close() // it may be closed
	}
}

func (l *openLoop) dial(requests [][]byte, senders bool) (streams []*stream, err error) {
	for i, request := range requests {
		sender := 0
		if senders {
			sender = i + 1
		}
		c, err := dialFrom(sender, l.address)
		if err != nil {
			return streams, err
		}
		streams = append(streams, &stream{Conn: c, request: request, due: make(chan time.Time, unanswered)})
	}
	return streams, nil
}

// send sends requests at a rate over the streams in turn.
func send(streams []*stream, rate int, start, until time.Time) {
	for i := 0; ; i++ {
		due := start.Add(time.Duration(i) * time.Second / time.Duration(rate))
		if !due.Before(until) {
			break
		}
		time.Sleep(time.Until(due))
		s := streams[i%len(streams)]
		s.due <- due
		if _, err := s.Write(s.request); err != nil {
			break // it was closed, because the time is over, or receive says why
		}
	}
	for _, s := range streams {
		close(s.due)
	}
}

// receive reads answers until the connection is closed, and notes those of admitted requests.
func (s *stream) receive(admitted int) {
	r := bufio.NewReader(s)
	for due := range s.due {
		length, err := readAnswer(r)
		if err != nil {
			s.err = err
			break
		}
		if length == admitted {
			now := time.Now()
			s.admitted, s.took = append(s.admitted, now), append(s.took, now.Sub(due))
		}
	}
	for range s.due { // nobody waits to put something in
	}
}

// count takes the answers that came in time.
func (f *flood) count(signed, forged []*stream, from, until time.Time) error {
	var took []time.Duration
	for _, s := range signed {
		for i, at := range s.admitted {
			if !at.Before(from) && at.Before(until) {
				took = append(took, s.took[i])
			}
		}
		if s.err != nil && !errors.Is(s.err, net.ErrClosed) {
			return s.err
		}
	}
	for _, s := range forged {
		if len(s.admitted) > 0 {
			return errors.New("a forged request was admitted")
		}
		if s.err != nil && !errors.Is(s.err, net.ErrClosed) {
			return fmt.Errorf("a forged request: %w", s.err)
		}
	}
	if len(took) == 0 {
		return errors.New("no signed request was answered")
	}
	slices.Sort(took)
	f.perSecond = append(f.perSecond, float64(len(took))/floodTime.Seconds())
	f.usual, f.worst = append(f.usual, took[len(took)/2]), append(f.worst, took[len(took)*99/100])
	return nil
}
