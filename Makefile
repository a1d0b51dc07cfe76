# The four commands. Each sets up what it needs first, in .venv.
PYTHON ?= python3
BIN := .venv/bin
DATA := $(or $(TURNWISE_DATA),.turnwise)
KNOWLEDGE := $(or $(TURNWISE_KNOWLEDGE),knowledge)
DOCUMENTS := $(shell find $(KNOWLEDGE)/documents -type f 2>/dev/null)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run install dev test test-fast fuzz lint format bench lock index

run: install index ## Serve http://localhost:8004
	@$(BIN)/python runner.py serve

install: .venv/.installed
index: $(DATA)/index/CURRENT.json

.venv/.installed: requirements.lock
	@$(PYTHON) deploy/check_system.py
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing Turnwise into .venv (about a minute, once) ..."
	@$(BIN)/python -m pip install --quiet --no-compile --no-deps --require-hashes -r requirements.lock
	@PYTHONDONTWRITEBYTECODE= LOGURU_LEVEL=ERROR $(BIN)/python -c "import bot.server, bot.engine, bot.pipeline, runner" # compiles what is used
	@touch $@

.venv/.dev: .venv/.installed requirements-dev.lock
	@$(PYTHON) deploy/check_system.py --tests
	@echo "Installing what the tests need into .venv ..."
	@$(BIN)/python -m pip install --quiet --no-compile --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

dev: .venv/.dev

$(DATA)/index/CURRENT.json: .venv/.installed $(DOCUMENTS)
	@$(BIN)/python runner.py index build
	@touch $@

test: dev index ## All tests
	@$(BIN)/python -m pytest

test-fast: dev ## Without models, browser and real time
	@$(BIN)/python -m pytest -m "not slow"

fuzz: dev index ## 10,000 random conversations with each WebSocket door, about half an hour
	@$(BIN)/python -m pytest tests/end_to_end/test_random_messages.py --hypothesis-profile=fuzz --timeout=7200

lint: dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright --project .

format: dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: dev index ## The questions asked aloud, and the long call
	@$(BIN)/python -m benchmarks.spoken_questions
	@$(BIN)/python -m benchmarks.long_call

lock: ## Pins every package again (needs uv)
	@uv pip compile -q pyproject.toml --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --output-file requirements.lock
	@uv pip compile -q pyproject.toml --extra dev --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header -c requirements.lock --output-file requirements-dev.lock
