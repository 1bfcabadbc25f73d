# Two commands matter:  make run  (set up, then the demonstration city)   make test  (set up, then every test)
VENV ?= .venv
BIN := $(VENV)/bin
export VENV
SHELL := /bin/bash

.PHONY: run setup test check bench lock clean help

run: setup ## set up what is missing, then serve the demonstration city
	@exec $(BIN)/lantu up --demo

setup: ## virtual environment, dependencies, front end, message catalogues
	@tools/setup.sh python frontend catalogues

setup-dev:
	@tools/setup.sh dev frontend catalogues

test: setup-dev ## everything: style, types, floors, unit tests, journeys in a browser
	@tools/setup.sh browser
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest

check: setup-dev ## style, types, floors, templates, catalogues; no database
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	LANTU_TESTING=1 $(BIN)/mypy src/lantu
	$(BIN)/djade --check --target-version 5.2 $$(git ls-files '*.html')
	$(BIN)/python tools/catalogue.py check
	source tools/setup.sh node && cd frontend && npm run --silent check

bench: setup ## measure on this machine; writes docs/benchmarks.md
	$(BIN)/python -m bench

lock: setup-dev ## renew the pinned versions in requirements/
	@for name in base dev node uv mpp; do \
		$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-header --no-emit-index-url --universal --python-version 3.11 \
			requirements/$$name.in -o requirements/$$name.txt; \
	done

clean: ## remove everything that can be made again (never the data directory)
	@tools/setup.sh clean

help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'
