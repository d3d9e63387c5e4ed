package main

import (
	"bytes"
	"os"
	"testing"
)

// The committed tables must be those of the committed schema.
func TestUpToDate(t *testing.T) {
	want, err := generate(schemaJSON)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../schema_gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("twiml/schema_gen.go is out of date: run go generate ./twiml")
	}
}
