PORT ?= 8501
PYTHON ?= python3
FROM ?= ../shared/publishers
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: run test check unit data bench screens lock browser

run: $(VENV)/.run ## serve the atlas on PORT
	$(BIN)/streamlit run app.py --server.port $(PORT) --server.address 127.0.0.1

test: check browser ## every test
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(VENV)/.dev ## format, lint, types, import contracts, unit tests: under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -n 2 tests/unit

data: $(VENV)/.dev ## make the snapshot again from the publishers' files in FROM
	$(BIN)/python -m data.ingest build --from $(FROM)

bench: $(VENV)/.dev browser ## measure, and write benchmarks/results/latest.json
	$(BIN)/python -m benchmarks.run

screens: $(VENV)/.dev browser ## take the screenshots of docs/screens again
	$(BIN)/python -m tests.screens

lock: ## pin every dependency again, one lock for Python 3.11 to 3.14
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml $(LOCK) -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml $(LOCK) --group dev -o requirements-dev.txt
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "The atlas needs Python 3.11 or later; set PYTHON=/path/to/python3."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	  apt-get install -y -qq python3-venv && $(PYTHON) -m venv $(VENV); } || \
	  { rm -rf $(VENV); echo "Python cannot make a virtual environment: install python3-venv."; exit 1; }

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(VENV)/bin/python
	$(PIP) -r requirements-dev.txt
	@touch $@ $(VENV)/.run

browser: $(VENV)/.dev ## the browser that tests drive
	@command -v chromium >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	    apt-get install -y -qq chromium >/dev/null; } || \
	  $(BIN)/playwright install --with-deps chromium
