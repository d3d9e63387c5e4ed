package flowfile

import (
	"slices"
	"strconv"

	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/twiml"
)

// kind is a kind of node. The key that is called like the kind says that a node is
// of it, and holds the most important thing about it.
type kind struct {
	name ivr.Kind
	doc  string
	// make returns an empty action and the keys that fill it, the main one first.
	make func() (ivr.Action, []field)
}

// kindOf makes a kind of a function that binds keys to an action.
func kindOf[A any, P interface {
	*A
	ivr.Action
}](name ivr.Kind, doc string, fields func(P) []field) kind {
	return kind{name, doc, func() (ivr.Action, []field) {
		a := P(new(A))
		return a, fields(a)
	}}
}

// kinds are all kinds of node that a flow file can have, in the order of the
// documentation.
func kinds() []kind {
	return slices.Concat(talking(), deciding(), connecting(), ending())
}

// to is the key for the next node.
func to(bound *string, doc string) field {
	return field{key: "to", need: required, shape: node(bound), doc: doc}
}

const theNext = "The next node."

// talking are the kinds that speak with the caller.
func talking() []kind {
	return []kind{
		kindOf(ivr.KindSay, "Speaks, or plays a file, and goes on.", func(s *ivr.Say) []field {
			return []field{
				{key: "say", goes: "prompt", need: required, shape: prompt(&s.Prompt), doc: "What the caller hears."},
				to(&s.To, theNext),
			}
		}),
		kindOf(ivr.KindMenu, "Lets the caller choose by key or by word.", func(m *ivr.Menu) []field {
			return askFields(&m.Ask, "menu", "The question, with the choices.",
				field{key: "options", need: required, shape: options(&m.Options), doc: "The choices: the key, and the node that it leads to."},
				field{key: "repeat_key", shape: key(&m.RepeatKey), doc: "The key that asks the question again. Default: none, or that of the flow."},
				field{key: "back_key", shape: key(&m.BackKey), doc: "The key that asks the question before. Default: none, or that of the flow."})
		}),
		kindOf(ivr.KindCollect, "Asks for an entry by key or voice, checks it and keeps it in a variable.", collectFields),
		kindOf(ivr.KindLanguage, "Lets the caller choose a language, each offered in itself.", func(l *ivr.ChooseLanguage) []field {
			return askFields(&l.Ask, "language", "The question in each language: it is said once in each of those offered.",
				field{key: "offers", need: required, shape: offers(&l.Offers), doc: "The choices: the key, and the language."},
				field{key: "default", shape: language(&l.Default), doc: "The language of callers who do not choose. Default: the first of the flow."},
				field{key: "remember", shape: flag(&l.Remember), doc: "Keep the choice for the caller's next calls, if they show their number."},
				to(&l.To, "The node after the choice."))
		}),
	}
}

// optionKey is a key, several, or a name for a choice that can only be said.
const optionKey = `^([0-9*#]{1,10}|[a-z][a-z0-9_-]*)$`

func options(bound *[]ivr.Option) shape {
	m := namesInOrder(bound, `a key of the telephone ("*" and "#" in quotes), several, or a name for a choice that can only be said,`, optionKey,
		func(name string, o *ivr.Option) shape {
			if isKeys(name) {
				o.Key = name
			} else {
				o.Label = name
			}
			return forms{want: "the name of a node", single: node(&o.To), object: object{what: "a choice", fields: []field{
				to(&o.To, "The node that the choice leads to."),
				{key: "words", shape: wordLists(&o.Words), doc: "What the caller may say instead, by language."},
				{key: "label", shape: words(&o.Label), doc: "The name of the choice in pictures and logs. Default: the key."},
			}}}
		})
	m.min, m.check = 1, noHiddenKey
	return m
}

func isKeys(s string) bool { return s[0] == '*' || s[0] == '#' || s[0] >= '0' && s[0] <= '9' }

// wordLists are words to say or to expect, by language.
func wordLists(bound *map[string][]string) shape {
	m := namesInto(bound, "the name of a language, such as en,", languagePattern, same, func(bound *[]string) shape {
		return list[string]{bound, words, 1}
	})
	m.form = "words by language, such as {en: [yes, sure]},"
	return m
}

