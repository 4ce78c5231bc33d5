# Two commands on a fresh machine: `make demo` and `make test`. Both set everything up first.
# TORCH=cpu takes torch's small build (no CUDA libraries). SESSIONS and SEED shape the demo shop.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed-$(or $(TORCH),default)
UV := $(shell command -v uv 2>/dev/null || echo .venv-uv/bin/uv)
SESSIONS ?= 60000
SEED ?= 7
WORKERS ?= 3
TESTS ?=
unexport PYTHONDONTWRITEBYTECODE  # every process that we start would compile all its libraries again

BENCH_SESSIONS ?= 1000000,10000000

.PHONY: help install demo up test lint format bench lock clean

help:
	@echo "make demo    set up, make a demo shop, compute everything, serve http://127.0.0.1:8050 (Dagster on 3000)"
	@echo "make test    set up, lint, type-check and test (browser tests need Chromium: make test-tools)"
	@echo "make up      serve what is loaded    make bench   benchmarks (ratios)    make lint   ruff and mypy"

install: $(STAMP)

.venv-uv/bin/uv:
	$(PYTHON) -m venv .venv-uv && .venv-uv/bin/pip install -q uv

$(STAMP): requirements.lock pyproject.toml $(filter .venv-uv/bin/uv,$(UV))
	@echo "Installing into .venv; the first time takes a minute or two"
	$(UV) venv -q --allow-existing --python ">=3.11,<3.13" .venv
ifeq ($(TORCH),cpu)
	grep -vE '^(torch|triton|nvidia-|cuda-)' requirements.lock > .venv/requirements-cpu.txt
	$(UV) pip install -q --python $(BIN)/python --torch-backend=cpu "$$(grep -E '^torch==' requirements.lock)" -r .venv/requirements-cpu.txt
else
	$(UV) pip sync -q --python $(BIN)/python requirements.lock
endif
	$(UV) pip install -q --python $(BIN)/python --no-deps -e .
	@rm -f .venv/.installed-*; touch $@

demo: install
	$(BIN)/ca demo --sessions $(SESSIONS) --seed $(SEED)

up: install
	$(BIN)/ca up

# What the tests need from the system and Debian offers as packages; other systems bring their own Chromium.
# A server package would also start a server of its own: the file in /etc/postgresql-common prevents that; of MariaDB and Caddy only
# the programs are taken.
.PHONY: test-tools
test-tools:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { apt-get update -qq && mkdir -p /etc/postgresql-common \
	&& echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf \
	&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold postgresql-15 >/dev/null; }
	@command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null || { apt-get update -qq \
	&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends mariadb-server-core mariadb-client-core >/dev/null; }
	@command -v mvn >/dev/null && ls -d /usr/lib/jvm/*-17-* >/dev/null 2>&1 || { apt-get update -qq \
	&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends maven openjdk-17-jre-headless >/dev/null; }
	@command -v caddy >/dev/null || { apt-get update -qq && cd "$$(mktemp -d)" && apt-get download -qq caddy && dpkg -x caddy_*.deb . \
	&& install usr/bin/caddy /usr/local/bin/caddy; }
	@command -v npm >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm >/dev/null; }
	@command -v chromium >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; }

# Three workers also on two cores: many tests wait for servers, daemons and ticks of a clock (two workers used 61 % of two cores).
# Files go out in the order of conftest.py (long ones first); without the option xdist orders them by their number of tests.
test: install lint
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=25 $(TESTS)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

bench: install
	$(BIN)/python -m bench.run --sessions $(BENCH_SESSIONS)

# The models: value, anomalies. BENCH_DATA=folder adds the real data sets.
.PHONY: bench-models
bench-models: install
	OMP_NUM_THREADS=1 $(BIN)/python -m bench.models $(if $(BENCH_DATA),--data $(BENCH_DATA))
	OMP_NUM_THREADS=1 $(BIN)/python -m bench.anomalies $(if $(BENCH_DATA),--nab $(BENCH_DATA)/nab_dev.zip)
	OMP_NUM_THREADS=1 $(BIN)/python -m bench.ab_tests
	OMP_NUM_THREADS=1 $(BIN)/python -m bench.ab_arrays --loaded
	OMP_NUM_THREADS=1 $(BIN)/python -m bench.delivery

lock:
	$(UV) pip compile -q pyproject.toml --group dev --group oscar --extra bigquery-storage --extra spark --no-emit-index-url --no-header --no-annotate -o requirements.lock

clean:
	rm -rf .venv .venv-uv .pytest_cache .mypy_cache .ruff_cache .hypothesis
