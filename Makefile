# The verbs of the project; continuous integration runs the same ones (.ci/run).

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
CODE   := trustui tests $(wildcard bench scripts)
PYTEST := $(BIN)/python -m pytest
# Compiled modules are kept: pytest and the processes that tests start would compile all of them again.
export PYTHONDONTWRITEBYTECODE :=
# One process more than there are cores: some tests wait for what they started.
SIDE_BY_SIDE := --numprocesses $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))
# All of what an ordinary run looks at in part (tests/scale.py).
WHOLE := TRUSTUI_WHOLE=1
# Of that, what every change has to pass: 2,000 requests, 500 repositories, 20,000 mutations of each format.
MATRICES := tests/api/test_whole_api.py tests/differential tests/fuzz
# For tests that are as long as a scene each: whoever is free takes the next.
ONE_BY_ONE := $(SIDE_BY_SIDE) --maxschedchunk 1
# For tests of which each file needs a world of its own.
TWO_FILES_AT_A_TIME := --numprocesses 2 --dist loadfile
# Tests that touch the database; tests/architecture sees that none is missing.
ON_DATABASE := $(wildcard $(addprefix tests/,accounts acceptance api demo events images inventory jobs operate \
	pages policies revocation settings verdicts web test_celery.py test_pipeline.py))

.PHONY: help
help: ## Print these verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---- the environment

.PHONY: dev
dev: $(STAMP) ## Make .venv from the hashed lock and install the project into it

$(STAMP): requirements-dev.lock pyproject.toml
	@scripts/make_venv $(VENV)
	@echo "Installing what requirements-dev.lock pins"
	$(BIN)/python -m pip install --require-hashes --requirement requirements-dev.lock
	$(BIN)/python -m pip install --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: lock
lock: dev ## Compile the lock files from pyproject.toml (UPGRADE=1: to the newest versions)
	scripts/compile_locks $(BIN) $(if $(UPGRADE),--upgrade)

.PHONY: clean
clean: ## Remove everything that the other verbs made
	rm -rf $(VENV) demo-world dist build .coverage .coverage.* .fuzz
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find trustui tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- seeing it work

.PHONY: demo
demo: dev ## Make the demo world in demo-world/, crawl its 45 days and serve it on this machine
	$(BIN)/trustui demo --directory demo-world

# ---- judging a change

.PHONY: test
test: dev ## Run every test but the long matrices (T=path narrows)
	$(PYTEST) $(SIDE_BY_SIDE) $(T)

.PHONY: matrices
matrices: dev ## Run requests, comparisons and mutations by the thousand
	$(WHOLE) $(PYTEST) $(SIDE_BY_SIDE) $(or $(T),$(MATRICES))

.PHONY: test-postgres
test-postgres: dev ## Run the tests that touch the database again, on a PostgreSQL of their own
	$(BIN)/python scripts/test_on_postgres.py $(SIDE_BY_SIDE) $(or $(T),$(ON_DATABASE))

.PHONY: test-servers
test-servers: dev ## Run the tests that start PostgreSQL, Redis, nginx, a registry or many processes of ours
	$(PYTEST) $(SIDE_BY_SIDE) -m "servers and not soak and not faults" $(T)

.PHONY: faults
faults: dev ## Kill, stop and starve the real processes, and see that nothing is lost
	$(PYTEST) $(ONE_BY_ONE) -m "faults and not soak" -rA $(or $(T),tests/faults)

.PHONY: browser
browser: dev $(if $(shell command -v npm),build/htmx) ## Walk through the demo in a real browser: WCAG 2.2 AA, CSP, keyboard, hostile names
	$(PYTEST) $(TWO_FILES_AT_A_TIME) -m browser $(or $(T),tests/browser)

# The newest htmx 4, of which django-htmx does not bring the final one: the pages work with it too.
HTMX := 4.0.1
HTMX_SHA512 := a05ec98178435bd5170b2fe4d59605510833bbfae6d7d39158f48f34bf75bcf96e0763c1f7e315e79b7241d1ffc3ba361006d36141b94835b547ad2676476a1a

build/htmx: ## Fetch the next version of htmx for the browser tests
	@mkdir -p build/fetched
	cd build/fetched && npm pack --silent htmx.org@$(HTMX)
	echo "$(HTMX_SHA512)  build/fetched/htmx.org-$(HTMX).tgz" | sha512sum --check --quiet
	tar --extract --gzip --directory build/fetched --file build/fetched/htmx.org-$(HTMX).tgz package/dist/htmx.min.js
	mkdir -p $@ && cp build/fetched/package/dist/htmx.min.js $@/

.PHONY: screenshots
screenshots: dev ## Photograph every page of the demo into build/screenshots, and the README's four
	$(BIN)/python scripts/screenshots.py

.PHONY: coverage
coverage: dev ## Demand 100 % branch coverage of trustui.core from its own tests
	$(PYTEST) $(SIDE_BY_SIDE) tests/core --cov=trustui.core --cov-branch --cov-report=term --cov-fail-under=100

.PHONY: lint
lint: dev ## Judge format, rules, types, import contracts and spelling
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive trustui

.PHONY: audit
audit: dev ## Look for known faults of the locked packages (asks the package index)
	$(BIN)/pip-audit --disable-pip --require-hashes --strict -r requirements-server.lock

.PHONY: types
types: dev ## Judge the types only
	$(BIN)/mypy $(CODE)

.PHONY: fix
fix: dev ## Format, and mend what ruff can mend
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

.PHONY: api-schema
api-schema: dev ## Write docs/openapi.json anew, after a change of routes or of what pages say
	TRUSTUI_DATA=$$(mktemp -d) $(BIN)/python -m scripts.write_api_schema

.PHONY: soak
soak: dev ## Run everything with nothing sampled, on both databases, and the long matrices: hours
	$(WHOLE) $(PYTEST) $(SIDE_BY_SIDE) --timeout=0 $(T)
	$(WHOLE) $(BIN)/python scripts/test_on_postgres.py $(SIDE_BY_SIDE) --timeout=0 $(or $(T),$(ON_DATABASE))
	$(PYTEST) -m soak --timeout=0 -rA $(T)

.PHONY: conformance
conformance: dev ## Run tuf-conformance on our client: TUF_CONFORMANCE=<its checkout>
	scripts/run_conformance $(abspath $(BIN)) "$(TUF_CONFORMANCE)"

.PHONY: bench
bench: dev ## Run the benchmarks: ours, the peer, the ratio (B=path narrows)
	@for file in $(or $(B),$(wildcard bench/bench_*.py)); do \
		echo "== $$file"; $(BIN)/python "$$file"; \
	done

# ---- releasing

.PHONY: wheel
wheel: dev ## Build the wheel into dist/
	$(BIN)/python -m build --no-isolation --wheel --outdir dist .
