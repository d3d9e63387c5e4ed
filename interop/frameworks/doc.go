// Package frameworks asks package explain about requests as web frameworks hand them
// to an application: Express, Flask, Django and Pyramid really receive a signed request,
// and what PHP and Laravel make of one is imitated.
//
// Each case is one from the issue threads of the carrier's libraries and names its thread. The
// framework gives what the application of the thread gave to its validator; the
// carrier's own library must refuse that, the explanation must prove the one right
// cause, and its page in docs/causes must name the way in which the same framework gives what
// the same library accepts.
package frameworks
