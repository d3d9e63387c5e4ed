//go:build !race

package twilio_test

const raceDetector = false
