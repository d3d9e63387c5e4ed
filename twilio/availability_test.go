package twilio_test

import (
	"errors"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// documentedParams are the parameters that the carrier's pages name for voice,
// by the page, each with a value as shown there.
var documentedParams = []struct {
	page   string
	kind   callgate.Kind
	params [][2]string
}{
	{"TwiML requests", callgate.KindVoice, params("ForwardedFrom", "+12025550110", "CallerName", "BOB", "ParentCallSid", callSid, "CallToken", "x", "StirVerstat", "TN-Validation-Passed-A", "StirPassportToken", "eyJ", "ApplicationSid", "AP00112233445566778899aabbccddeeff")},
	{"SIP and TwiML", callgate.KindVoice, params("SipDomain", "a.sip.twilio.com", "SipUsername", "alice", "SipCallId", "x@y", "SipSourceIp", "203.0.113.7", "SipDomainSid", "SD00112233445566778899aabbccddeeff", "SipHeader_X-Any", "v")},
	{"fallback", callgate.KindVoice, params("ErrorCode", "11200", "ErrorUrl", "https://ivr.example.org/x")},
	{"Gather", callgate.KindVoice, params("Digits", "12#", "SpeechResult", "yes", "Confidence", "0.9", "FinishedOnKey", "#", "msg", "Gather End")},
	{"Record", callgate.KindVoice, params("RecordingUrl", "https://api.twilio.com/x", "RecordingDuration", "5", "RecordingSid", "RE00112233445566778899aabbccddeeff", "Digits", "hangup")},
	{"Dial", callgate.KindVoice, params("DialCallStatus", "completed", "DialCallSid", callSid, "DialCallDuration", "9", "DialBridged", "true", "RecordingUrl", "https://api.twilio.com/x", "DialSipCallId", "x@y", "DialSipResponseCode", "486", "DialSipHeader_X-A", "1")},
	{"Enqueue", callgate.KindVoice, params("QueueResult", "bridged", "QueueSid", "QU00112233445566778899aabbccddeeff", "QueueTime", "7", "QueuePosition", "1", "AvgQueueTime", "3", "CurrentQueueSize", "2", "MaxQueueSize", "100", "DequeingCallSid", callSid)},
	{"Refer", callgate.KindVoice, params("ReferCallStatus", "completed", "ReferSipResponseCode", "202", "NotifySipResponseCode", "200", "ReferTransferTarget", "sip:bob@example.com")},
	{"Connect", callgate.KindVoice, params("SessionId", "VX00112233445566778899aabbccddeeff", "SessionStatus", "ended", "SessionDuration", "30", "HandoffData", `{"reason":"live agent"}`)},
	{"Pay", callgate.KindVoice, params("Result", "success", "ProfileId", "p-1", "PaymentToken", "tok_1", "PaymentConfirmationCode", "ch_1", "PaymentMethod", "credit-card", "PaymentCardNumber", "xxxx-4242", "PaymentCardType", "visa", "ExpirationDate", "1229", "SecurityCode", "xxx", "PaymentCardPostalCode", "94101", "BankAccountNumber", "xx11", "BankRoutingNumber", "xx22", "BankAccountType", "consumer-checking", "PaymentError", "", "PayErrorCode", "", "ConnectorError", "")},
	{"answering machine detection", callgate.KindVoice, params("AnsweredBy", "machine_start", "MachineDetectionDuration", "3300")},
	{"status of a call", callgate.KindStatus, params("CallDuration", "19", "Duration", "1", "RecordingUrl", "", "RecordingSid", "", "RecordingDuration", "", "Timestamp", "Mon, 17 Jul 2023 18:58:55 +0000", "CallbackSource", "call-progress-events", "SequenceNumber", "0", "SipResponseCode", "200")},
	{"recording", callgate.KindStatus, params("RecordingStatus", "completed", "RecordingChannels", "2", "RecordingStartTime", "Thu, 28 Mar 2024 10:11:12 +0000", "RecordingSource", "DialVerb", "RecordingTrack", "both")},
	{"conference", callgate.KindStatus, params("ConferenceSid", "CF00112233445566778899aabbccddeeff", "FriendlyName", "Room", "StatusCallbackEvent", "participant-leave", "Muted", "false", "Hold", "false", "Coaching", "false", "EndConferenceOnExit", "true", "StartConferenceOnEnter", "true", "CallSidToCoach", callSid, "CallSidEndingConference", callSid, "ParticipantLabel", "agent", "ParticipantLabelEndingConference", "agent", "ReasonConferenceEnded", "last-participant-left", "Reason", "Participant left", "ReasonParticipantLeft", "participant_hung_up", "ReasonAnnouncementFailed", "x", "AnnounceUrl", "https://ivr.example.org/a.mp3", "ParticipantCallStatus", "completed", "EventName", "conference-record-end")},
	{"stream", callgate.KindStatus, params("StreamSid", "MZ00112233445566778899aabbccddeeff", "StreamName", "s", "StreamEvent", "stream-error", "StreamError", "Server disconnect", "Timestamp", "2024-03-28T10:11:12.123456Z")},
	{"SIPREC", callgate.KindStatus, params("SiprecSid", "SR00112233445566778899aabbccddeeff", "SiprecName", "s", "SiprecEvent", "siprec-started", "SiprecError", "x", "SiprecErrorCode", "1")},
	{"transcription", callgate.KindStatus, params("TranscriptionSid", "GT00112233445566778899aabbccddeeff", "TranscriptionEvent", "transcription-content", "TranscriptionData", `{"transcript":"To be"}`, "TranscriptionText", "Today", "TranscriptionStatus", "completed", "TranscriptionType", "fast", "TranscriptionUrl", "https://api.twilio.com/x", "TranscriptionError", "x", "LanguageCode", "en-US", "Track", "inbound_track", "Final", "true", "SequenceId", "3", "Stability", "0.8")},
	{"partial results of Gather", callgate.KindStatus, params("UnstableSpeechResult", "Today I", "StableSpeechResult", "Today", "SequenceNumber", "2", "Stability", "0.9")},
	{"status of Pay", callgate.KindStatus, params("For", "payment-card-number", "Attempt", "1", "PartialResult", "true", "Required", "payment-card-number", "ErrorType", "timeout", "PaymentCardNumber", "xxxx")},
}

// TestDocumentedParams: each documented parameter, alone and with the others of
// its page, empty or not, and with them next to a call with places or without,
// is admitted.
func TestDocumentedParams(t *testing.T) {
	v := voiceVerifier(t)
	geo := []string{"FromCity", "FromCountry", "FromState", "FromZip", "ToCity", "ToCountry", "ToState", "ToZip",
		"CallerCity", "CallerCountry", "CallerState", "CallerZip", "CalledCity", "CalledCountry", "CalledState", "CalledZip"}
	for _, d := range documentedParams {
		t.Run(d.page, func(t *testing.T) {
			for _, base := range [][][2]string{inbound, without(inbound, geo...)} {
				check := func(c [][2]string) {
					t.Helper()
					if err := verifyPosted(t, v, d.kind, address, c); err != nil {
						t.Errorf("Verify = %v: %v", err, c)
					}
				}
				check(slices.Concat(without(base, namesOf(d.params)...), d.params))
				for _, p := range d.params {
					check(with(base, p[0], p[1]))
					if p[0] != "ParentCallSid" && p[0] != "ConferenceSid" {
						check(with(base, p[0], ""))
					}
				}
			}
		})
	}
}

func namesOf(params [][2]string) (names []string) {
	for _, p := range params {
		names = append(names, p[0])
	}
	return names
}

// TestEmptyValues: the carrier sends what it does not know as an empty value, in
// any combination.
func TestEmptyValues(t *testing.T) {
	v, random := voiceVerifier(t), rand.New(rand.NewPCG(7, 8))
	required := requiredOf(callgate.KindVoice)
	for _, c := range append(captures(t), documented...) {
		for range 300 {
			some := slices.Clone(c.params)
			for i, p := range some {
				if random.IntN(2) == 0 && !slices.Contains(required, p[0]) && p[0] != "ConferenceSid" {
					some[i][1] = ""
				}
			}
			if err := verifyPosted(t, v, c.kind, c.url, some); err != nil {
				t.Fatalf("%s: Verify = %v: %v", c.name, err, some)
			}
		}
	}
}

// TestMissingParams: and leaves out what does not apply.
func TestMissingParams(t *testing.T) {
	v, random := voiceVerifier(t), rand.New(rand.NewPCG(9, 10))
	for _, c := range append(captures(t), documented...) {
		for range 300 {
			some := slices.DeleteFunc(slices.Clone(c.params), func(p [2]string) bool {
				return random.IntN(3) == 0 && !slices.Contains(requiredOf(callgate.KindVoice), p[0]) && p[0] != "ConferenceSid"
			})
			if err := verifyPosted(t, v, c.kind, c.url, some); err != nil {
				t.Fatalf("%s: Verify = %v: %v", c.name, err, some)
			}
		}
	}
}

// TestEveryByte changes each bit of the address and the body of a captured
// request. What then means something else is refused.
func TestEveryByte(t *testing.T) {
	v := signatureOnly(t, token)
	for _, get := range []bool{false, true} {
		c := captures(t)[1]
		c.get = get
		genuine := c.request()
		same := 0
		for i := range len(genuine.URL) + len(genuine.Body) {
			for bit := range 8 {
				r := *genuine
				all := []byte(genuine.URL + string(genuine.Body))
				all[i] ^= 1 << bit
				r.URL, r.Body = string(all[:len(r.URL)]), all[len(r.URL):]
				_, err := noted(v.Verify(&r))
				if meansSame := sameMeaning(genuine, &r); (err == nil) != meansSame && !errors.Is(err, callgate.ErrParams) {
					t.Errorf("byte %d, bit %d: Verify = %v", i, bit, err)
				} else if meansSame {
					same++
				}
			}
		}
		// Only the case of the letters in a form's escapes means nothing.
		want := 0
		for _, escape := range regexp.MustCompile(`%[0-9A-F]{2}`).FindAllString(string(genuine.Body), -1) {
			want += len(strings.Trim(escape, "%0123456789"))
		}
		if same != want {
			t.Errorf("get %v: %d changes without meaning, want %d", get, same, want)
		}
	}
}

// TestEverySignatureBit changes each bit of the signature itself.
func TestEverySignatureBit(t *testing.T) {
	v := voiceVerifier(t)
	r := capture{url: address, params: inbound}.request()
	right := r.Header.Get(twilio.Header)
	for i := range len(right) {
		for bit := range 8 {
			wrong := []byte(right)
			wrong[i] ^= 1 << bit
			r.Header[twilio.Header] = []string{string(wrong)}
			_, err := noted(v.Verify(r))
			if !errors.Is(err, callgate.ErrMismatch) && !errors.Is(err, callgate.ErrMalformed) {
				t.Errorf("byte %d, bit %d: Verify = %v", i, bit, err)
			}
		}
	}
}
