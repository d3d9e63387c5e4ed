package twilio

import "encoding/binary"

// grammar is the set of values that a parameter of the carrier can have. A
// grammar is as strict as the carrier's documents and captured requests allow:
// the stricter, the fewer ways there are to read the same signed bytes.
type grammar uint8

const (
	anyText     grammar = iota // what a caller, a network or the application wrote
	callAddress                // who calls or is called; see munchAddress
	apiDate                    // 2010-04-01
	callStatus                 // the closed list of call states
	direction                  // the closed list of directions
	accountID                  // a SID by its prefix
	callID                     // CA, never empty
	otherID                    // any SID, or empty
	countryCode                // two capitals, or empty
	keys                       // keys of a telephone, or what the carrier sends for none
	number                     // a decimal number, or empty
	keyword                    // a word of the carrier's own, or empty
	webAddress                 // http or https, or empty
	moment                     // a date and time in any of the carrier's spellings, or empty
	identifier                 // letters, digits and what identifiers are put together with, or empty
)

// Bounds of values. Nothing the carrier sends is longer; they keep a value from
// swallowing what follows it.
const (
	maxAddress    = 512 // a client identity has up to 256 characters, a SIP URI up to 255 octets
	maxNumberLen  = 64
	maxKeys       = 1000
	maxKeyword    = 64
	maxIdentifier = 255
	maxWebAddress = 4096
	sidLength     = 34 // two letters and 32 hexadecimal digits
)

// munch returns the length of the longest prefix of text that is a value of the
// grammar, or -1 when not even the empty prefix is one. A value v is well
// formed when munch(v) == len(v).
func (g grammar) munch(text []byte) int {
	switch g {
	case callAddress:
		return munchAddress(text)
	case apiDate:
		return munchDate(text)
	case callStatus:
		return munchWord(text, callStatuses)
	case direction:
		return munchWord(text, directions)
	case accountID:
		return munchSid(text, 'A', 'C')
	case callID:
		return munchSid(text, 'C', 'A')
	case otherID:
		return max(munchSid(text, 0, 0), 0)
	case countryCode:
		if len(text) >= 2 && isUpper(text[0]) && isUpper(text[1]) {
			return 2
		}
		return 0
	case keys:
		return max(munchRun(text, keyBytes, maxKeys), munchWord(text, keyWords))
	case number:
		return munchRun(text, numberBytes, maxNumberLen)
	case keyword:
		return munchRun(text, keywordBytes, maxKeyword)
	case webAddress:
		if hasPrefix(text, "https://") || hasPrefix(text, "http://") {
			return munchRun(text, graphicBytes, maxWebAddress)
		}
		return 0
	case moment:
		return munchRun(text, momentBytes, maxKeyword)
	case identifier:
		return munchRun(text, identifierBytes, maxIdentifier)
	}
	return len(text)
}

// accepts reports whether v is a value of the grammar.
func (g grammar) accepts(v []byte) bool { return g == anyText || g.munch(v) == len(v) }

