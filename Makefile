# `make` lists what there is. Everything happens in .venv, made from constraints.txt when missing or out of date.
.DEFAULT_GOAL := help
.PHONY: help run test clean bench bench-quality model install
.DELETE_ON_ERROR:

VENV   := .venv
PY     := $(VENV)/bin/python
STAMP  := $(VENV)/.installed
# The first interpreter that is a Python 3.11 or 3.12 and really starts (a shim may not).
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))
PYTHON ?= $(shell for p in python3 python3.12 python3.11 python; do \
            $$p -c '$(SUPPORTED)' >/dev/null 2>&1 && { echo $$p; break; }; done)
DATA   ?=

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "goldpan needs Python 3.11 or 3.12 on the PATH (or: make PYTHON=/path/to/python3.12)" >&2; exit 2; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed: install your system's python3-venv" >&2; exit 2; }
	@echo "installing into $(VENV) (about two minutes, once)" >&2
	@$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

install: $(STAMP) ## make the environment, nothing else

run: $(STAMP) ## read, extract and reconcile the corpus; print how well it went
	@$(VENV)/bin/goldpan run

test: $(STAMP) ## ruff, mypy and pytest
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/pytest -q

bench: $(STAMP) ## speed, side by side with other tools; ARGS=flows: whole runs, large
	@$(PY) -m benchmarks $(ARGS)

bench-quality: $(STAMP) ## quality, side by side with other tools
	@$(PY) -m benchmarks quality $(ARGS)

model: $(STAMP) ## make the NER model again: make model DATA=folder of the corpora
	@test -n "$(DATA)" || { echo "say where the training corpora are: make model DATA=DIR" >&2; exit 2; }
	@$(PY) -m training --data "$(DATA)" --out pipeline/models

clean: ## remove the environment and caches; outputs/ stays
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
