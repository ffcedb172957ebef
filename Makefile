# `make run` runs everything; `make test` tests everything. Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test faults bench lint format setup check

run: $(VENV)/installed
	@exec $(BIN)/python manage.py run

test: $(VENV)/installed-dev
	@$(BIN)/pytest $(ARGS)

faults: $(VENV)/installed-dev
	@FAULTS=all $(BIN)/pytest -m faults $(ARGS)

lint: $(VENV)/installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .

check: lint test

format: $(VENV)/installed-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/installed-dev
	@exec $(BIN)/python -m bench

setup: $(VENV)/installed-dev

$(BIN)/python:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and \"Python 3.11 or newer is needed; name one with make PYTHON=...\")"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.txt | $(BIN)/python
	@echo "Installing the requirements ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements.txt requirements-dev.txt requirements-sdk.txt | $(BIN)/python
	@echo "Installing the requirements of tests and linters ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@rm -rf $(VENV)/sdk
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --target $(VENV)/sdk -r requirements-sdk.txt
	@touch $@ $(VENV)/installed
