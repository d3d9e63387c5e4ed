package callscript

import (
	"reflect"
	"strings"
	"time"

	"github.com/callgate/callgate/carrier"
)

// Carrier is what the carrier's documentation leaves open: the fields of carrier.Options,
// where they are explained, and whether it keeps cookies. What is not given has the default.
type Carrier struct {
	MaxDocuments    int           `yaml:"max_documents"`
	MaxCall         time.Duration `yaml:"max_call"`
	SpeechRate      int           `yaml:"speech_rate"` // characters a second
	PlayLength      time.Duration `yaml:"play_length"`
	MediaFailure    string        `yaml:"media_failure"`
	RingExtra       time.Duration `yaml:"ring_extra"`
	SpeechAuto      time.Duration `yaml:"speech_auto"`
	EmptyResult     string        `yaml:"empty_result"`
	GatherExtras    string        `yaml:"gather_extras"`
	GatherHangUp    string        `yaml:"gather_hang_up"`
	HTTPErrorCode   int           `yaml:"http_error_code"`
	Apology         string        `yaml:"apology"`
	SilentRecording string        `yaml:"silent_recording"`
	RecordingReady  time.Duration `yaml:"recording_ready"`
	MaxQueueSize    int           `yaml:"max_queue_size"`
	CancelStatus    string        `yaml:"cancel_status"`
	PayAttempts     int           `yaml:"pay_attempts"`
	OnRedirect      string        `yaml:"on_redirect"`
	// Cookies are kept for the call, or dropped as some carriers do: keep or drop.
	Cookies string `yaml:"cookies"`
}

// options copies the fields that go by the same name.
func (c *Carrier) options() carrier.Options {
	var o carrier.Options
	from, to := reflect.ValueOf(*c), reflect.ValueOf(&o).Elem()
	for i := range from.NumField() {
		if field := to.FieldByName(from.Type().Field(i).Name); field.IsValid() {
			field.Set(from.Field(i).Convert(field.Type()))
		}
	}
	return o
}

// check returns what is wrong, under the names that stand in a file.
func (c *Carrier) check() []string {
	var faults []string
	if c.Cookies != "" && c.Cookies != string(carrier.KeepCookies) && c.Cookies != string(carrier.DropCookies) {
		faults = append(faults, "cookies is "+c.Cookies+": it must be keep or drop")
	}
	err := c.options().Check()
	if err == nil {
		return faults
	}
	var names []string
	for f := range reflect.TypeFor[Carrier]().Fields() {
		names = append(names, "carrier: Options."+f.Name+" ", f.Tag.Get("yaml")+" ")
	}
	return append(faults, strings.Split(strings.NewReplacer(names...).Replace(err.Error()), "\n")...)
}
