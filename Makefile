# Every command of the project. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test check format lint types imports size ratchet test-node test-live clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'

# Only what the gateway needs, so that the first start is quick.
$(VENV)/.gateway: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[gateway]'
	@touch $@

$(STAMP): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
	@touch $@ $(VENV)/.gateway

run: $(VENV)/.gateway ## Start the gateway on 127.0.0.1:4000
	@$(BIN)/accord serve

test: $(STAMP) ## Run the whole test suite
	$(BIN)/python -m pytest -n 2 --dist worksteal -q

check: lint types imports size ratchet test ## Everything CI checks, once each

format: $(STAMP) ## Format the code and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(STAMP) ## mypy and pyright, strict, the tests by gentler rules; the type tests under ty and pyrefly too
	$(BIN)/mypy
	$(BIN)/pyright --warnings
	$(BIN)/python tests/types/check.py
	$(BIN)/python tests/types/complete.py

imports: $(STAMP)
	$(BIN)/lint-imports

size: $(STAMP)
	$(BIN)/python scripts/check_sizes.py

CAP ?= 0.25
test-live: $(STAMP) ## The provider suite against the real services whose keys are set, for at most CAP=0.25 dollars
	@$(BIN)/python scripts/live.py --cap $(CAP)

ratchet: $(STAMP) ## What a request costs in steps, beside what it did: fails at a tenth more
	$(BIN)/python benchmarks/ratchet.py

test-node: $(VENV)/.gateway ## The gateway under the vendors' SDKs for Node (skips without Node)
	@if ! command -v npm >/dev/null; then echo "SKIPPED: make test-node needs Node and npm, and there is none here"; exit 0; fi; \
	cd tests/node && npm install --no-package-lock --no-audit --no-fund --silent && \
	ACCORD=$(abspath $(BIN)/accord) node --test .

clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
