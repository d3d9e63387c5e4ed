package explain

import "strings"

// What the carrier calls its parameters, from its documents and captures; see
// docs/twilio.md. Explanations need the names only to tell them from those of the application.

// sides are the four parties that the carrier describes: the second pair is an
// older name for the first.
var sides = []string{"From", "To", "Caller", "Called"}

// places are what it says of each; a place that is not known is sent empty.
var places = []string{"City", "State", "Zip", "Country"}

// alias maps the parameters that carry one value to each other.
var alias = map[string]string{"From": "Caller", "Caller": "From", "To": "Called", "Called": "To"}

// constants are what parameters with a closed list of values may hold, the most
// usual first.
var constants = map[string][]string{
	"ApiVersion": {"2010-04-01", "2008-08-01"},
	"Direction":  {"inbound", "outbound-api", "outbound-dial"},
	"CallStatus": {"ringing", "in-progress", "completed", "no-answer", "busy", "failed", "canceled", "queued", "initiated"},
	"msg":        {"Gather End"},
}

// otherParams are the carrier's parameters that the lists above do not hold.
var otherParams = map[string]bool{
	"CallSid": true, "AccountSid": true, "ForwardedFrom": true, "CallerName": true, "ParentCallSid": true,
	"CallToken": true, "StirVerstat": true, "StirPassportToken": true, "ApplicationSid": true,
	"SipDomain": true, "SipUsername": true, "SipCallId": true, "SipSourceIp": true, "SipDomainSid": true, "SipResponseCode": true,
	"ErrorCode": true, "ErrorUrl": true, "Digits": true, "FinishedOnKey": true, "SpeechResult": true, "Confidence": true,
	"UnstableSpeechResult": true, "Stability": true, "Language": true,
	"CallDuration": true, "Duration": true, "Timestamp": true, "CallbackSource": true, "SequenceNumber": true,
	"RecordingUrl": true, "RecordingSid": true, "RecordingDuration": true, "RecordingStatus": true, "RecordingChannels": true,
	"RecordingStartTime": true, "RecordingSource": true, "RecordingTrack": true, "RecordingErrorCode": true,
	"TranscriptionSid": true, "TranscriptionText": true, "TranscriptionStatus": true, "TranscriptionUrl": true,
	"DialCallSid": true, "DialCallStatus": true, "DialCallDuration": true, "DialBridged": true, "DialSipResponseCode": true,
	"QueuePosition": true, "QueueSid": true, "QueueTime": true, "QueueResult": true, "AvgQueueTime": true, "CurrentQueueSize": true,
	"MaxQueueSize": true, "DequeingCallSid": true, "DequeuedCallSid": true, "DequeueResult": true,
	"ConferenceSid": true, "FriendlyName": true, "StatusCallbackEvent": true, "AnsweredBy": true,
	"MessageSid": true, "SmsSid": true, "SmsMessageSid": true, "SmsStatus": true, "MessageStatus": true, "Body": true,
	"NumMedia": true, "NumSegments": true, "MessagingServiceSid": true, "RawDlrDoneDate": true,
	"ApiKeySid": true, "bodySHA256": true,
}

// freeText are the carrier's parameters whose values people have written or
// spoken: only these may begin or end with white space.
var freeText = map[string]bool{
	"Body": true, "SpeechResult": true, "UnstableSpeechResult": true, "CallerName": true, "TranscriptionText": true, "FriendlyName": true,
}

// mayBeEmpty are the carrier's parameters that are sent with an empty value,
// besides those of places.
var mayBeEmpty = []string{"Digits", "FinishedOnKey", "SpeechResult", "CallerName", "ForwardedFrom", "Body"}

// frameworkParams are what web frameworks add to parameters.
var frameworkParams = map[string]bool{
	"_method": true, "_token": true, "authenticity_token": true, "csrfmiddlewaretoken": true, "utf8": true, "_csrf": true,
	"controller": true, "action": true, "format": true, "_route": true, "_route_params": true, "_controller": true, "_format": true, "_locale": true,
	"splat": true, "captures": true, "_": true,
}

// isCarrierParam reports whether the carrier sends parameters of this name.
func isCarrierParam(name string) bool {
	if otherParams[name] || constants[name] != nil || alias[name] != "" {
		return true
	}
	if isPlace(name) || strings.HasPrefix(name, "SipHeader_") {
		return true
	}
	for _, digits := range []string{"MediaUrl", "MediaContentType"} {
		if rest, found := strings.CutPrefix(name, digits); found && strings.Trim(rest, "0123456789") == "" {
			return true
		}
	}
	return strings.HasPrefix(name, "MessagingBinding.") || strings.HasPrefix(name, "StirPassport")
}

// isPlace reports whether name is one like ToCity.
func isPlace(name string) bool {
	for _, s := range sides {
		if rest, found := strings.CutPrefix(name, s); found {
			for _, p := range places {
				if rest == p {
					return true
				}
			}
		}
	}
	return false
}

// isFreeText reports whether a value of this name may begin or end with white space.
func isFreeText(name string) bool { return freeText[name] || !isCarrierParam(name) }
