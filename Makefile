# offloadsim: two commands do everything: `make run` and `make test`.
PREFIX ?= /usr/local
DESTDIR ?=
SCENARIO ?= Scenarios/quickstart.json
ARGS ?=
BIN := .build/release/offloadsim
SOURCES := Package.swift Sources Tests

.PHONY: help build run test conformance fuzz policies bench lint format docs generate install uninstall clean prerequisites
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

prerequisites: # libsqlite3's headers; through apt where they are missing
	@Scripts/prerequisites.sh

build: prerequisites ## the program in release, at .build/release/offloadsim
	swift build -c release --product offloadsim

run: build ## simulate Scenarios/quickstart.json (SCENARIO=... ARGS=... for another)
	$(BIN) run $(SCENARIO) --force $(ARGS)

test: prerequisites ## every test, in release (debug kernels are too slow)
	swift test -c release --disable-testable-imports

conformance: build ## ONNX's backend test cases, a table per operator (ARGS=--markdown, ARGS=--newer)
	Scripts/conformance.py --bin $(BIN) $(ARGS)

fuzz: prerequisites ## damaged input for everything that reads bytes (ARGS="--iterations 100000 --target model --seed 2")
	swift build -c release --product fuzz
	.build/release/fuzz $(ARGS)

policies: build ## every policy on every scenario and on real traces, as docs/policy-comparison.md
	Scripts/policies.py --bin $(BIN) > docs/policy-comparison.md.new
	mv docs/policy-comparison.md.new docs/policy-comparison.md

bench: build ## the built-in benchmarks: kernels, simulator, recording, planning
	$(BIN) bench engine
	$(BIN) bench simulation
	$(BIN) bench recording
	$(BIN) bench planning

lint: ## formatting and doc comments, strictly
	swift format lint --strict --parallel --recursive $(SOURCES)

format: ## rewrite the sources in the project's format
	swift format --in-place --parallel --recursive $(SOURCES)

generate: build ## the files that are made by the program: JSON Schema and the sample network
	$(BIN) schema > Scenarios/scenario.schema.json
	$(BIN) export ds_cnn -o Scenarios/models --force

docs: prerequisites ## API documentation of every module, as symbol graphs for DocC in .build/docs
	Scripts/docs.sh

install: build ## copy the program to $(DESTDIR)$(PREFIX)/bin
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 $(BIN) "$(DESTDIR)$(PREFIX)/bin/offloadsim"

uninstall: ## remove the installed program
	rm -f "$(DESTDIR)$(PREFIX)/bin/offloadsim"

clean: ## remove everything that was built
	rm -rf .build
