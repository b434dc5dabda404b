# Everything one does with a checkout. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash

BIN := .venv/bin
DEMO := out/demo
UV_VERSION := 0.13.9
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade \
	--generate-hashes --no-header --no-annotate --no-emit-index-url

.PHONY: help setup run test lint types layers fixtures docs check format wheel lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing: system packages, .venv, the project
	@scripts/setup.sh

run: setup ## curate the drawn example figures and show what changed
	@rm -rf $(DEMO)
	@$(BIN)/pfcurate run fixtures/figures --records seeds --out $(DEMO) --verbose

test: ## run the tests
	@scripts/setup.sh --tests
	@$(BIN)/python -m pytest

lint: setup ## check style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup ## check the types
	@$(BIN)/mypy

layers: setup ## check that imports go one way
	@$(BIN)/lint-imports --no-logo

fixtures: setup ## check that the drawn figures are what their script draws
	@$(BIN)/python -m fixtures.draw --check

docs: setup ## build the documentation site into build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

check: lint types layers fixtures docs test ## all of the above checks

format: setup ## apply the formatter and the safe fixes
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

wheel: setup ## build the distribution into dist/
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist .

lock: setup ## move the lock files to the newest versions allowed
	@$(BIN)/python -m pip --disable-pip-version-check --quiet install uv==$(UV_VERSION)
	@$(LOCK) pyproject.toml --output-file requirements.lock
	@$(LOCK) pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock
	@$(LOCK) --group build --constraint requirements-dev.lock --output-file requirements-build.lock

clean: ## remove what was built, keep .venv
	@rm -rf build dist out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find pipeline fixtures bench tests -name __pycache__ -type d -prune -exec rm -rf {} +
