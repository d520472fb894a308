# Two commands do everything: `make run` and `make test`. The rest is for engineers.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PROFILE ?= dien-bien
SAMPLE_HOME ?= var/sample
# Test processes at once; a file's tests stay in one of them.
JOBS ?= 2
# What a model is made of and read by: a change of any trains it anew at the next target.
MODEL_OF = classifier/artefact.py classifier/corpus/FROZEN.json \
	$(wildcard classifier/corpus/train/* profiles/$(PROFILE)/examples.jsonl)
CODE := domain nlp extraction eventlog searchindex evidence casework classifier \
	pipeline intake jobs wiring crawlers ui cli sqlitefile

.PHONY: help install run test fuzz check lint types imports browser bench quality demo-reset \
	engines engines-stop test-engines bench-engines screenshots locks clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

install: $(VENV)/.run ## make the environment and train the models of the profile

$(VENV)/.venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Minh Tin needs Python 3.11 or newer; try: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	@touch $@

$(VENV)/.installed: $(VENV)/.venv requirements.lock pyproject.toml
	@echo "Installing Minh Tin into $(VENV) (a few minutes on the first time) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.run: $(VENV)/.installed $(MODEL_OF)
	@echo "Training the models of $(PROFILE) (some minutes) …"
	@$(BIN)/minhtin train --profile $(PROFILE)
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

run: $(VENV)/.run ## start the sample province: newsroom, crawler, worker, console
	@$(BIN)/minhtin up --sample --home $(SAMPLE_HOME)

demo-reset: ## forget everything of the sample province
	rm -rf $(SAMPLE_HOME)

browser: ## install Chromium and fonts for the browser tests, where that is allowed
	@sh scripts/browser.sh

test: $(VENV)/.dev browser ## all tests that need no heavy engine
	$(BIN)/pytest -n $(JOBS) --dist loadfile

engines: $(VENV)/.dev ## get and start real Kafka, search engines and PostgreSQL for tests
	@sh scripts/engines.sh
	@PYTHONPATH=tests $(BIN)/python -m support_engines start

engines-stop: $(VENV)/.dev ## stop them and remove their data
	@PYTHONPATH=tests $(BIN)/python -m support_engines stop

test-engines: engines browser ## contract, failure and end-to-end tests on the real engines
	$(BIN)/pytest tests/engines

fuzz: $(VENV)/.dev ## read 100,000 mutated pages and feeds; FUZZ="--seed 2 --count 500"
	$(BIN)/python scripts/fuzz.py $(FUZZ)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev ## the arrows between packages, and that the engine tests can be imported
	$(BIN)/lint-imports
	$(BIN)/pytest --collect-only -qq tests/engines

check: lint types imports test ## everything that must hold before a change lands

quality: $(VENV)/.dev ## measure every figure of docs/quality.md anew; parts need ../shared
	PYTHONPATH=tests $(BIN)/python -m benchmarks.quality

bench: $(VENV)/.dev ## measure speed and quality; prints tables, writes docs/quality.md
	PYTHONPATH=tests $(BIN)/python -m benchmarks

bench-engines: engines ## measure the line on the real engines; writes docs/scaling.md
	$(BIN)/python -m benchmarks.engines

screenshots: $(VENV)/.dev browser ## make docs/screenshots/ anew from the sample province
	PYTHONPATH=tests $(BIN)/python -m e2e.screenshots docs/screenshots

locks: $(VENV)/.dev ## resolve the dependencies anew (needs uv in the environment)
	sh scripts/locks.sh $(BIN)

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
