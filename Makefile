# The doors of the project; `make help` lists them. Each sets itself up; all that is needed is Python 3.11 or newer, and make.

PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$each; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
# Newer than the lock and the project's own file when what they name is installed.
INSTALLED := $(VENV)/.installed
# Three processes for two cores, because a third of the time is waiting, each with a Kafka and a PostgreSQL of its own,
# files kept together; what T names, in one.
WORKERS = $(if $(T),,-n 3 $(APART) --ignore=tests/faults)
APART = --dist loadfile --no-loadscope-reorder
# Compiled code is kept, whatever the environment says: a run of the tests starts a hundred processes that need it.
export PYTHONDONTWRITEBYTECODE :=
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help setup demo up test test-platform test-long test-containers faults faults-smoke helm check check-packages check-chart check-chart-server images \
	chaos bench tools-smoke browser capacity generate docs migration
.DEFAULT_GOAL := help

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name words; do \
		printf '  make %-20s %s\n' "$$name" "$$words"; done

setup: $(INSTALLED) ## Install the pinned dependencies into .venv; every other target does so by itself

demo: setup ## Play the whole program on a real Kafka and a real PostgreSQL
	@$(BIN)/pdp demo

up: setup ## Start the platform on this machine, and show how it is
	@$(BIN)/pdp up

check: setup ## Linters, types, import rules, compatibility of event schemas, migrations, routes
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy services shared deploy tests
	$(BIN)/lint-imports
	$(BIN)/python -m shared.testing.compatibility
	$(BIN)/python -m shared.testing.migration_rules
	$(BIN)/python -m shared.testing.house_rules
	$(BIN)/python -m pytest tests/architecture

test: setup ## The tests; T=tests/matching for some, T="tests/matching -k score" for fewer
	@$(BIN)/python -m pytest $(WORKERS) $(T)

browser: ## Chromium of this system's packages, for `make test-platform` (Debian, as root)
	@command -v chromium >/dev/null || { apt-get update --quiet --quiet && \
		DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends chromium >/dev/null; }

# Go builds it in a minute or two, once: nobody else's would be the pinned one.
helm: setup ## helm, for what `make test` tries of the Helm chart; needs Go
	@nice -n 15 $(BIN)/python -m deploy.kubernetes.tools helm

test-platform: setup ## On the whole platform as `pdp up` runs it, its pages in Chromium where there is one (T=... as above, PDP_PICTURES=folder for a picture of each)
	@$(BIN)/python -m pytest -m "(platform or browser) and not long" $(or $(T),-n 2 $(APART) tests/running tests/flows tests/deploy tests/portal)

test-long: setup ## What `make test` leaves out because each takes half a minute and more (T=... as above)
	@$(BIN)/python -m pytest -m long --ignore=tests/faults $(T)

# Tests that start, kill or restart processes of their own (faults, `pdp up`) are left out.
test-containers: setup ## What needs Kafka or PostgreSQL, on the official images; needs a Docker engine (T=... as above)
	@$(BIN)/python -m pytest --engines containers -m "not long and not platform and not browser" $(T)

faults: setup ## Every fault of docs/architecture/faults.md; writes the table of docs/faults.md anew (CASE=upgrade: those of this name alone, and no table)
	@PDP_FAULTS_PAGE=$(if $(CASE),,docs/faults.md) $(BIN)/python -m pytest tests/faults -m "" $(if $(CASE),-k $(CASE))

faults-smoke: setup ## A few of them, in two minutes
	@$(BIN)/python -m pytest tests/faults

chaos: setup ## The program under random kills and faults, ten minutes (MINUTES=2, SEED=... of a run, PAGE=docs/faults.md for its tables)
	@PDP_CHAOS_PAGE="$(PAGE)" $(BIN)/python -m tests.flows.chain $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

bench: setup ## Every figure of docs/benchmarks.md (QUICK=1, PART=consume,relay, JSON=file for the figures)
	@$(BIN)/python -m tests.bench

# What nobody runs for weeks rots: chaos could not begin once, and nothing said so.
tools-smoke: setup ## `make bench` and `make chaos` at their smallest: whether they still work, in three minutes
	@QUICK=1 PART=consume,relay,http,stages,cohort $(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.flows.chain --minutes 0.1

capacity: setup ## Write the tables of docs/capacity.md anew (JSON=file of a `make bench JSON=file`: keep its figures)
	@$(BIN)/python -m deploy.capacity --write $(if $(JSON),--measured $(JSON))

generate: setup ## Write anew what is made of the code: event schemas, topics and access rules of the chart, pages of docs/
	@$(BIN)/python -m shared.testing.compatibility --write
	@$(BIN)/python -m deploy.kubernetes
	@$(BIN)/python -m deploy.reference

docs: setup ## Write anew the pages of docs/ that are made: events, settings, metrics, the list of decisions
	@$(BIN)/python -m deploy.reference

migration: setup ## Write the next migration of a stage, from its store (STAGE=matching NAME="a note on each offering")
	@$(BIN)/python -m deploy.develop.migration "$(STAGE)" "$(NAME)"

# From a folder of its own: nothing that runs depends on it.
check-packages: setup ## Which pinned packages have a known weakness; advisory, where a database of them answers
	@$(PYTHON) -m venv $(VENV)/pip-audit && $(VENV)/pip-audit/bin/python -m pip --disable-pip-version-check --quiet install pip-audit
	@$(BIN)/python -m deploy.develop.packages $(VENV)/pip-audit/bin/pip-audit

# Builds helm and the like with Go the first time, and fetches the schemas.
check-chart: setup ## The Helm chart against the schemas of Kubernetes and its operators; needs Go
	nice -n 15 $(BIN)/python -m deploy.kubernetes.check
	$(BIN)/python -m pytest tests/deploy/kubernetes

check-chart-server: setup ## The same against a real API server, which Go builds in a quarter of an hour the first time
	nice -n 15 $(BIN)/python -m deploy.kubernetes.check_server
	nice -n 15 $(BIN)/python -m pytest -m long tests/deploy/kubernetes

# Their version is the project's, their revision the commit.
images: ## An image for each service, and one for what is done once; needs Docker with buildx (REGISTRY=host/path/, BASE=python:…@sha256:…)
	@VERSION="$$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)" REGISTRY="$(REGISTRY)" \
	REVISION="$$(git rev-parse HEAD 2>/dev/null || echo unknown)$$(git diff --quiet HEAD 2>/dev/null || echo -dirty)" \
	$(if $(BASE),BASE="$(BASE)") docker buildx bake -f deploy/images/bake.hcl

$(INSTALLED): requirements.lock pyproject.toml
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed; install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Installing the pinned dependencies into $(VENV) (a minute or two, once)"
	@$(PYTHON) -m venv $(VENV) || { \
		echo "$(PYTHON) cannot make a virtual environment; install its venv module (Debian: python3-venv)" >&2; exit 1; }
	@$(PIP) install --no-deps --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@
