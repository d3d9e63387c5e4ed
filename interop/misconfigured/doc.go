// Package misconfigured puts real proxy servers with wrong configurations in front
// of "callgate serve", sends what the carrier's own libraries have signed, and reads in
// the server's log why it was refused.
//
// Each scenario is an edit of a tested configuration in docs/proxies, such as
// operators make: a header left out, a path behind a name, a redirect. The server
// must refuse the request, the first cause in its log must be the right one, and
// what the log tells to mend must mend it: a line of callgate.yaml is written into that
// file as it stands there, and what stands there for the proxy is applied to its wrong
// configuration. Where only a person can do that, it must name what tells the wrong
// configuration from the right one, which the scenario has. Then the same request passes.
//
// Every proxy is started once, with all of its wrong and right configurations side
// by side on ports of their own; each scenario has a server of its own. The proxies send
// no header that helps to explain unless they do so by default.
//
// The table in docs/misconfigured-proxies.md is made by "make proxies-table".
package misconfigured
