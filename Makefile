# Everything a person does here. `make run` and `make test` do all of the set-up themselves.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PINS := pyproject.toml constraints.txt
# Node programs of the tests, each with its packages pinned in its own folder.
CARRIER := tests/support/carrier
PEERS := tests/support/peers
ARGS ?=
NAME ?=
JOBS ?= 2

export PYTHON

.NOTPARALLEL:
.PHONY: help run setup setup-test system-run system-test system-dist test lint format bench campaigns screenshots dist constraints clean

help:
	@echo "make run          set up and open the demo (with no display: headless, into build/demo/)"
	@echo "make test         set up, lint, and run every test"
	@echo "make setup        only the set-up; then $(BIN)/care-console"
	@echo "make lint         ruff, mypy, import-linter;   make format lets ruff put it right"
	@echo "make bench, make campaigns [NAME=...], make screenshots, make dist"

run: setup
	$(BIN)/care-console demo $(ARGS)

# --- set-up: quick when nothing changed ------------------------------------------------------------------------------
setup: system-run $(VENV)/.ready-service

setup-test: system-test $(VENV)/.ready-dev $(CARRIER)/node_modules/.ready $(PEERS)/node_modules/.ready

system-run:
	@bash installer/setup/system.sh run

system-test:
	@bash installer/setup/system.sh run test

system-dist:
	@bash installer/setup/system.sh run dist

$(VENV)/.ready-service: $(PINS) | system-run
	@bash installer/setup/venv.sh service
	@touch $@

$(VENV)/.ready-dev: $(PINS) | system-run
	@bash installer/setup/venv.sh dev
	@touch $(VENV)/.ready-service $@

%/node_modules/.ready: %/package-lock.json | system-test
	@bash installer/setup/node.sh $*
	@touch $@

# --- checks ----------------------------------------------------------------------------------------------------------
test: setup-test lint
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# --- things to look at -----------------------------------------------------------------------------------------------
bench: setup-test
	$(BIN)/python -m tests.benchmarks $(ARGS)
	@echo "The figures are in build/benchmarks/"

campaigns: setup-test
	$(BIN)/python -m tests.campaigns $(NAME) $(ARGS)
	@echo "The journals and reports are in build/campaigns/"

screenshots: setup-test
	$(BIN)/python -m tests.support.screenshots $(ARGS)
	$(BIN)/python -m tests.support.page_pictures $(ARGS)
	@echo "The pictures are in docs/screenshots/"

dist: system-dist $(VENV)/.ready-dev
	bash installer/dist.sh

# --- upkeep ----------------------------------------------------------------------------------------------------------
constraints: $(BIN)/pip
	@mkdir -p build
	bash installer/setup/freeze.sh >build/constraints.new && mv build/constraints.new constraints.txt
	@echo "The pins are in constraints.txt"

clean:
	rm -rf build dist
