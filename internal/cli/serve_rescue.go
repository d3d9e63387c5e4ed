package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/config"
)

// rescue makes the documents that stand for all routes: those of the configuration,
// and apologies in the languages of routes that it has none for.
func (b *builder) rescue() callgate.Rescue {
	language := b.config.Language
	configured := map[string]config.Rescue{}
	maps.Copy(configured, b.config.Rescue)
	for _, l := range b.languages() {
		text, ok := callgate.Apology(l)
		if _, have := configured[l]; ok && !have {
			configured[l] = config.Rescue{Say: text}
		}
	}
	documents := b.documents("rescue", configured)
	if documents[language] == nil {
		b.fault("rescue", fmt.Errorf("has no text for %q, the language of the server, and there is none built in; write one", language))
		documents[language] = b.standIn()
	}
	documents[""] = documents[language] // for callers of any other language
	return callgate.Rescue{Documents: documents}
}

// languages returns that of the server and those of the routes.
func (b *builder) languages() []string {
	list := []string{b.config.Language}
	for _, r := range b.config.Routes {
		if r.Language != "" {
			list = append(list, r.Language)
		}
	}
	return list
}

// standIn stands for a document that could not be made, so that the rest of the
// configuration can be checked.
func (b *builder) standIn() []byte {
	document, err := callgate.RescueDocument("Sorry.", "", devSupportNumber)
	if err != nil {
		panic(err) // its arguments are constants
	}
	return document
}

// supportNumber reports whether there is one to call, and complains once when not.
func (b *builder) supportNumber() bool {
	var fault error
	if b.config.SupportNumber == "" {
		fault = errors.New("missing: nobody could be called when a call cannot be answered. Use --support-number, CALLGATE_SUPPORT_NUMBER or this key")
	} else if _, err := callgate.RescueDocument("Sorry.", "", b.config.SupportNumber); err != nil {
		fault = errors.New(strings.TrimPrefix(err.Error(), "rescue document: "))
	}
	if fault != nil && !b.numberWrong {
		b.numberWrong = true
		b.fault("support_number", fault)
	}
	return fault == nil
}

// documents makes the rescue documents of a key.
func (b *builder) documents(key string, rescue map[string]config.Rescue) map[string][]byte {
	documents := map[string][]byte{}
	for _, language := range slices.Sorted(maps.Keys(rescue)) {
		r := rescue[language]
		var err error
		switch {
		case r.File != "":
			if documents[language], err = readTwiml(b.path(r.File)); err != nil {
				b.fault(key+"."+language, err)
			}
		case b.supportNumber():
			if documents[language], err = callgate.RescueDocument(r.Say, language, b.config.SupportNumber); err != nil {
				b.fault(key+"."+language, err)
			}
		}
		if documents[language] == nil || err != nil {
			documents[language] = b.standIn()
		}
	}
	return documents
}
