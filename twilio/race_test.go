//go:build race

package twilio_test

const raceDetector = true
