package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// connections is how many requests are under way at once. It keeps the server's
// core busy without making the load generator the slower side.
const connections = 8

// exchangeLimit bounds one measurement, so that a server that hangs ends it.
const exchangeLimit = time.Minute

// load sends the requests in turn, n in all, over a few connections, each waiting for
// its answer before it sends the next, and returns how long that took.
func load(address string, n int64, requests ...[]byte) (time.Duration, error) {
	conns := make([]net.Conn, connections)
	for i := range conns {
		c, err := net.Dial("tcp", address)
		if err != nil {
			return 0, err
		}
		defer c.Close()
		if err := c.SetDeadline(time.Now().Add(exchangeLimit)); err != nil {
			return 0, err
		}
		conns[i] = c
	}
	var left atomic.Int64
	left.Store(n)
	errs := make([]error, len(conns))
	start := time.Now()
	var wg sync.WaitGroup
	for i, c := range conns {
		wg.Go(func() {
			r := bufio.NewReader(c)
			for k := left.Add(-1); k >= 0 && errs[i] == nil; k = left.Add(-1) {
				_, errs[i] = exchange(c, r, requests[k%int64(len(requests))], nil)
			}
		})
	}
	wg.Wait()
	return time.Since(start), errors.Join(errs...)
}

// exchange sends one request and reads the answer.
func exchange(c io.Writer, r *bufio.Reader, request []byte, body *bytes.Buffer) (int, error) {
	if _, err := c.Write(request); err != nil {
		return 0, err
	}
	return readAnswer(r, body)
}

// readAnswer reads an answer, which must have status 200 and a Content-Length, and
// returns the latter. The body is appended to body when that is not nil.
func readAnswer(r *bufio.Reader, body *bytes.Buffer) (int, error) {
	status, err := r.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200 ")) {
		return 0, fmt.Errorf("answer %q", status)
	}
	length := -1
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, err
			}
		}
	}
	if length < 0 {
		return 0, errors.New("answer without Content-Length")
	}
	if body != nil {
		_, err = io.CopyN(body, r, int64(length))
	} else {
		_, err = r.Discard(length)
	}
	return length, err
}
