package explain

// ProxyLines are the lines that are proposed for the configurations of proxies, for
// the test that the pages show them all.
var ProxyLines = proxyLines