var (
	callStatuses = []string{"queued", "initiated", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled"}
	directions   = []string{"inbound", "outbound-api", "outbound-dial"}
	// keyWords: Record sends "hangup" for the key when the caller hung up, and
	// the carrier's own example of a menu without input sends "TIMEOUT".
	keyWords = []string{"hangup", "TIMEOUT"}
	// addressWords are what networks send for a number that is withheld, where
	// it is not in small letters.
	addressWords   = []string{"Anonymous", "ANONYMOUS", "Unknown", "UNKNOWN", "Restricted", "RESTRICTED", "Unavailable", "UNAVAILABLE", "Private", "PRIVATE"}
	addressSchemes = []string{"client:", "sip:", "sips:", "tel:", "whatsapp:"}
)

// byteSet is a set of bytes.
type byteSet [256]bool

func bytesOf(groups ...string) *byteSet {
	var s byteSet
	for _, g := range groups {
		for i := range len(g) {
			s[g[i]] = true
		}
	}
	return &s
}

const (
	lowerLetters = "abcdefghijklmnopqrstuvwxyz"
	upperLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	decimals     = "0123456789"
)

var (
	keyBytes        = bytesOf(decimals, "*#ABCDabcdwW,")
	numberBytes     = bytesOf(decimals, ".-")
	keywordBytes    = bytesOf(lowerLetters, upperLetters, decimals, "_-")
	momentBytes     = bytesOf(lowerLetters, upperLetters, decimals, " ,:+-.")
	identifierBytes = bytesOf(lowerLetters, upperLetters, decimals, "_-.:@/")
	dialBytes       = bytesOf(decimals, "+ ().*#-")
	aliasBytes      = bytesOf(lowerLetters, decimals, "_-.@")
	nameBytes       = bytesOf(lowerLetters, upperLetters, decimals, "_-.")
	graphicBytes    = func() *byteSet {
		var s byteSet
		for c := 0x21; c < len(s); c++ {
			s[c] = c != 0x7f
		}
		return &s
	}()
)

func munchRun(text []byte, set *byteSet, longest int) int {
	n := 0
	for n < len(text) && n < longest && set[text[n]] {
		n++
	}
	return n
}

func munchWord(text []byte, words []string) int {
	longest := -1
	for _, w := range words {
		if len(w) > longest && hasPrefix(text, w) {
			longest = len(w)
		}
	}
	return longest
}

func hasPrefix(text []byte, prefix string) bool {
	return len(text) >= len(prefix) && string(text[:len(prefix)]) == prefix
}

func isUpper(c byte) bool  { return c >= 'A' && c <= 'Z' }
func isLower(c byte) bool  { return c >= 'a' && c <= 'z' }
func isLetter(c byte) bool { return isUpper(c) || isLower(c) }
func isHex(c byte) bool    { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' }

// munchSid matches two letters (any two capitals when they are 0) and 32
// lower-case hexadecimal digits.
func munchSid(text []byte, first, second byte) int {
	if len(text) < sidLength {
		return -1
	}
	if first == 0 && (!isUpper(text[0]) || !isUpper(text[1])) || first != 0 && (text[0] != first || text[1] != second) {
		return -1
	}
	for i := 2; i < sidLength; i += 8 {
		if !areHex(binary.LittleEndian.Uint64(text[i:])) {
			return -1
		}
	}
	return sidLength
}

// areHex is isHex for eight bytes.
func areHex(eight uint64) bool {
	const each, high = 0x0101010101010101, 0x8080808080808080
	// No byte of ASCII carries into the next one, and any other is refused. The highest
	// bit says that a byte is at least, or more than, what it is compared with.
	low := eight &^ high
	digit := (low + each*(0x80-'0')) &^ (low + each*(0x7f-'9'))
	letter := (low + each*(0x80-'a')) &^ (low + each*(0x7f-'f'))
	return eight&high == 0 && (digit|letter)&high == high
}

func munchDate(text []byte) int {
	const shape = "dddd-dd-dd"
	if len(text) < len(shape) {
		return -1
	}
	for i := range len(shape) {
		digit := text[i] >= '0' && text[i] <= '9'
		if digit != (shape[i] == 'd') || !digit && text[i] != '-' {
			return -1
		}
	}
	return len(shape)
}

// munchAddress matches who calls or is called. That is a number as the network
// sent it, which need not be E.164; a SIP or client address; a word for a
// withheld number; a name in small letters, which applications dial by; or
// nothing, which a call from a client application has.
func munchAddress(text []byte) int {
	if len(text) == 0 {
		return 0
	}
	switch c := text[0]; {
	case dialBytes[c]:
		return munchRun(text, dialBytes, maxNumberLen)
	case isUpper(c):
		return max(munchWord(text, addressWords), 0)
	case isLower(c):
		for _, scheme := range addressSchemes {
			if hasPrefix(text, scheme) {
				return munchRun(text, graphicBytes, maxAddress)
			}
		}
		return munchRun(text, aliasBytes, maxKeyword)
	}
	return 0
}