func offers(bound *[]ivr.Offer) shape {
	m := namesInOrder(bound, `a key of the telephone ("*" and "#" in quotes)`, `^[0-9*#]$`,
		func(name string, o *ivr.Offer) shape {
			o.Key = name
			return forms{want: "the name of a language", single: language(&o.Language), object: object{what: "an offer", fields: []field{
				{key: "language", need: required, shape: language(&o.Language), doc: "The language."},
				{key: "words", shape: list[string]{&o.Words, words, 1}, doc: "What the caller may say instead, in that language."},
				{key: "to", shape: node(&o.To), doc: "The node after this choice. Default: that of all."},
			}}}
		})
	m.min, m.check = 1, noHiddenKey
	return m
}

func collectFields(c *ivr.Collect) []field {
	fields := []field{{key: "collect", goes: "into", need: required, shape: variable(&c.Into), doc: "The variable that the entry is kept in."}}
	fields = append(fields, askFields(&c.Ask, "ask", "The question.")...)
	return append(fields,
		field{key: "digits", shape: pointer(&c.Digits, digits), doc: "The entry is pressed. One of digits and speech."},
		field{key: "speech", shape: pointer(&c.Speech, speech), doc: "The entry is said."},
		field{key: "invalid", shape: prompts(&c.Invalid), doc: "Said before the question is asked again after an entry that breaks a rule. Default: no_match."},
		field{key: "confirm", shape: pointer(&c.Confirm, confirm), doc: "Asks whether the entry is right."},
		to(&c.To, "The node after a valid entry."),
		field{key: "on_invalid", shape: node(&c.OnInvalid), doc: "The node when the last attempt broke a rule. Default: on_no_match."},
	)
}

func digits(d *ivr.Digits) shape {
	return object{what: "an entry of digits", fields: []field{
		{key: "min", shape: count(&d.Min), doc: "The least number of digits. Default: 1."},
		{key: "max", shape: count(&d.Max), doc: "The largest number of digits, at most 30. A date needs none, every other entry does."},
		{key: "finish", shape: key(&d.Finish), doc: `The key that ends a shorter entry: "#", the default, or "*".`},
		{key: "pattern", shape: words(&d.Pattern), doc: "A regular expression (RE2) that the whole entry must match."},
		{key: "range", shape: pointer(&d.Range, func(r *ivr.Range) shape {
			return object{what: "a range", fields: []field{
				{key: "from", need: required, shape: count(&r.From), doc: "The smallest."},
				{key: "to", need: required, shape: count(&r.To), doc: "The largest."},
			}}
		}), doc: "Bounds of the entry as a number."},
		{key: "date", shape: pointer(&d.Date, dateRule), doc: "The entry is a date."},
		{key: "luhn", shape: flag(&d.Luhn), doc: "Refused: payment cards must not pass through a program; use the carrier's Pay verb."},
	}}
}

func dateRule(d *ivr.DateRule) shape {
	return object{what: "a date", fields: []field{
		{key: "layout", need: required, shape: words(&d.Layout), doc: "The order in which digits are pressed, such as DDMMYYYY or MMDD."},
		{key: "zone", shape: words(&d.Zone), doc: "Where today is, such as Europe/Paris. Default: UTC."},
		{key: "from", shape: pointer(&d.From, count), doc: "The first day, counted from today."},
		{key: "to", shape: pointer(&d.To, count), doc: "The last day, counted from today."},
	}}
}

func speech(s *ivr.Speech) shape {
	return object{what: "an entry by voice", fields: []field{
		{key: "hints", shape: wordLists(&s.Hints), doc: "Words to expect, by language."},
		{key: "pattern", shape: words(&s.Pattern), doc: "A regular expression (RE2) that the whole text must match, in lower case and without punctuation."},
	}}
}

func confirm(c *ivr.Confirm) shape {
	return object{what: "a confirmation", fields: []field{
		{key: "ask", goes: "prompt", need: required, shape: prompt(&c.Prompt), doc: "The question, which should repeat the entry."},
		{key: "yes", shape: key(&c.Yes), doc: "The key for yes. Default: 1."},
		{key: "no", shape: key(&c.No), doc: "The key for no. Default: 2."},
		{key: "below", shape: share(&c.Below), doc: "Ask only after speech of which the carrier is less sure than this, from 0 to 1, or does not say how sure it is. Default: always."},
	}}
}

// deciding are the kinds that go one way or another without the caller.
func deciding() []kind {
	return []kind{
		kindOf(ivr.KindHours, "Goes one way or another by a schedule.", hoursFields),
		kindOf(ivr.KindHTTP, "Looks something up, or reports it, at a server of yours.", httpFields),
		kindOf(ivr.KindBranch, "Goes the way of the first case that is true.", branchFields),
		kindOf(ivr.KindSet, "Gives values to variables, in the order of the file.", setFields),
		kindOf(ivr.KindCall, "Runs a subflow and goes on.", callFields),
		kindOf(ivr.KindGoto, "Goes on elsewhere. A circle that asks the caller nothing must go through a goto with max.", gotoFields),
	}
}

