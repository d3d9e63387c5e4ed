package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"strconv"
	"syscall"
	"time"
)

// connections is how many requests are under way at once. It keeps the server's
// core busy without making the load generator the slower side.
const connections = 8

// exchangeLimit bounds one measurement, so that a server that hangs ends it.
const exchangeLimit = time.Minute

// load sends the requests in turn, n in all, over a few connections, each waiting for
// its answer before it sends the next, and returns how long that took.
//
// It never sleeps, but looks after one connection after the other. Were it asleep, the
// server would have to wake it with each answer, which on one machine takes the server
// several microseconds, the more often the slower it is; over a network nobody pays that.
func load(address string, n int64, requests ...[]byte) (time.Duration, error) {
	callers := make([]*caller, connections)
	for i := range callers {
		c, err := dial(address)
		if err != nil {
			return 0, err
		}
		defer c.conn.Close()
		callers[i] = c
	}
	start := time.Now()
	var sent, answered int64
	for answered < n {
		for _, c := range callers {
			done, err := c.look()
			if err != nil {
				return 0, err
			}
			if done {
				answered++
			}
			if !c.waiting && sent < n {
				if err := c.send(requests[sent%int64(len(requests))]); err != nil {
					return 0, err
				}
				sent++
			}
		}
		if time.Since(start) > exchangeLimit {
			return 0, fmt.Errorf("%d of %d answers after %v", answered, n, exchangeLimit)
		}
	}
	return time.Since(start), nil
}

// caller is a connection that is never waited for.
type caller struct {
	conn    net.Conn
	raw     syscall.RawConn
	waiting bool   // for an answer
	answer  []byte // what has come of it
}

func dial(address string) (*caller, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		conn.Close()
	}
	return &caller{conn: conn, raw: raw, answer: make([]byte, 0, 16<<10)}, err
}

func (c *caller) send(request []byte) error {
	c.waiting, c.answer = true, c.answer[:0]
	_, err := c.conn.Write(request)
	return err
}

// look takes what has come, and reports whether the answer is whole now.
func (c *caller) look() (done bool, err error) {
	if !c.waiting {
		return false, nil
	}
	var n int
	var failure error
	err = c.raw.Read(func(fd uintptr) bool {
		n, failure = syscall.Read(int(fd), c.answer[len(c.answer):cap(c.answer)])
		return true // do not wait
	})
	switch {
	case err != nil:
		return false, err
	case failure == syscall.EAGAIN || failure == syscall.EINTR:
		return false, nil
	case failure != nil:
		return false, failure
	case n == 0:
		return false, fmt.Errorf("the answer ends early, or has more than %d bytes: %q", cap(c.answer), c.answer)
	}
	c.answer = c.answer[:len(c.answer)+n]
	head, body, ok := bytes.Cut(c.answer, []byte("\r\n\r\n"))
	if !ok {
		return false, nil
	}
	length, err := contentLength(head)
	if err != nil {
		return false, err
	}
	if len(body) > length {
		return false, fmt.Errorf("an answer of %d bytes is followed by %q", length, body[length:])
	}
	c.waiting = len(body) < length
	return !c.waiting, nil
}

// contentLength reads the head of an answer, which must have status 200.
func contentLength(head []byte) (int, error) {
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 200 ")) {
		return 0, fmt.Errorf("answer %q", head)
	}
	for line := range bytes.Lines(head) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			return strconv.Atoi(string(bytes.TrimSpace(value)))
		}
	}
	return 0, fmt.Errorf("answer without Content-Length: %q", head)
}

// readAnswer reads an answer and returns the length of its body.
func readAnswer(r *bufio.Reader) (int, error) {
	var room [1 << 10]byte
	for head := room[:0]; ; {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if len(bytes.TrimSpace(line)) > 0 {
			head = append(head, line...)
			continue
		}
		length, err := contentLength(head)
		if err != nil {
			return 0, err
		}
		_, err = r.Discard(length)
		return length, err
	}
}
