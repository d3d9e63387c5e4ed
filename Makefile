# make run and make test install what they need.

.PHONY: run test build lint fuzz bench docs pictures proxies-table help
.DEFAULT_GOAL := help

run: build ## serve the demonstration line on the loopback interface, with a key made for this run
	bin/callgate serve --dev $(ARGS)

test: ## everything that continuous integration runs
	scripts/test.sh

build: ## build bin/callgate
	scripts/setup.sh build
	go build -o bin/callgate ./cmd/callgate

lint: ## gofmt, go vet, staticcheck and go mod tidy
	scripts/setup.sh
	scripts/lint.sh

fuzz: ## every fuzz target for a minute: make fuzz FUZZTIME=10m
	scripts/setup.sh
	FUZZTIME=$(or $(FUZZTIME),60s) scripts/fuzz.sh

bench: ## measure Callgate and its peers side by side
	scripts/setup.sh
	scripts/interop-setup.sh
	go -C bench run ./sidebyside

docs: build ## manual pages and completion scripts, into dist
	bin/callgate man dist/man/man1
	mkdir -p dist/completion
	for shell in bash zsh fish; do bin/callgate completion $$shell >dist/completion/callgate.$$shell; done

pictures: build ## draw the example flows into docs/pictures
	scripts/pictures.sh

proxies-table: ## docs/misconfigured-proxies.md, by running every misconfigured proxy
	scripts/interop-setup.sh
	go test ./interop/misconfigured -count=1 -run Table -write

help: ## this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 10
