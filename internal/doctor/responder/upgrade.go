package responder

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"time"
)

// guid is what a server mixes with the key of a handshake, RFC 6455 section 1.3.
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// upgradeLimit bounds the writing of the answer. It is small, so it fits into what the
// system takes at once.
const upgradeLimit = 5 * time.Second

// upgrade answers a handshake as a WebSocket server does, and sends the answer in one
// frame: then the way back is open too. Where a connection cannot be taken over, the
// answer comes without an upgrade, and the doctor sees that.
func upgrade(w http.ResponseWriter, q *http.Request, answer []byte) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		write(w, answer)
		return
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(upgradeLimit))
	accept := sha1.Sum([]byte(q.Header.Get("Sec-WebSocket-Key") + guid))
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\n\r\n%s", base64.StdEncoding.EncodeToString(accept[:]), frame(answer))
}

// frame makes a text frame of a server, RFC 6455 section 5.2.
func frame(text []byte) []byte {
	const finalText, length16, length64 = 0x81, 126, 127
	switch n := len(text); {
	case n < length16:
		return append([]byte{finalText, byte(n)}, text...)
	case n < 1<<16:
		return append(binary.BigEndian.AppendUint16([]byte{finalText, length16}, uint16(n)), text...)
	default:
		return append(binary.BigEndian.AppendUint64([]byte{finalText, length64}, uint64(n)), text...)
	}
}
