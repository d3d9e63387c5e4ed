package flowfile_test

import (
	"fmt"

	"github.com/callgate/callgate/internal/flowfile"
	"github.com/callgate/callgate/ivr"
)

const shop = `name: Corner shop
start: welcome
exhausted: counter
nodes:
  welcome:
    menu: For our hours, press 1. To speak with us, press 2.
    options:
      1: hours
      2: countre
  hours:
    hangup: We are here from nine to six. Goodbye.
  counter:
    transfer: +15005550100
    otherwise: hours
`

func ExampleLoad() {
	flow, err := flowfile.Load("shop.yaml", []byte(shop))
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := ivr.Compile(flow); err != nil {
		fmt.Println(err)
	}
	// Output:
	// shop.yaml:9:10: error: undefined-target: there is no node "countre" in the flow: did you mean counter?
}

// A file of the wrong form is no flow at all; everything that is wrong is said.
func ExampleLoad_faults() {
	_, err := flowfile.Load("shop.yaml", []byte("name: Shop\nstart: welcome\nnodes:\n  welcome: {say: Hello, too: bye}\n"))
	fmt.Println(err)
	// Output:
	// shop.yaml:4:12: error: missing-key: say needs the key "to": the next node
	// shop.yaml:4:25: error: unknown-key: say has no key "too"; did you mean "to"?
}
