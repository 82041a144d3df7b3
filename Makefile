# Everything one does with this project has a name here. `make` alone lists them.

HOST        ?= 127.0.0.1
PORT        ?= 8000
WEB_WORKERS ?= $(shell nproc 2>/dev/null || echo 1)
TEST_JOBS   ?= 2
SECONDS     ?= 120

VENV := .venv
BIN  := $(VENV)/bin

# The first Python on the path that is new enough.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)

# Two servers may share a port without a word; the second would answer half the requests.
FREE = @$(BIN)/python -c 'import socket, sys; address = (sys.argv[1], int(sys.argv[2])); \
	sys.exit(socket.socket().connect_ex(address) == 0 and f"Port {address[1]} is taken: choose another with PORT=...")' \
	$(HOST) $(PORT)
SERVE = exec env HOST=$(HOST) PORT=$(PORT)

# At home, the example portal is there to be looked at, and a second address to embed it from; the
# desk is open, and its cases wait for `flask agents add`.
ifneq ($(filter 127.0.0.1 localhost,$(HOST)),)
EXAMPLE = PUBLIC_URL=$${PUBLIC_URL-http://127.0.0.1:$(PORT)} DEMO_URL=$${DEMO_URL-http://localhost:$(PORT)} \
	DESK_OPEN=$${DESK_OPEN-yes}
endif
EXAMPLE += PORTALS=$${PORTALS-$(or $(wildcard instance/portals.toml),docs/portals/example.toml)}

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run serve test coverage check bench scale lighthouse catalogues format clean setup browser


help: ## List what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.run ## Set up what is missing and serve on http://127.0.0.1:8000 (HOST, PORT)
	$(FREE)
	@echo 'The wizard: http://$(HOST):$(PORT)/   An example of a portal: http://$(HOST):$(PORT)/at/proseware/'
	@echo 'The desk: http://$(HOST):$(PORT)/en/desk   For its cases: $(BIN)/flask --app wsgi agents add NAME --role lead'
	@$(SERVE) $(EXAMPLE) WEB_WORKERS=1 WEB_THREADS=3 $(BIN)/python -m app.server

serve: $(VENV)/.run ## Serve in production (HOST, PORT, WEB_WORKERS: one per core)
	$(FREE)
	@$(SERVE) WEB_WORKERS=$(WEB_WORKERS) $(BIN)/python -m app.server

test: $(VENV)/.dev browser ## Set up everything, run every test, then the checks
	$(BIN)/pytest -n $(TEST_JOBS) --dist worksteal
	@$(MAKE) --no-print-directory check

coverage: $(VENV)/.dev browser ## Run every test once more, and tell which lines and branches none reaches
	$(BIN)/pytest -n $(TEST_JOBS) --dist worksteal --cov --cov-report term:skip-covered

check: $(VENV)/.dev ## Lint, format, types, and the proof of the decision table
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/flask --app wsgi table check

bench: $(VENV)/.dev ## Time the reader and the desk; compare a page with a bare Flask "hello", and the server at rest with it under abuse
	@command -v wrk >/dev/null || ! command -v apt-get >/dev/null || [ "$$(id -u)" != 0 ] \
	|| { apt-get update -qq && apt-get install -qq -y wrk; } >/dev/null || true
	@$(BIN)/python -m bench

scale: $(VENV)/.dev ## Measure the desk with a million cases and 200 agents, while servers restart (SECONDS)
	@for part in store api server; do sh tests/$$part/install; done
	@$(BIN)/python -m bench.scale --seconds $(SECONDS)

lighthouse: $(VENV)/.dev browser ## Measure every kind of page with Lighthouse, and on a weak line (PAGES: part of a name)
	@sh tests/lighthouse/install
	@$(BIN)/python -m tests.lighthouse

catalogues: $(VENV)/.dev ## Bring the translation catalogues up to date with the sources
	$(BIN)/flask --app wsgi catalogues update

format: $(VENV)/.dev ## Format the Python sources and sort their imports
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

setup: $(VENV)/.dev browser ## Only set up what the tests need

clean: ## Remove everything that was made here, .venv/ included
	rm -rf $(VENV) tests/desk/provider/node_modules tests/lighthouse/node_modules .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache htmlcov test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +


browser: $(VENV)/.dev
	@sh tests/browser/install $(BIN)/python

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(BIN)/pip install -qq --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(VENV)/.run: requirements.txt
	@[ -n "$(PYTHON)" ] || { echo 'Python 3.11 or newer is needed, and none was found' \
	'(name one with PYTHON=...).' >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
	package=$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
	[ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -qq -y "$$package" || { \
	echo "Python cannot make a virtual environment yet. As root: apt-get install $$package" >&2; \
	exit 1; }; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements.txt
	@touch $@
