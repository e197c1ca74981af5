# The doors of the project. Each sets itself up; all that is needed is Python 3.11 or newer, and make.

PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$each; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
# Newer than the lock and the project's own file when what they name is installed.
INSTALLED := $(VENV)/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: setup demo test test-long test-containers faults faults-smoke check check-chart check-chart-server images chaos bench \
	capacity up

setup: $(INSTALLED)

demo: setup
	@$(BIN)/pdp demo

test: setup
	@$(BIN)/python -m pytest

# What `make test` leaves out because each takes half a minute and more; the fault cases have a door of their own.
test-long: setup
	@$(BIN)/python -m pytest -m long --ignore=tests/faults

# What needs a Kafka or a PostgreSQL, on containers of the official images instead of the embedded pair; needs a Docker engine.
# Tests that start, kill or restart processes of their own (faults, `pdp up`) are left out. `TESTS=…` names some only.
test-containers: setup
	@$(BIN)/python -m pytest --engines containers -m "not long" $(TESTS)

# Every fault of docs/architecture/faults.md; the table of docs/faults.md is written anew.
faults: setup
	@PDP_FAULTS_PAGE=docs/faults.md $(BIN)/python -m pytest tests/faults -m ""

faults-smoke: setup
	@$(BIN)/python -m pytest tests/faults

check: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy services shared deploy tests
	$(BIN)/lint-imports
	$(BIN)/python -m shared.testing.compatibility
	$(BIN)/python -m shared.testing.migration_rules

# Builds helm and the like with Go the first time, and fetches the schemas.
check-chart: setup
	nice -n 15 $(BIN)/python -m deploy.kubernetes.check
	$(BIN)/python -m pytest tests/deploy/kubernetes

# Would a real API server take the chart? It is built with Go the first time, which is long.
check-chart-server: setup
	nice -n 15 $(BIN)/python -m deploy.kubernetes.check_server
	nice -n 15 $(BIN)/python -m pytest -m long tests/deploy/kubernetes

# An image for each service, and one for what is done once; needs a Docker engine with buildx. `REGISTRY=host/path/` names them
# for pushing. Their version is the project's, their revision the commit.
images:
	@VERSION="$$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)" REGISTRY="$(REGISTRY)" \
	REVISION="$$(git rev-parse HEAD 2>/dev/null || echo unknown)$$(git diff --quiet HEAD 2>/dev/null || echo -dirty)" \
	docker buildx bake -f deploy/images/bake.hcl

# Ten minutes of random kills of any process, `MINUTES=2` for fewer; a seed is printed, `SEED=…` takes it again.
chaos: setup
	@$(BIN)/python -m tests.flows.chain $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

# Every figure of docs/benchmarks.md in one run; `QUICK=1` for small numbers, `PART=consume,relay` for a part of it,
# `JSON=file` writes the figures.
bench: setup
	@$(BIN)/python -m tests.bench

# The tables of docs/capacity.md anew; `JSON=file` takes the figures of a `make bench JSON=file` for it, from then on.
capacity: setup
	@$(BIN)/python -m deploy.capacity --write $(if $(JSON),--measured $(JSON))

up: setup
	@$(BIN)/pdp up

$(INSTALLED): requirements.lock pyproject.toml
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed; install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Installing the pinned dependencies into $(VENV) (a minute or two, once)"
	@$(PYTHON) -m venv $(VENV) || { \
		echo "$(PYTHON) cannot make a virtual environment; install its venv module (Debian: python3-venv)" >&2; exit 1; }
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@
