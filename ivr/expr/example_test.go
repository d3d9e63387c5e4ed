package expr_test

import (
	"fmt"

	"github.com/callgate/callgate/ivr/expr"
)

func Example() {
	x, err := expr.Parse("age >= 18 and plan in ['gold', 'silver']")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("reads", x.Vars())

	typ, err := x.Type(func(name string) (expr.Type, bool) {
		typ, ok := map[string]expr.Type{"age": expr.Number, "plan": expr.Text}[name]
		return typ, ok
	})
	fmt.Println("is a", typ, err)

	fmt.Println(x.Eval(func(name string) expr.Value {
		return map[string]expr.Value{"age": expr.NumberValue(40), "plan": expr.TextValue("gold")}[name]
	}))
	// Output:
	// reads [age plan]
	// is a bool <nil>
	// true
}
