package twiml

// telnyx is TeXML, after the tables of
// developers.telnyx.com/docs/voice/programmable-voice/texml-verbs. It documents
// no method for Gather, whose action is requested as the application is set up:
// one that asks for that method is harmless and not reported.
func telnyx() *dialect {
	const number = `statusCallback statusCallbackEvent statusCallbackMethod url method
		machineDetection detectionMode machineDetectionTimeout machineDetectionPromptEndTimeout
		deepfakeDetection deepfakeDetectionCallbackUrl`
	return &dialect{
		profile: Telnyx,
		children: map[string]words{
			"Response": `Say Play Pause Gather Record Dial Redirect Hangup Reject Enqueue Leave Refer Pay Connect
				Start Stop`,
			"Gather":  "Say Play",
			"Dial":    "Number Sip Queue Conference",
			"Connect": "Stream ConversationRelay",
			"Enqueue": "",
			"Hangup":  "",
			"Reject":  "",
		},
		adds: map[string]words{
			"Response": "AIGather HttpRequest",
			"Connect":  "AIAssistant",
			"Start":    "Suppression",
			"Stop":     "Suppression",
		},
		attrs: map[string]words{
			"Number":   "sendDigits " + number,
			"Sip":      "username password " + number,
			"Queue":    "url method",
			"Enqueue":  "action method waitUrl waitUrlMethod maxWaitTimeSecs",
			"Redirect": "method",
			"Refer":    "action method",
			"Reject":   "reason",
			"Pause":    "length",
			"Say": `voice language loop gender effect voiceSpeed api_key_ref region pronunciationDictId
				languageBoost`,
			"Gather": `action method timeout input speechTimeout partialResultCallback
				partialResultCallbackMethod profanityFilter useEnhanced hints keyterms smartFormat
				transcriptionEngine model apiKeyRef region finishOnKey numDigits language validDigits
				invalidDigitsAction minDigits maxDigits`,
			"Record": `action method finishOnKey timeout maxLength playBeep trim channels
				recordingStatusCallback recordingStatusCallbackMethod transcription
				transcriptionCallback transcriptionEngine`,
			"Dial": `action method callerId fromDisplayName hangupOnStar timeout timeLimit record
				recordingChannels recordMaxLength recordingStatusCallback recordingStatusCallbackMethod
				recordingStatusCallbackEvent sendRecordingUrl ringTone audioUrl answerOnBridge
				sequential passDiversionHeader machineDetectionSpeechThreshold
				machineDetectionSpeechEndThreshold machineDetectionSilenceTimeout`,
			"Siprec": `connectorName statusCallback statusCallbackMethod track name
				includeMetadataCustomHeaders secure sessionTimeoutSecs`,
			"Recording": `recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent
				channels track trim format`,
			"Transcription": `language interimResults transcriptionEngine transcriptionTracks transcriptionCallback
				transcriptionCallbackMethod model hints keyterms smartFormat apiKeyRef region`,
			"Pay": `action method statusCallback statusCallbackMethod paymentConnector chargeAmount currency
				paymentToken paymentMethod transactionType description maxAttempts timeout
				interDigitTimeout voice language serviceLevel parameters prompts metadata`,
			"Conference": `muted startConferenceOnEnter endConferenceOnExit maxParticipants beep participantLabel
				record recordBeep recordingStatusCallback recordingStatusCallbackEvent
				recordingStatusCallbackMethod recordingTimeout trim sendRecordingUrl statusCallback
				statusCallbackMethod statusCallbackEvent waitUrl waitMethod`,
		},
		ranges: map[string]span{
			"Gather.timeout": {1, 120},
			"Dial.timeout":   {5, 120},
			"Dial.timeLimit": {60, 14400},
			"Pause.length":   {1, 180},
			"Say.loop":       {0, 10},
			"Pay.timeout":    {1, 600},
			// Telnyx counts this one in milliseconds, Twilio in seconds.
			"Number.machineDetectionTimeout": {500, 60000},
			"Sip.machineDetectionTimeout":    {500, 60000},
			"Record.maxLength":               {0, 14400},
		},
		more: map[string]words{
			"Say.voice": `AWS.Polly.* Azure.* ElevenLabs.* Telnyx.* Resemble.* Minimax.* Rime.* Inworld.*
				FishAudio.*`,
			"Number.machineDetection":    "Disable",
			"Sip.machineDetection":       "Disable",
			"Number.statusCallbackEvent": "amd dtmf deepfake",
			"Sip.statusCallbackEvent":    "amd dtmf deepfake",
			"Recording.channels":         "single",
		},
	}
}
