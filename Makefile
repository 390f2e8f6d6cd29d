# Every target sets up all that it needs: a Python 3.11 or newer is enough to begin with.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEVELOPED := $(VENV)/.installed-dev
LOCKS := requirements.txt requirements-uv.txt
DEVELOPMENT_LOCK := requirements-dev.txt
CHECK_ARGS ?=
TEST_ARGS ?=
FETCH_UV := install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-uv.txt
# A stamp holds the locks that it was made by: a file that was only touched changes nothing, whatever its date.
holds = $(shell cat $(2) | cmp -s - $(1) && echo yes)
# Whether the environment's Python is there, finds its packages, and is the one that was asked for, where one was.
RUNS := $(shell $(BIN)/python -c 'import click' 2>/dev/null && echo yes)
ifneq ($(origin PYTHON),file)
RUNS := $(shell test "$$($(PYTHON) -V 2>&1)" = "$$($(BIN)/python -V 2>&1)" && echo $(RUNS))
endif
SYNC = $(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes

# The CLI that the engine's tests run, and where it is built.
PULUMI_VERSION := 3.274.1
PULUMI_MODULE := github.com/pulumi/pulumi
TOOLS := build/tools

# What is imported a thousand times is compiled once.
unexport PYTHONDONTWRITEBYTECODE
# What is installed goes into the environment, not into a home.
export PIP_USER := 0

.DEFAULT_GOAL := help

.PHONY: help
help:  ## Say what each target does.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: install
install: $(INSTALLED)  ## Make .venv with what the checks and the deployments run on, as it is locked.

# pip fetches uv alone: it takes a minute to byte-compile pulumi-aws, uv takes seconds to install it all. A pip that is
# there already saves the seconds in which an environment gets its own. An environment that runs is brought to the locks
# and not made anew: where nothing can be fetched, it stays as it is.
$(INSTALLED): $(if $(and $(call holds,$(INSTALLED),$(LOCKS)),$(RUNS)),,FORCE)
	@if [ -L $(VENV) ]; then echo "$(VENV) is a link: making it anew would empty what it leads to; remove the link" >&2; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; set PYTHON=...") if sys.version_info < (3, 11) else None'
	@rm -f $(INSTALLED) $(DEVELOPED)
	@if [ -n "$(RUNS)" ] && $(BIN)/uv --version >/dev/null 2>&1; then :; \
	elif $(PYTHON) -m pip --python $(PYTHON) --version >/dev/null 2>&1; then \
		$(PYTHON) -m venv --clear --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python $(FETCH_UV); \
	else \
		$(PYTHON) -m venv --clear $(VENV) && $(BIN)/python -m pip $(FETCH_UV); \
	fi
	@$(SYNC) $(LOCKS)
	@ln -sf ../../parity $(BIN)/parity
	@cat $(LOCKS) >$@

.PHONY: develop
develop: $(DEVELOPED)  ## Add what the tests and the checks of the code run on, as it is locked.

# It holds all that requirements.txt does, in the same versions.
$(DEVELOPED): $(INSTALLED) $(if $(call holds,$(DEVELOPED),$(DEVELOPMENT_LOCK)),,FORCE)
	@rm -f $@
	@$(SYNC) $(DEVELOPMENT_LOCK)
	@cat $(DEVELOPMENT_LOCK) >$@

# What is not up to date, whatever the dates of files.
FORCE:

.PHONY: check
check: $(INSTALLED)  ## Check every stack offline: settings, policies, parity (the main job).
	@$(BIN)/parity check $(CHECK_ARGS)

.PHONY: test
test: $(DEVELOPED)  ## Run the tests, with coverage; the product's on the example, the service's own on the service.
	@$(BIN)/python -m tests.suite $(TEST_ARGS)

# The CLI is an ordinary Go module; without the flag it says no version. Its language host is a double of the tests' own.
.PHONY: engine
engine: $(DEVELOPED)  ## Make a real Pulumi CLI for the tests in build/tools; Go takes minutes once.
	@mkdir -p $(TOOLS) build/pulumi
	@if [ "$$($(TOOLS)/pulumi version 2>/dev/null)" != v$(PULUMI_VERSION) ]; then \
		set -e; cd build/pulumi; test -e go.mod || go mod init pulumi-of-the-tests; \
		go get $(PULUMI_MODULE)/pkg/v3/cmd/pulumi@v$(PULUMI_VERSION); \
		go build -ldflags "-s -w -X $(PULUMI_MODULE)/sdk/v3/go/common/version.Version=v$(PULUMI_VERSION)" \
			-o $(CURDIR)/$(TOOLS)/pulumi $(PULUMI_MODULE)/pkg/v3/cmd/pulumi; fi
	@$(BIN)/python -m tests.engine.language_host.install $(TOOLS)

.PHONY: lint
lint: $(DEVELOPED)  ## Check the code and the workflows: ruff, mypy, import-linter, zizmor, and actionlint where it is on PATH.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo
	@set -e; for root in lambda/app lambda/rotation; do \
		(cd $$root && $(CURDIR)/$(BIN)/mypy --config-file $(CURDIR)/pyproject.toml *.py); done
	@$(BIN)/zizmor --quiet --offline --persona=auditor .github
	@if command -v actionlint >/dev/null; then actionlint; else echo "actionlint is not on PATH: the workflows' syntax was not checked" >&2; fi

.PHONY: benchmark
benchmark: $(DEVELOPED)  ## Measure the check and the pack, as ratios of one run.
	@$(BIN)/python -m pytest -q -s -m benchmark tests/benchmarks

.PHONY: pictures
pictures: $(DEVELOPED)  ## Draw what reviewers see, at both widths, in build/pictures; needs Chromium.
	@$(BIN)/python -m tests.pictures

.PHONY: docs
docs: $(DEVELOPED)  ## Write the generated documents anew.
	@$(BIN)/python -m program.offline.projects
	@$(BIN)/python -m policies.document
	@$(BIN)/python -m tests.program.engine.live_properties
	@$(BIN)/python -m tests.program.foundation.rights_document --write

.PHONY: golden
golden: $(DEVELOPED)  ## Write the golden files anew; review the diff.
	@UPDATE_GOLDEN=1 $(BIN)/python -m pytest -q $(TEST_ARGS)

.PHONY: lock
lock: $(DEVELOPED)  ## Lock the dependencies anew, within requirements*.in.
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements.in -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements-dev.in -c requirements.txt -o requirements-dev.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements-uv.in -c requirements-dev.txt -o requirements-uv.txt
