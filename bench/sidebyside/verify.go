package main

import (
	"crypto/hmac"
	"crypto/sha1"
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/twilio/twilio-go/client"

	"github.com/callgate/callgate/twilio"
)

// verification is one way to come to a verdict on the same signed request, or
// the hash that every way must compute.
type verification struct {
	name string
	run  func() bool // false is a wrong verdict
}

// timed is how long one way took in each round, and what it allocates.
type timed struct {
	name   string
	perOp  []time.Duration
	allocs float64
}

// sample is how long one measurement takes at least.
const sample = 200 * time.Millisecond

// verifications returns the yardstick first.
func verifications() ([]verification, error) {
	request, err := signed()
	if err != nil {
		return nil, err
	}
	text, err := signedText(request)
	if err != nil {
		return nil, err
	}
	alone, err1 := verifier(twilio.ProfileSignature)
	voice, err2 := verifier(twilio.ProfileVoice)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	signature := request.Header.Get(twilio.Header)
	validator := client.NewRequestValidator(authToken)
	kept := hmac.New(sha1.New, []byte(authToken))
	sum := make([]byte, 0, sha1.Size)
	return []verification{
		{"one HMAC-SHA1 over the signed bytes", func() bool {
			mac := hmac.New(sha1.New, []byte(authToken))
			mac.Write(text)
			return len(mac.Sum(nil)) == sha1.Size
		}},
		{"the same with the key kept ready", func() bool {
			kept.Reset()
			kept.Write(text)
			sum = kept.Sum(sum[:0])
			return len(sum) == sha1.Size
		}},
		{"Callgate, signature alone", func() bool {
			_, err := alone.Verify(request)
			return err == nil
		}},
		{"Callgate, signature and voice profile", func() bool {
			_, err := voice.Verify(request)
			return err == nil
		}},
		{"twilio-go, ValidateBody", func() bool {
			return validator.ValidateBody(request.URL, request.Body, signature)
		}},
	}, nil
}

// measureVerification runs all ways in turn, round by round, so that whatever
// else the machine does falls on all of them.
func measureVerification(rounds int) ([]timed, error) {
	ways, err := verifications()
	if err != nil {
		return nil, err
	}
	results := make([]timed, len(ways))
	for i, v := range ways {
		if !v.run() {
			return nil, errors.New(v.name + ": wrong verdict")
		}
		results[i] = timed{name: v.name, allocs: testing.AllocsPerRun(100, func() { v.run() })}
	}
	for range rounds {
		for i, v := range ways {
			took, err := perOperation(v.run)
			if err != nil {
				return nil, err
			}
			results[i].perOp = append(results[i].perOp, took)
		}
	}
	return results, nil
}

// perOperation doubles the number of operations until they take long enough. It
// counts this program's own processor time, which other programs disturb less
// than the clock.
func perOperation(run func() bool) (time.Duration, error) {
	for n := 1000; ; n *= 2 {
		before, err1 := ownTime()
		for range n {
			run()
		}
		after, err2 := ownTime()
		if err := errors.Join(err1, err2); err != nil {
			return 0, err
		}
		if took := after - before; took >= sample {
			return took / time.Duration(n), nil
		}
	}
}

func ownTime() (time.Duration, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, err
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), nil
}