func hoursFields(h *ivr.Hours) []field {
	return []field{
		{key: "hours", goes: "schedule", need: required, shape: name("schedule", &h.Schedule), doc: "The schedule."},
		{key: "open", need: required, shape: node(&h.Open), doc: "The node within the hours."},
		{key: "closed", need: required, shape: node(&h.Closed), doc: "The node outside of them."},
		{key: "holiday", shape: node(&h.Holiday), doc: "The node on holidays. Default: closed."},
		{key: "holidays", shape: namesInto(&h.Holidays, "the name of a holiday", `.`, same, node), doc: "Nodes for single holidays, by their names."},
	}
}

func branchFields(b *ivr.Branch) []field {
	return []field{
		{key: "branch", goes: "cases", need: required, shape: list[ivr.Case]{&b.Cases, branchCase, 1}, doc: "The cases."},
		{key: "else", need: required, shape: node(&b.Else), doc: "The node when no case is true."},
	}
}

func setFields(s *ivr.Set) []field {
	assign := namesInOrder(&s.Assign, "the name of a variable", variablePattern, func(name string, a *ivr.Assign) shape {
		a.Var = name
		return expression(&a.Value)
	})
	assign.min = 1
	return []field{
		{key: "set", goes: "assign", need: required, shape: assign, doc: "The variables and their new values."},
		to(&s.To, theNext),
	}
}

func callFields(c *ivr.Call) []field {
	return []field{
		{key: "call", goes: "subflow", need: required, shape: name("subflow", &c.Subflow), doc: "The subflow."},
		{key: "in", shape: namesInto(&c.In, "the name of an input", variablePattern, same, expression), doc: "The inputs of the subflow and their values."},
		{key: "out", shape: namesInto(&c.Out, "the name of an output", variablePattern, same, variable), doc: "The outputs of the subflow and the variables that they go to."},
		to(&c.To, "The node after the subflow has returned."),
	}
}

func gotoFields(g *ivr.Goto) []field {
	return []field{
		{key: "goto", goes: "to", need: required, shape: node(&g.To), doc: theNext},
		{key: "max", shape: count(&g.Max), doc: "How often in a call. Default: no limit."},
		{key: "otherwise", shape: node(&g.Otherwise), doc: "The node after that."},
	}
}

func branchCase(c *ivr.Case) shape {
	return object{what: "a case", fields: []field{
		{key: "when", need: required, shape: expression(&c.When), doc: "The condition."},
		to(&c.To, "The node if it is true."),
		{key: "label", shape: words(&c.Label), doc: "The name of the case in pictures and logs. Default: the condition."},
	}}
}

func httpFields(h *ivr.HTTP) []field {
	return []field{
		{key: "http", goes: "url", need: required, shape: words(&h.URL), doc: "The address, absolute and https. Variables in it, in braces, are escaped."},
		{key: "method", shape: word(&h.Method, "GET", "POST", "PUT"), doc: "Default: GET."},
		{key: "headers", shape: namesInOrder(&h.Headers, "the name of a header", `^[A-Za-z0-9-]+$`, header), doc: "Headers of the request."},
		{key: "json", shape: namesInto(&h.JSON, "the name of a member", `.`, same, expression), doc: "The body of a POST or PUT: its members and their values."},
		{key: "outputs", shape: outputs(&h.Outputs), doc: "What is taken from the answer: the variable, and the place in the JSON."},
		{key: "timeout", shape: seconds(&h.Timeout), doc: "How long all of it may take. Default: 5s."},
		{key: "retries", shape: count(&h.Retries), doc: "How often it is asked again, within that time, when there is no connection or a status of 502, 503 or 504; at most 3. Default: 0."},
		{key: "cache", shape: seconds(&h.Cache), doc: "For how long the answer to a GET serves other calls with the same request too, at most 24h. Default: not at all."},
		{key: "filler", shape: prompt(&h.Filler), doc: "Said while it takes longer than the carrier should wait."},
		{key: "polls", shape: count(&h.Polls), doc: "How often the filler is said at most. Default: 3."},
		{key: "allow_secret", shape: flag(&h.AllowSecret), doc: "Secret variables may go to this server, in json and headers."},
		{key: "ok", need: required, shape: node(&h.OK), doc: "The node after an answer with a status of 200 to 299."},
		{key: "statuses", shape: namesInto(&h.Statuses, "a status, such as 404,", `^[1-5][0-9][0-9]$`, status, node), doc: "Nodes for other statuses."},
		{key: "error", shape: node(&h.Error), doc: "The node after every other failure. Default: on_error of the node, or of the flow."},
		{key: "timed_out", goes: "timedout", shape: node(&h.Timedout), doc: "The node when it took too long. Default: error."},
	}
}

