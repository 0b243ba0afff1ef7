# The one entry. `make demo` and `make test` work on a fresh machine that has cargo and Python 3.

CARGO ?= cargo
BENCH_DATA ?= ../shared/data
PAIRS ?= 1000000
FUZZ_SECONDS ?= 60

.PHONY: help demo run test check fmt edge attack judges deploy oracle sabotage mutants fuzz bench overload clean

help: ## Lists the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

demo: ## Builds, starts a server on the sample inventory, matches, reloads, stops.
	@tests/scripts/demo.sh

run: ## Starts a server on the sample inventory and leaves it running.
	$(CARGO) build --locked -p broadside-server -p broadside-cli
	target/debug/broadside-server --sample

test: ## Runs every test and prints how many ran.
	@tests/scripts/test.sh

check: ## Lints: format, clippy, docs, dependencies. Warnings are errors.
	@tests/scripts/check.sh

fmt: ## Formats the code.
	$(CARGO) fmt --all

edge: ## The short attack rows, the foreign judges and the checks of deploy/ against a real server (6 minutes).
	@tests/scripts/edge.sh

attack: ## Attacks a server for a minute a row, and restarts three replicas behind each balancer 100 times (2 hours).
	$(CARGO) build --release --locked -p broadside-server -p broadside-cli
	BROADSIDE_SERVER_BIN=target/release/broadside-server tests/scripts/attack.sh long
	BROADSIDE_SERVER_BIN=target/release/broadside-server tests/scripts/deploy.sh --rolling-restarts 100

judges: ## Lets h2spec, ghz, grpcurl and grpc-health-probe judge a server.
	@tests/scripts/build.sh
	@tests/scripts/judges.sh

deploy: ## Checks deploy/: manifests, unit, dashboard, balancers in front of three servers.
	@tests/scripts/build.sh
	@tests/scripts/deploy.sh

oracle: ## Compares index and oracle on PAIRS random pairs (default 1,000,000).
	BROADSIDE_ORACLE_PAIRS=$(PAIRS) $(CARGO) test --release -p broadside-core --lib the_index_and_the_oracle_agree

sabotage: ## Breaks each rule of the contract and each protection of the edge in turn: every time a test must turn red.
	python3 tests/sabotage/run.py

mutants: ## Changes the lines that differ from REF (default: origin/main): a test must notice each (30 minutes at most).
	@tests/scripts/mutants.sh $(REF)

fuzz: ## Fuzzes each target for FUZZ_SECONDS (needs a nightly toolchain).
	@tests/scripts/fuzz.sh $(FUZZ_SECONDS)

bench: ## Measures the performance budget (12 minutes, 2 GB of disk) and writes benches/record/.
	BROADSIDE_BENCH_DATA=$(BENCH_DATA) benches/run.sh

overload: ## Offers a server up to ten times what it can answer (5 minutes).
	$(CARGO) build --release --locked -p broadside-server -p broadside-bench-load
	PYTHONDONTWRITEBYTECODE=1 python3 benches/overload.py target/release 30

clean: ## Removes everything that was built.
	$(CARGO) clean
