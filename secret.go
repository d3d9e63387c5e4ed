package callgate

import "log/slog"

// Secret is a key, password or token. It prints as [secret] through fmt, slog
// and encoding/json, so that a configuration or an error that carries one can
// be logged whole, unless it is the key of a map. Call Reveal where the bytes
// themselves are needed.
type Secret string

const redacted = "[secret]"

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String returns a fixed text; see Reveal.
func (s Secret) String() string { return redacted }

// GoString keeps %#v from printing the secret.
func (s Secret) GoString() string { return redacted }

// LogValue keeps slog from printing the secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText keeps encoding/json, encoding/xml and YAML encoders from printing the secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
