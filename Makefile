# One command for each thing a person does here. Everything runs in .venv, from the lock file.
.DEFAULT_GOAL := help
.PHONY: help install run chat test check format eval record bless demo local-model bench study webhook worker dev-whatsapp scorecard lock clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PORT ?= 8501
ARGS ?=
TEST_WORKERS ?= 2

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: $(STAMP) ## Create .venv and install what the lock file names

$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "error: $(PYTHON) not found: install Python 3.11 or newer, or run: make PYTHON=/path/to/python3.11 run"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: $$($(PYTHON) --version) is too old: Python 3.11 or newer is needed. Run: make PYTHON=/path/to/python3.11 run"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "error: this Python has no venv module. On Debian or Ubuntu: sudo apt install python3-venv"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (about a minute the first time)..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $(STAMP)

run: $(STAMP) ## Start the workbench on http://localhost:8501 (PORT=...)
	@$(BIN)/python -m streamlit run workbench/app.py --server.port $(PORT)

chat: $(STAMP) ## Chat in the terminal (ARGS="--trace --model local")
	@$(BIN)/python -m bot_core chat $(ARGS)

# Browser tests go alone: a page that waits for a busy machine tells nothing about the page. One more try each: they wait
# for real processes, and the two faults of overtaken runs that were found so far may not be the last (docs/workbench.md).
# The small scorecard kills real processes, both databases at once: it mostly waits. It has one try: a lost message is never
# bad luck.
test: $(STAMP) ## Run all tests (no key, no network); ARGS="tests/bot_core -n 0" runs one folder
ifeq ($(strip $(ARGS)),)
	@$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadgroup -m "not browser and not scorecard"
	@$(BIN)/python -m pytest -n 0 -m browser --reruns 1 tests/workbench
	@$(BIN)/python -m pytest -n 2 -m scorecard tests/channels/scorecard
else
	@$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadgroup $(ARGS)
endif

check: $(STAMP) ## Lint, types, import rules, tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(MAKE) --no-print-directory test

format: $(STAMP) ## Format the code and sort imports
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

eval: $(STAMP) ## The gate: golden set offline, recorded model calls replayed; reports in eval_reports/latest
	@$(BIN)/python -m workbench eval $(ARGS)

record: $(STAMP) ## Record model calls of the recorded cases (ARGS="--stale", "--only ID", "--variant RELEASE")
	@$(BIN)/python -m workbench record $(ARGS)

bless: $(STAMP) ## Make today's verdicts the baseline (ARGS='--reason "why"')
	@$(BIN)/python -m workbench bless $(ARGS)

demo: $(STAMP) ## The demonstration experiment, replayed without a key; its report in eval_reports/demo
	@$(BIN)/python -m workbench demo $(ARGS)

bench: $(STAMP) ## Measure what benchmarks/ claims (minutes)
	@$(BIN)/python -m benchmarks.turn_overhead
	@$(BIN)/python -m benchmarks.catalog_search
	@$(BIN)/python -m benchmarks.replay
	@$(BIN)/python -m benchmarks.statistics_speed
	@$(BIN)/python -m benchmarks.stored_conversations
	@$(BIN)/python -m benchmarks.conversation_pages
	@$(BIN)/python -m benchmarks.run_memory
	@$(BIN)/python -m benchmarks.experiment_speed
	@$(BIN)/python -m benchmarks.workbench_pages

study: $(STAMP) ## Simulate experiments to see how far the verdicts can be trusted (about 15 minutes)
	@$(BIN)/python -m benchmarks.statistics_study --write
	@$(BIN)/python -m benchmarks.kill_study --write
	@$(BIN)/python -m benchmarks.proofs --write

webhook: $(STAMP) ## Serve the Twilio webhook with gunicorn (settings: docs/whatsapp.md)
	@$(BIN)/python -m channels web $(ARGS)

worker: $(STAMP) ## Answer what the webhook stored
	@$(BIN)/python -m channels worker $(ARGS)

dev-whatsapp: $(STAMP) ## Webhook, worker, a Twilio fake with a small page and the workbench, on loopback
	@$(BIN)/python -m channels dev $(ARGS)

scorecard: $(STAMP) ## What the channel survives, as JSON and a table (FULL=1: the whole load)
	@$(BIN)/python -m channels scorecard $(if $(FULL),--full) $(ARGS)

local-model: $(STAMP) ## Obtain, verify and serve the local model on 127.0.0.1:8089
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-local-llm.lock
	@$(BIN)/python -m bot_core.llm.local_model $(ARGS)

lock: ## Compile the lock files again (needs uv)
	uv pip compile -q --no-emit-index-url --generate-hashes --universal --python-version 3.11 --extra dev pyproject.toml -o requirements.lock
	uv pip compile -q --no-emit-index-url --generate-hashes --universal --python-version 3.11 --extra dev --extra local-llm -c requirements.lock pyproject.toml -o requirements-local-llm.lock

clean: ## Remove the environment and caches; data in var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
