package cli

// NewRoot is for the tests that walk over all commands.
var NewRoot = newRoot