// status reads a status that its pattern admitted.
func status(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func header(name string, h *ivr.Header) shape {
	h.Name = name
	return forms{want: "a text", single: words(&h.Value), object: object{what: "a header", fields: []field{
		{key: "secret", need: required, shape: words(&h.Secret), doc: "The name of a secret of the server's configuration."},
	}}}
}

func outputs(bound *[]ivr.Output) shape {
	return namesInOrder(bound, "the name of a variable", variablePattern, func(name string, o *ivr.Output) shape {
		o.Into = name
		return forms{want: "a place in the JSON", single: words(&o.Path), object: object{what: "an output", fields: []field{
			{key: "path", need: required, shape: words(&o.Path), doc: "The place in the JSON, such as patient.name or slots.0.day."},
			{key: "optional", shape: flag(&o.Optional), doc: "Leave the variable as it was when there is no such member."},
		}}}
	})
}

// connecting are the kinds by which the caller gets to others.
func connecting() []kind {
	return []kind{
		kindOf(ivr.KindTransfer, "Connects the caller to somebody else.", transferFields),
		kindOf(ivr.KindQueue, "Lets the caller wait for the next free person.", queueFields),
		kindOf(ivr.KindVoicemail, "Records a message.", voicemailFields),
		kindOf(ivr.KindCallback, "Promises the caller a call.", callbackFields),
	}
}

func transferFields(t *ivr.Transfer) []field {
	return []field{
		{key: "transfer", goes: "targets", need: required, shape: targets(&t.Targets), doc: "Whom to ring: a telephone number, sip:user@host, client:name, or a list of these."},
		{key: "strategy", shape: word(&t.Strategy, ivr.Sequential, ivr.Shuffled, ivr.All), doc: "One after another (the default), the same in an order that differs from call to call, or all at once."},
		{key: "ring", goes: "timeout", shape: seconds(&t.Timeout), doc: "How long each rings, from 5s to 120s. Default: 20s."},
		{key: "caller_id", shape: phone(&t.CallerID), doc: "The number that they see. Default: the caller's."},
		{key: "whisper", shape: prompt(&t.Whisper), doc: "Said to the person who answers, before the two are connected."},
		{key: "accept", shape: key(&t.Accept), doc: "The key that this person must press to take the call, so that no mailbox does."},
		{key: "record", shape: word(&t.Record, twiml.DoNotRecord, twiml.RecordFromAnswer, twiml.RecordFromRinging, twiml.RecordFromAnswerDual, twiml.RecordFromRingingDual), doc: "Record the conversation."},
		{key: "answered", shape: node(&t.Answered), doc: "The node after the conversation. Default: the call ends."},
		{key: "busy", shape: node(&t.Busy), doc: "The node when the last of them was engaged."},
		{key: "no_answer", shape: node(&t.NoAnswer), doc: "The node when the last of them did not answer."},
		{key: "failed", shape: node(&t.Failed), doc: "The node when the last of them could not be reached. Default: on_error of the node, or otherwise."},
		{key: "declined", shape: node(&t.Declined), doc: "The node when the last of them answered and did not press the key."},
		{key: "otherwise", shape: node(&t.Otherwise), doc: "The node for those of busy, no_answer, failed and declined that are not given."},
	}
}

func queueFields(q *ivr.Queue) []field {
	return []field{
		{key: "queue", goes: "name", need: required, shape: words(&q.Name), doc: "The name of the queue. Carriers see it."},
		{key: "announce", shape: prompt(&q.Announce), doc: "Said again and again. It may use queue.position, queue.size and queue.wait (in minutes)."},
		{key: "music", shape: prompt(&q.Music), doc: "Played after it."},
		{key: "max_wait", shape: seconds(&q.MaxWait), doc: "How long the caller waits at most. Default: no limit."},
		{key: "leave_key", shape: key(&q.LeaveKey), doc: "The key by which the caller stops waiting."},
		{key: "bridged", shape: node(&q.Bridged), doc: "The node after the conversation. Default: the call ends."},
		{key: "timed_out", goes: "timeout", shape: node(&q.Timeout), doc: "The node after max_wait."},
		{key: "left", shape: node(&q.Left), doc: "The node after leave_key."},
		{key: "full", shape: node(&q.Full), doc: "The node when the queue is full. Default: error."},
		{key: "error", shape: node(&q.Error), doc: "The node when queueing failed. Default: on_error of the node, or of the flow."},
	}
}

func voicemailFields(v *ivr.Voicemail) []field {
	return []field{
		{key: "voicemail", goes: "mailbox", need: required, shape: words(&v.Mailbox), doc: "Whose message it is."},
		{key: "greeting", need: required, shape: prompt(&v.Greeting), doc: "Said before the beep."},
		{key: "notify", shape: words(&v.Notify), doc: "Who is told of it: goes along with the message. It may hold variables."},
		{key: "min", shape: seconds(&v.Min), doc: "A shorter message counts as empty. Default: 1s."},
		{key: "max", shape: seconds(&v.Max), doc: "The longest message, at most 60m. Default: 3m."},
		{key: "silence", shape: seconds(&v.Silence), doc: "How much silence ends it. Default: 5s."},
		{key: "finish", shape: keys(&v.Finish), doc: `The keys of which each ends it. Default: "#".`},
		{key: "recorded", need: required, shape: node(&v.Recorded), doc: "The node after a message."},
		{key: "empty", shape: node(&v.Empty), doc: "The node when nothing was said. Default: recorded."},
	}
}

func callbackFields(c *ivr.Callback) []field {
	fields := []field{{key: "callback", goes: "list", need: required, shape: words(&c.List), doc: "Who calls back."}}
	fields = append(fields, askFields(&c.Ask, "ask", `Asks for the number, if the caller's is withheld or they want another: digits and then "#".`)...)
	return append(fields,
		field{key: "confirm", need: required, shape: prompt(&c.Confirm), doc: "Repeats the number, {callback.number|digits}, and asks whether it is right."},
		field{key: "yes", shape: key(&c.Yes), doc: "The key for yes. Default: 1."},
		field{key: "other", shape: key(&c.Other), doc: "The key for another number. Default: 2."},
		field{key: "no", shape: key(&c.No), doc: "The key for no call at all. Default: 3."},
		field{key: "slots", shape: pointer(&c.Slots, slots), doc: "Asks when to call, after the number."},
		field{key: "country", need: required, shape: digitText("a country code without +, such as 44,", &c.Country), doc: "The country code of numbers that are entered without one."},
		field{key: "trunk", shape: digitText("the digits that precede numbers within the country, such as 0,", &c.Trunk), doc: "The digits that precede numbers within the country."},
		field{key: "subject", goes: "note", shape: words(&c.Note), doc: "Goes along with the booking. It may hold variables."},
		field{key: "booked", need: required, shape: node(&c.Booked), doc: "The node after the booking."},
		field{key: "declined", need: required, shape: node(&c.Declined), doc: "The node for callers who want no call."},
		field{key: "invalid", shape: node(&c.Invalid), doc: "The node for callers who did not answer, or not understandably. Default: exhausted."},
		field{key: "error", shape: node(&c.Error), doc: "The node when the booking failed. Default: on_error of the node, or of the flow."},
	)
}

func slots(s *ivr.Slots) shape {
	choices := namesInOrder(&s.Choices, `a key of the telephone ("*" and "#" in quotes)`, `^[0-9*#]$`, func(name string, slot *ivr.Slot) shape {
		slot.Key = name
		return words(&slot.Value)
	})
	choices.min, choices.check = 1, noHiddenKey
	return object{what: "slots", fields: []field{
		{key: "ask", goes: "prompt", need: required, shape: prompt(&s.Prompt), doc: "The question when to call, with the choices."},
		{key: "choices", need: required, shape: choices, doc: "The choices: the key, and the time that goes along with the booking. It may hold variables; one that comes out empty cannot be chosen."},
	}}
}

// ending are the kinds that end the call.
func ending() []kind {
	return []kind{
		kindOf(ivr.KindHangup, "Says goodbye, or nothing, and ends the call.", func(h *ivr.Hangup) []field {
			return []field{{key: "hangup", goes: "prompt", need: required, shape: orNothing{prompt(&h.Prompt)}, doc: "What the caller hears before. Nothing: leave it empty."}}
		}),
		kindOf(ivr.KindReject, "Refuses the call without answering it, before anything was said.", func(j *ivr.Reject) []field {
			return []field{{key: "reject", goes: "reason", need: required, shape: word(&j.Reason, twiml.Rejected, twiml.Busy), doc: "What the caller hears: not in service, or busy."}}
		}),
	}
}
