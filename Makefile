# The stable commands of the centre; docs/operations.md explains each.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
STAMP := $(VENV)/.installed
export PYTHONPATH := .
export CLEANAIR_PORT ?= 8501

.PHONY: help setup run test test-slow lint types unit browser bench screens endurance audit replay stand-in lock clean
.DEFAULT_GOAL := help

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP)  ## .venv from the lock file (and nothing else)

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --editable .
	@touch $(STAMP)

run: setup  ## serve pages, API and collector on http://127.0.0.1:$(CLEANAIR_PORT)
	@$(BIN)/cleanair serve --port $(CLEANAIR_PORT)

test: setup lint types  ## lint, types, tests (the browser ones too), in less than 15 minutes
	@.ci/browser $(BIN)/python
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "not browser and not slow" -n auto --dist loadfile --durations=10
	@$(BIN)/python -m pytest -m "browser and not slow" tests/browser --durations=5

test-slow: setup  ## what takes too long for every change: all exits with all roles, all screens measured, 10,000 faults, a short trial
	@.ci/browser $(BIN)/python
	@$(BIN)/python -m pytest -m slow --durations=10

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/lint-imports --no-logo --no-cache

types: setup
	@$(BIN)/mypy

bench: setup  ## benchmarks: bench/results/*.json and a table
	@$(BIN)/python -m bench

screens: setup  ## every page × size × theme × language into screens/
	@.ci/browser $(BIN)/python
	@$(BIN)/python -m tests.browser.screens

endurance: setup  ## a wall on trial: 5,000 refreshes, faults, clock steps, midnight (20 to 40 minutes)
	@.ci/browser $(BIN)/python
	@$(BIN)/python -m tests.browser.endurance

audit: setup  ## known vulnerabilities of the pinned packages (says so where it cannot ask)
	@$(BIN)/python .ci/audit $(BIN)/uv requirements.lock

replay: setup  ## both cities on imported real history; CLEANAIR_NOW and REPLAY_DATA override moment and folder
	@$(BIN)/python -m jobs.ingest.replay

stand-in: setup  ## a loopback stand-in for the networks, to see live collection without the internet
	@$(BIN)/python -m tests.stand_in

lock:  ## renew requirements.lock from the ranges in pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --all-extras --upgrade --custom-compile-command "make lock" pyproject.toml -o requirements.lock

clean:  ## remove what can be made again (never var/)
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info
