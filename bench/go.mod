module github.com/callgate/callgate/bench

go 1.26

require (
	github.com/callgate/callgate v0.0.0
	github.com/twilio/twilio-go v1.31.0
)

replace github.com/callgate/callgate => ../
