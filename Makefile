# What people type. Everything is installed into .venv from the lock files, and only when they changed.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WORKERS ?= 2
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup run test lint types contracts unit browser browser-tests bench faults docs lock clean

setup: .venv/made                        ## the virtual environment, nothing else

run: .venv/locked                        ## the hub on http://127.0.0.1:8080; the demo district where var/ is empty
	$(BIN)/python run.py demo --if-empty
	$(BIN)/python run.py serve

test: lint types contracts browser       ## everything that must hold before a change is handed on
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

lint: .venv/locked-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/locked-dev
	$(BIN)/mypy

contracts: .venv/locked-dev
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry .

unit: .venv/locked-dev                   ## the tests without a browser
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not browser"

browser: .venv/locked-dev                ## Debian's chromium and a Chinese font: installed when missing and we are root
	@missing=""; \
	command -v chromium >/dev/null || missing="chromium"; \
	{ command -v fc-list >/dev/null && fc-list | grep -qi 'noto.*cjk'; } || missing="$$missing fonts-noto-cjk"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	install="apt-get update && apt-get install -y --no-install-recommends chromium fonts-noto-cjk fontconfig"; \
	if [ "$$(id -u)" != 0 ]; then echo "The browser tests need a browser and a Chinese font. Please run: sudo sh -c '$$install'" >&2; exit 1; fi; \
	DEBIAN_FRONTEND=noninteractive bash -c "$$install"

browser-tests: browser
	$(BIN)/python -m pytest -m browser

bench: .venv/locked-dev                  ## ratios of DESIGN §14, side by side in one run
	$(BIN)/python -m bench.intake
	$(BIN)/python -m bench.pages
	$(BIN)/python -m bench.bulletins
	$(BIN)/python -m bench.clocks
	$(BIN)/python -m bench.channels

faults: .venv/locked-dev                 ## crashes, full disks, lost servers, and clocks put to the proof (hours)
	$(BIN)/python -m pytest tests/storage/test_faults.py
	EVERY_LOOK=1 $(BIN)/python -m pytest -m browser
	$(BIN)/python -m tests.faults.kill --rounds 20
	$(BIN)/python -m tests.faults.sweep --rounds 10 --cases 5000
	$(BIN)/python -m tests.faults.chat --rounds 10
	$(BIN)/python -m tests.faults.web_chat --rounds 10
	$(BIN)/python -m tests.faults.clock --cases 300
	$(BIN)/python -m tests.hub.random_ledgers --count 100000
	$(BIN)/python -m tests.hub.random_histories --count 10000
	$(BIN)/python -m tests.faults.tampering --count 2000

docs: .venv/locked-dev                   ## pages that are drawn from the code
	$(BIN)/python -m tests.structure.moves_table

lock: .venv/locked-dev                   ## new lock files from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements-dev.lock

clean:                                   ## what can be made again; never var/
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/made:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Minxin needs Python 3.11 or newer.")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/locked: .venv/made requirements.lock
	$(PIP) install --require-hashes --only-binary :all: -r requirements.lock
	@touch $@

.venv/locked-dev: .venv/made requirements-dev.lock
	$(PIP) install --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@ .venv/locked
