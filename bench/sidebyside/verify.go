package main

import (
	"crypto/hmac"
	"crypto/sha1"
	"errors"
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

func verifications() ([]verification, error) {
	request, verifier, text, err := signed()
	if err != nil {
		return nil, err
	}
	signature := request.Header.Get(twilio.Header)
	validator := client.NewRequestValidator(authToken)
	kept := hmac.New(sha1.New, []byte(authToken))
	sum := make([]byte, 0, sha1.Size)
	return []verification{
		{"one HMAC-SHA1, key kept ready", func() bool {
			kept.Reset()
			kept.Write(text)
			sum = kept.Sum(sum[:0])
			return len(sum) == sha1.Size
		}},
		{"one HMAC-SHA1, key set up each time", func() bool {
			mac := hmac.New(sha1.New, []byte(authToken))
			mac.Write(text)
			return len(mac.Sum(nil)) == sha1.Size
		}},
		{"callgate: twilio.Verify", func() bool {
			_, err := verifier.Verify(request)
			return err == nil
		}},
		{"twilio-go: ValidateBody", func() bool {
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
			results[i].perOp = append(results[i].perOp, perOperation(v.run))
		}
	}
	return results, nil
}

// perOperation doubles the number of operations until they take long enough.
func perOperation(run func() bool) time.Duration {
	for n := 1000; ; n *= 2 {
		start := time.Now()
		for range n {
			run()
		}
		if took := time.Since(start); took >= sample {
			return took / time.Duration(n)
		}
	}
}
