package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// Limits of the answers to many requests.
const (
	// maxLine bounds a line in bytes: the largest body that the gate takes by
	// default is 64 KiB, and base64 and JSON's escapes make it up to six times longer.
	maxLine = 1 << 20
	// maxVerifiers bounds how many tokens are remembered: making a verifier for a
	// token takes longer than to verify with it.
	maxVerifiers = 256
)

// jsonlAnswer is the answer to one line. Its JSON names are part of the command's
// interface.
type jsonlAnswer struct {
	ID     json.RawMessage `json:"id"`
	Valid  bool            `json:"valid"`
	Reason callgate.Reason `json:"reason,omitempty"`
}

// jsonl answers requests, one a line.
type jsonl struct {
	profile   twilio.Profile
	complain  func(line int, problem string)
	verifiers map[callgate.Secret]*twilio.Verifier
}

// run reads requests from in and writes an answer to each to out, in order. Answers are
// held back only while more requests are there already, so that a program can ask
// one and wait. It reports whether all requests were valid.
func (j *jsonl) run(in io.Reader, out io.Writer) (allValid bool, err error) {
	r := bufio.NewReaderSize(in, 64<<10)
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	allValid = true
	var line []byte
	for n := 1; ; n++ {
		tooLong := false
		line, tooLong, err = readLine(r, line[:0])
		if err != nil && err != io.EOF {
			return false, errors.Join(fmt.Errorf("reading line %d: %w", n, err), w.Flush())
		}
		if tooLong || len(bytes.TrimSpace(line)) > 0 {
			answer := j.answer(n, line, tooLong)
			allValid = allValid && answer.Valid
			if err := enc.Encode(answer); err != nil {
				return false, fmt.Errorf("writing the answer to line %d: %w", n, err)
			}
		}
		if err == io.EOF || r.Buffered() == 0 {
			if err := w.Flush(); err != nil {
				return false, fmt.Errorf("writing answers: %w", err)
			}
		}
		if err == io.EOF {
			return allValid, nil
		}
	}
}

// readLine appends the next line to buf. Of a line that is longer than maxLine it reads
// over the rest.
func readLine(r *bufio.Reader, buf []byte) (line []byte, tooLong bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if len(buf)+len(part) > maxLine {
			tooLong = true
		} else {
			buf = append(buf, part...)
		}
		if err != bufio.ErrBufferFull {
			return buf, tooLong, err
		}
	}
}

func (j *jsonl) answer(n int, line []byte, tooLong bool) jsonlAnswer {
	none := json.RawMessage(`""`)
	if tooLong {
		j.complain(n, fmt.Sprintf("longer than %d bytes", maxLine))
		return jsonlAnswer{ID: none, Reason: callgate.ReasonTooLarge}
	}
	wire, r, err := parseWire(line)
	id := wire.ID
	if id == nil {
		id = none
	}
	if err != nil {
		j.complain(n, err.Error())
		return jsonlAnswer{ID: id, Reason: callgate.ReasonMalformed}
	}
	if err := j.verify(wire.Token, r); err != nil {
		return jsonlAnswer{ID: id, Reason: reasonOf(err)}
	}
	return jsonlAnswer{ID: id, Valid: true}
}

func (j *jsonl) verify(token callgate.Secret, r *callgate.Request) error {
	v, ok := j.verifiers[token]
	if !ok {
		var err error
		if v, err = newVerifier(token, "", j.profile); err != nil {
			return callgate.Refuse(callgate.ReasonNoKey, "the token is none")
		}
		if len(j.verifiers) == maxVerifiers {
			clear(j.verifiers)
		}
		j.verifiers[token] = v
	}
	_, err := v.Verify(r)
	return err
}

// reasonOf returns the reason of a verifier's error.
func reasonOf(err error) callgate.Reason {
	var refusal *callgate.Refusal
	if errors.As(err, &refusal) {
		return refusal.Reason
	}
	return callgate.ReasonMismatch
}
