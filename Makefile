# make run    serve the sample documents on a page        make test   everything, as it must pass before a release
# make check  the everyday loop: no model, no browser     make clean  remove what make made here

PORT ?= 7860
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check lint clean chromium

run: $(VENV)/.installed
	$(BIN)/pincite sync sample --index .pincite
	$(BIN)/pincite serve --index .pincite --port $(PORT)

test: $(VENV)/.installed-dev lint chromium
	$(BIN)/pytest

check: $(VENV)/.installed-dev lint
	$(BIN)/pytest -n 2 -m "not model and not browser and not slow"

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

chromium:
	@.ci/chromium

clean:
	rm -rf $(VENV) .pincite artifacts .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The environment is made once, and its packages are looked at again only when pyproject.toml changes.
$(VENV)/.installed: pyproject.toml | $(BIN)/pip
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $(VENV)/.installed $@

$(BIN)/pip:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed: name it with PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
