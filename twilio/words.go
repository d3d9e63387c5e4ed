package twilio

// where says in which kind of request a parameter is known.
type where uint8

const (
	inVoice where = 1 << iota
	inStatus
	inBoth = inVoice | inStatus
)

// word is a known parameter.
type word struct {
	name     string
	grammar  grammar
	where    where
	required where
	family   bool // stands for every name that starts so
	subject  bool // names what the request is about
	rank     int  // its place in the order of names
}

// words are the parameters that the carrier's documents and captured requests
// show for voice. Sources: the pages of the carrier on TwiML requests, SIP,
// Gather, Record, Dial, Enqueue, Refer, Connect, Pay, answering machine
// detection, conference, recording, stream, SIPREC and transcription
// callbacks; FinishedOnKey, msg, CalledVia and CallToken from public captures.
//
// Order does not matter. A name that is missing here is an unknown name, which
// is admitted where it cannot be confused.
var words = []word{
	{name: "AccountSid", grammar: accountID, where: inBoth, required: inBoth},
	{name: "ApiVersion", grammar: apiDate, where: inBoth, required: inVoice},
	{name: "CallSid", grammar: callID, where: inBoth, required: inVoice, subject: true},
	{name: "CallStatus", grammar: callStatus, where: inBoth, required: inVoice},
	{name: "Direction", grammar: direction, where: inBoth, required: inVoice},
	{name: "From", grammar: callAddress, where: inBoth, required: inVoice},
	{name: "To", grammar: callAddress, where: inBoth, required: inVoice},

	{name: "AddOns", where: inBoth},
	{name: "ApplicationSid", grammar: otherID, where: inBoth},
	{name: "CallToken", where: inBoth},
	{name: "Called", grammar: callAddress, where: inBoth},
	{name: "CalledCity", where: inBoth},
	{name: "CalledCountry", grammar: countryCode, where: inBoth},
	{name: "CalledState", where: inBoth},
	{name: "CalledVia", grammar: callAddress, where: inBoth},
	{name: "CalledZip", where: inBoth},
	{name: "Caller", grammar: callAddress, where: inBoth},
	{name: "CallerCity", where: inBoth},
	{name: "CallerCountry", grammar: countryCode, where: inBoth},
	{name: "CallerName", where: inBoth},
	{name: "CallerState", where: inBoth},
	{name: "CallerZip", where: inBoth},
	{name: "ForwardedFrom", grammar: callAddress, where: inBoth},
	{name: "FromCity", where: inBoth},
	{name: "FromCountry", grammar: countryCode, where: inBoth},
	{name: "FromState", where: inBoth},
	{name: "FromZip", where: inBoth},
	{name: "ParentCallSid", grammar: otherID, where: inBoth},
	{name: "StirPassportToken", where: inBoth},
	{name: "StirVerstat", grammar: keyword, where: inBoth},
	{name: "ToCity", where: inBoth},
	{name: "ToCountry", grammar: countryCode, where: inBoth},
	{name: "ToState", where: inBoth},
	{name: "ToZip", where: inBoth},

	{name: "SipCallId", where: inBoth},
	{name: "SipDomain", grammar: identifier, where: inBoth},
	{name: "SipDomainSid", grammar: otherID, where: inBoth},
	{name: "SipHeader_", where: inBoth, family: true},
	{name: "SipSourceIp", grammar: identifier, where: inBoth},
	{name: "SipUsername", where: inBoth},

	{name: "AnsweredBy", grammar: keyword, where: inBoth},
	{name: "MachineDetectionDuration", grammar: number, where: inBoth},
	{name: "ErrorCode", grammar: number, where: inBoth},
	{name: "ErrorUrl", grammar: webAddress, where: inBoth},

	{name: "Confidence", grammar: number, where: inVoice},
	{name: "Digits", grammar: keys, where: inBoth},
	{name: "FinishedOnKey", grammar: keys, where: inVoice},
	{name: "SpeechResult", where: inVoice},
	{name: "msg", where: inVoice},

	{name: "RecordingDuration", grammar: number, where: inBoth},
	{name: "RecordingSid", grammar: otherID, where: inBoth},
	{name: "RecordingUrl", grammar: webAddress, where: inBoth},

	{name: "DialBridged", grammar: keyword, where: inVoice},
	{name: "DialCallDuration", grammar: number, where: inVoice},
	{name: "DialCallSid", grammar: otherID, where: inVoice},
	{name: "DialCallStatus", grammar: keyword, where: inVoice},
	{name: "DialSipCallId", where: inVoice},
	{name: "DialSipHeader_", where: inVoice, family: true},
	{name: "DialSipResponseCode", grammar: number, where: inVoice},

	{name: "AvgQueueTime", grammar: number, where: inVoice},
	{name: "CurrentQueueSize", grammar: number, where: inVoice},
	{name: "DequeingCallSid", grammar: otherID, where: inVoice}, // spelt so by the carrier
	{name: "MaxQueueSize", grammar: number, where: inVoice},
	{name: "QueuePosition", grammar: number, where: inVoice},
	{name: "QueueResult", grammar: keyword, where: inVoice},
	{name: "QueueSid", grammar: otherID, where: inVoice},
	{name: "QueueTime", grammar: number, where: inVoice},

	{name: "HandoffData", where: inVoice},
	{name: "NotifySipResponseCode", grammar: number, where: inVoice},
	{name: "ReferCallStatus", grammar: keyword, where: inVoice},
	{name: "ReferSipResponseCode", grammar: number, where: inVoice},
	{name: "ReferTransferTarget", grammar: callAddress, where: inVoice},
	{name: "SessionDuration", grammar: number, where: inVoice},
	{name: "SessionId", grammar: identifier, where: inVoice},
	{name: "SessionStatus", grammar: keyword, where: inVoice},

	{name: "BankAccountNumber", grammar: identifier, where: inBoth},
	{name: "BankAccountType", grammar: keyword, where: inBoth},
	{name: "BankRoutingNumber", grammar: identifier, where: inBoth},
	{name: "ConnectorError", where: inVoice},
	{name: "ExpirationDate", grammar: identifier, where: inBoth},
	{name: "PayErrorCode", grammar: number, where: inVoice},
	{name: "PaymentCardNumber", grammar: identifier, where: inBoth},
	{name: "PaymentCardPostalCode", where: inBoth},
	{name: "PaymentCardType", grammar: keyword, where: inBoth},
	{name: "PaymentConfirmationCode", where: inVoice},
	{name: "PaymentError", where: inVoice},
	{name: "PaymentMethod", grammar: keyword, where: inBoth},
	{name: "PaymentToken", where: inVoice},
	{name: "ProfileId", grammar: identifier, where: inVoice},
	{name: "Result", grammar: keyword, where: inVoice},
	{name: "SecurityCode", grammar: identifier, where: inBoth},

	{name: "CallDuration", grammar: number, where: inStatus},
	{name: "CallbackSource", grammar: keyword, where: inStatus},
	{name: "Duration", grammar: number, where: inStatus},
	{name: "ErrorMessage", where: inStatus},
	{name: "SequenceNumber", grammar: number, where: inStatus},
	{name: "SipResponseCode", grammar: number, where: inStatus},
	{name: "Timestamp", grammar: moment, where: inStatus},

	{name: "RecordingChannels", grammar: number, where: inStatus},
	{name: "RecordingFileSize", grammar: number, where: inStatus},
	{name: "RecordingSource", grammar: keyword, where: inStatus},
	{name: "RecordingStartTime", grammar: moment, where: inStatus},
	{name: "RecordingStatus", grammar: keyword, where: inStatus},
	{name: "RecordingTrack", grammar: keyword, where: inStatus},

	{name: "AnnounceUrl", grammar: webAddress, where: inStatus},
	{name: "CallSidEndingConference", grammar: otherID, where: inStatus},
	{name: "CallSidToCoach", grammar: otherID, where: inStatus},
	{name: "Coaching", grammar: keyword, where: inStatus},
	{name: "ConferenceSid", grammar: otherID, where: inBoth, subject: true},
	{name: "EndConferenceOnExit", grammar: keyword, where: inStatus},
	{name: "EventName", grammar: keyword, where: inStatus},
	{name: "FriendlyName", where: inBoth},
	{name: "Hold", grammar: keyword, where: inStatus},
	{name: "Muted", grammar: keyword, where: inStatus},
	{name: "ParticipantCallStatus", grammar: keyword, where: inStatus},
	{name: "ParticipantLabel", where: inStatus},
	{name: "ParticipantLabelEndingConference", where: inStatus},
	{name: "Reason", where: inStatus},
	{name: "ReasonAnnouncementFailed", where: inStatus},
	{name: "ReasonConferenceEnded", grammar: keyword, where: inStatus},
	{name: "ReasonParticipantLeft", grammar: keyword, where: inStatus},
	{name: "StartConferenceOnEnter", grammar: keyword, where: inStatus},
	{name: "StatusCallbackEvent", grammar: keyword, where: inStatus},

	{name: "SiprecError", where: inStatus},
	{name: "SiprecErrorCode", grammar: number, where: inStatus},
	{name: "SiprecEvent", grammar: keyword, where: inStatus},
	{name: "SiprecName", where: inStatus},
	{name: "SiprecSid", grammar: otherID, where: inStatus},
	{name: "StreamError", where: inStatus},
	{name: "StreamEvent", grammar: keyword, where: inStatus},
	{name: "StreamName", where: inStatus},
	{name: "StreamSid", grammar: otherID, where: inStatus},

	{name: "Final", grammar: keyword, where: inStatus},
	{name: "LanguageCode", grammar: keyword, where: inStatus},
	{name: "SequenceId", grammar: number, where: inStatus},
	{name: "Stability", grammar: number, where: inStatus},
	{name: "StableSpeechResult", where: inStatus},
	{name: "Track", grammar: keyword, where: inStatus},
	{name: "TranscriptionData", where: inStatus},
	{name: "TranscriptionError", where: inStatus},
	{name: "TranscriptionEvent", grammar: keyword, where: inStatus},
	{name: "TranscriptionSid", grammar: otherID, where: inStatus},
	{name: "TranscriptionStatus", grammar: keyword, where: inStatus},
	{name: "TranscriptionText", where: inStatus},
	{name: "TranscriptionType", grammar: keyword, where: inStatus},
	{name: "TranscriptionUrl", grammar: webAddress, where: inStatus},
	{name: "UnstableSpeechResult", where: inStatus},

	{name: "Attempt", grammar: number, where: inStatus},
	{name: "ErrorType", where: inStatus},
	{name: "For", grammar: keyword, where: inStatus},
	{name: "PartialResult", grammar: keyword, where: inStatus},
	{name: "Required", where: inStatus},
}
