// Package flowfile reads call flows from YAML, the language of docs/flows.md.
//
// A flow file says what a telephone line does in words that whoever runs the line
// can read: what the caller hears, which keys lead where, when the line is open.
//
//	name: Corner shop
//	start: welcome
//	exhausted: counter
//	nodes:
//	  welcome:
//	    menu: For opening hours, press 1. To speak to us, press 2.
//	    options:
//	      1: hours
//	      2: counter
//	  hours:
//	    hangup: We are open from nine to six, Monday to Saturday. Goodbye.
//	  counter:
//	    transfer: +15005550100
//	    otherwise: closed
//	  closed:
//	    hangup: Nobody can answer right now. Please call again.
//
// Load turns it into an ivr.Flow. It is strict, because a line that does something
// else than its author thinks is worse than a file that is refused:
//
//   - a key that does not belong where it stands, or stands there twice, is a fault,
//     and so is a value of another form than the key takes; each fault has its line and
//     column, and names the word that was probably meant;
//   - telephone numbers and keys are kept as they are written, with "+" and leading
//     zeros, in quotes or not; any other text that YAML would take for a number or for
//     true must stand in quotes, so that every program that reads the file sees the same;
//   - a text that YAML cuts short, as in "press 1 or # to end", is found;
//   - anchors, aliases, tags and further documents are refused, as everywhere in
//     Callgate (package strictyaml).
//
// # One table
//
// What a file may hold stands in one set of tables: a kind of node is a list of keys,
// each bound to a field of the ivr action that it fills, with the form of its value.
// Load walks the file along these tables, and Schema describes the same tables as a JSON
// Schema for editors. A test holds the two against each other with files that were
// changed at random.
//
// # Places
//
// While it reads, Load notes where everything stands, under the names that findings of
// package ivr use, and hands them on as Flow.Locate. So "there is no node nurze" points
// at the word in the file.
package flowfile
