// Package callgatetest calls a telephone application from its own Go tests. The
// application is any http.Handler that answers TwiML; it runs on an httptest
// server, a simulated carrier (package carrier) places signed calls to it, and time
// is virtual, so that waiting costs nothing.
//
//	func TestSales(t *testing.T) {
//		call := callgatetest.NewCarrier(t, newHandler(), callgatetest.At("/voice")).Call()
//		call.Hear("press 1 for sales")
//		call.Press("1")
//		call.Dials("+15550123", carrier.Callee{Does: carrier.Busy})
//		call.Hear("all lines are busy")
//		call.Ends(carrier.EndHangup)
//	}
//
// The methods of a Call fail the test, with the transcript since the last thing
// that went as expected, when the line does something else.
//
// An application that verifies signatures must be told the key and the address
// that the carrier uses here: Token and PublicURL. NewRequest makes a single signed
// request, for a handler that is tested without a call.
package callgatetest
