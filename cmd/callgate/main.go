// Callgate answers telephone calls over webhooks and lets nobody in but the
// carrier. Run "callgate help" for its commands.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // opening hours must not depend on the zones of the machine

	"github.com/callgate/callgate/internal/cli"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The second signal is not caught, so it ends a stop that takes too long.
	context.AfterFunc(ctx, stop)
	return cli.Main(ctx, os.Args[1:], cli.OSEnv())
}
