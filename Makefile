# The front door. `make help` lists what there is.
SHELL := bash
export RASA_TELEMETRY_ENABLED := false
.DEFAULT_GOAL := help
PY310 := .venv/bin/python
PY312 := services/.venv/bin/python
BOOTSTRAP := deploy/local/bootstrap.sh

.PHONY: help setup run serve stop train lock lint types test test-deep clean bench nlu-report nlu-bench

help: ## list these commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install both environments and build the web pages
	@$(BOOTSTRAP) python web

run: setup train ## demo mode: everything on this machine, prints the address of the chat
	@$(PY312) deploy/local/stack.py run

serve: setup train ## production: your cloud, your secrets, no demo accounts
	@$(PY312) deploy/local/stack.py serve

stop: ## stop what `make run` or `make serve` started
	@$(PY312) deploy/local/stack.py stop

train: ## train the model and encode the help articles if their inputs changed
	@$(BOOTSTRAP) python
	@$(PY310) deploy/local/train.py

lock: ## pin the dependencies anew (after editing a requirements.in)
	@$(BOOTSTRAP) python
	.tools/bin/uv pip compile requirements.in --overrides requirements.overrides --python-version 3.10 --generate-hashes --no-header --no-emit-index-url -q -o requirements.lock
	.tools/bin/uv pip compile services/requirements.in --python-version 3.12 --generate-hashes --no-header --no-emit-index-url -q -o services/requirements.lock

lint: ## ruff, both environments
	@$(PY312) -m ruff check . && $(PY312) -m ruff format --check .

types: ## mypy, strict, each tree in its own environment
	@$(PY310) -m mypy && $(PY312) -m mypy --config-file services/mypy.ini

test: ## install what it needs and run every check (under 25 minutes on two cores)
	@$(BOOTSTRAP) python web browser
	@$(PY312) tests/run.py

test-deep: ## soaks, fuzzing, races, benchmarks (at most 80 minutes); writes docs/reports/
	@$(BOOTSTRAP) python web browser
	@$(PY312) tests/run.py --deep

bench: setup train ## speed of turns on a stack of its own (docs/performance.md)
	@$(PY312) tests/load/turns.py

nlu-report: setup train ## reliability, risk and confusion of the understanding, as a page
	@$(PY310) -m bot.nlu.report

nlu-bench: setup ## the pipeline on public intent sets: make nlu-bench DATASETS=folder
	@$(PY310) -m bot.nlu.bench --datasets $(DATASETS)

clean: ## remove what was built or stored (keeps the sources)
	rm -rf .venv services/.venv .tools web/node_modules web/dist models var .rasa
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
