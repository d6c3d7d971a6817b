# The two commands of the README are `make demo` and `make test`; the rest is for those who change the code.
SHELL := /bin/bash
.DEFAULT_GOAL := help
CARGO ?= cargo

.PHONY: help demo test check fmt lint docs audit generated bench fuzz setup

help: ## Say what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

# What is built for the demonstration only has to be built soon: without the client for AWS, which it never asks, without debug
# information, and without optimising the parser, which the tests want. Everything else is shared with `make test`.
QUICK := --no-default-features --features remediate/app --config profile.dev.debug=false --config profile.dev.incremental=false \
	--config profile.dev.package.hcl-edit.opt-level=0 --config profile.dev.package.winnow.opt-level=0

demo: ## Build the app and show its main job on this machine: finding, pull request, merge, verification, audit trail
	@scripts/install-packages build
	@echo "Building remediate and its sandbox (a stand-in for GitHub). The first time takes a few minutes."
	@$(CARGO) build --locked -p remediate -p remediate-sandbox --bins $(QUICK)
	@target/debug/remediate-sandbox demo $(if $(YES),--yes) $(ARGS)

test: ## Install what the tests need and run them all, on SQLite and on a PostgreSQL that is started for them
	@scripts/install-packages build test
	@scripts/with-moto scripts/postgres-for-tests $(CARGO) test --locked --workspace

setup: ## Install the Debian packages that building and testing need
	@scripts/install-packages build test

check: fmt lint docs generated audit ## Everything of .ci/run but the tests

fmt: ## Formatting
	@$(CARGO) fmt --all --check

lint: ## Clippy, warnings are errors; also of the smaller builds: the demonstration's, and the floors without clients
	@$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	@$(CARGO) clippy --locked -p remediate --no-default-features --features app -- -D warnings
	@$(CARGO) clippy --locked -p remediate --no-default-features -- -D warnings

docs: ## The documentation of the code, warnings are errors
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps --document-private-items --quiet

generated: ## Generated files (rule pages, configuration table, schemas) are what the code makes now
	@scripts/check-generated

audit: ## Licences, sources and known advisories of the dependencies
	@scripts/audit-dependencies

bench: ## Speed against named floors and peers, in one run
	@scripts/bench $(ARGS)

fuzz: ## A bounded run of hostile inputs against the parsers, the evaluator and the state reader
	@scripts/fuzz $(SECONDS)
