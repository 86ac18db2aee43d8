# Two targets do everything on a fresh machine: `make run` measures it, `make test` proves the code. Every target sets up
# what it needs first, system packages before the Python ones, installs only what is missing, and says what that is.
# Everything of ours lands in .venv, out/ and dist/.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= out
SEED ?= 1
MOST ?= 1000000
TIME ?= 600
STAMP = $(OUT)/$(shell date +%Y%m%d-%H%M%S)

# What each kind of target needs of the system (Debian and Ubuntu names).
PYTHON_PACKAGES := python3 python3-venv
RUN_PACKAGES := $(PYTHON_PACKAGES) fio iperf3 ethtool numactl pciutils iproute2 util-linux procps kmod gcc libc6-dev
DEV_PACKAGES := $(PYTHON_PACKAGES) git
TEST_PACKAGES := $(RUN_PACKAGES) $(DEV_PACKAGES) hwloc-nox chromium likwid mbw sysbench docker.io podman runc crun \
	qemu-system-x86 libvirt-dev pkg-config python3-dev linux-image-amd64 udev busybox-static qemu-guest-agent \
	openssh-server openssh-client postgresql

# Tests that measure or start something real run one after the other. Machines are shared and noisy, so what failed gets
# one more chance, alone; both outcomes are printed.
REAL := slow or tools or lab or browser or container or postgres
AGAIN = (echo "once more, only what failed:" && $(BIN)/pytest --last-failed --last-failed-no-failures none --durations=15)

.DEFAULT_GOAL := help
.PHONY: help setup run test test-quick lint bench bench-gate mutants torture exam lab reboot docs dist lowest lock clean
.PHONY: system-python system-run system-dev system-test
.NOTPARALLEL: # two installations at once would wait for, or break, one another

help:  ## say what each target does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: $(VENV)/.test  ## install everything that `make test` needs, and the hooks for git
	@if [ -d .git ]; then $(BIN)/pre-commit install >/dev/null; fi

run: $(VENV)/.run  ## set up, measure this machine with the quick suite, write the report
	@mkdir -p $(OUT)
	@$(BIN)/perfadvisor doctor || true
	@run=$(STAMP) && $(BIN)/perfadvisor run quick --out $$run \
		&& $(BIN)/perfadvisor advise $$run \
		&& $(BIN)/perfadvisor report $$run -o $$run/report.html \
		&& echo && echo "The report: $(CURDIR)/$$run/report.html"

test: $(VENV)/.test lint  ## set up, then every check and every test
	$(BIN)/pytest -q -n 2 -m "not ($(REAL))" || $(AGAIN)
	$(BIN)/pytest -m "$(REAL)" --durations=15 || $(AGAIN)

test-quick: $(VENV)/.dev | system-run  ## the tests that measure nothing and take a few minutes at most
	$(BIN)/pytest -q -n 2 -m "not ($(REAL) or shared or commands)"

lint: $(VENV)/.dev  ## style, types and rules
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/perfadvisor rules lint
	$(BIN)/perfadvisor rules test

bench: $(VENV)/.test  ## print the figures that users wait for and that results rest on
	$(BIN)/python -m benchmarks

bench-gate: $(VENV)/.dev  ## print how the gate does against the numbers to beat
	$(BIN)/python -m benchmarks.gate

mutants: $(VENV)/.dev  ## put small faults into the code that safety rests on; name those that no test notices
	$(BIN)/python -m tests.mutants --most $(MOST) --seed $(SEED)

torture: $(VENV)/.test  ## TIME seconds of signals, broken inputs and full disks, drawn by SEED
	$(BIN)/python -m tests.torture --seconds $(TIME) --seed $(SEED) --out $(OUT)/torture

exam: $(VENV)/.test  ## plant faults on devices and namespaces of its own, and see what the advisor makes of them
	$(BIN)/python -m tests.exam --seed $(SEED) $(EXAM)

lab: $(VENV)/.test  ## boot the emulated two-socket server with a shell in it
	$(BIN)/python -m tests.lab

reboot: $(VENV)/.test  ## boot an emulated Debian three times: what tune keeps holds, and is taken back
	$(BIN)/python -m tests.lab.reboot

docs: $(VENV)/.dev  ## build the documentation into out/docs
	$(BIN)/sphinx-build -W -q -b html docs $(OUT)/docs
	@echo "The documentation: $(CURDIR)/$(OUT)/docs/index.html"

dist: $(VENV)/.dev  ## make the wheel and the single-file program in dist/
	rm -rf dist $(OUT)/dist && mkdir -p dist
	$(BIN)/pip wheel $(QUIET) --no-deps -w dist .
	$(BIN)/pip install $(QUIET) --require-hashes -r requirements/run.lock --target $(OUT)/dist
	$(BIN)/pip install $(QUIET) --no-deps --target $(OUT)/dist dist/perfadvisor-*.whl
	$(BIN)/shiv --compressed --reproducible --python '/usr/bin/env python3' --site-packages $(OUT)/dist \
		--console-script perfadvisor --output-file dist/perfadvisor.pyz
	@cd dist && sha256sum perfadvisor* | tee SHA256SUMS

lowest: $(VENV)/.dev  ## the quick tests with the oldest versions of the libraries that pyproject.toml allows
	rm -rf $(OUT)/lowest && $(BIN)/uv venv --quiet $(OUT)/lowest
	$(BIN)/uv pip install --quiet --python $(OUT)/lowest --resolution lowest-direct -e '.[parquet,postgres,vm]'
	$(BIN)/uv pip freeze --quiet --exclude-editable --python $(OUT)/lowest > $(OUT)/lowest.txt
	$(BIN)/uv pip install --quiet --python $(OUT)/lowest -c $(OUT)/lowest.txt \
		hypothesis jsonschema pytest pytest-timeout pytest-xdist
	$(OUT)/lowest/bin/python -m pytest -q -n 2 -m "not ($(REAL) or shared or commands or newest)"

# Users get the versions of run.lock, developers the same and more.
COMPILE = $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-annotate --python-version 3.11 \
	--custom-compile-command "make lock" pyproject.toml
lock: $(VENV)/.dev  ## move every locked dependency to its newest version
	$(COMPILE) --output-file requirements/run.lock
	$(COMPILE) --group test --all-extras -c requirements/run.lock --output-file requirements/test.lock
	$(COMPILE) --group dev --extra parquet --extra postgres --extra vm -c requirements/test.lock \
		--output-file requirements/dev.lock

clean:  ## remove what the targets made here
	rm -rf $(VENV) $(OUT) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

# A missing Debian package is installed by root; anybody else is told the one line and goes on with what is there.
define install_packages
@missing=""; for package in $(1); do \
	dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; done; \
if [ -z "$$missing" ]; then :; \
elif [ "$$(id -u)" = 0 ]; then echo "installing:$$missing"; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
else echo "An administrator can add what is missing with:"; echo "  apt-get install$$missing"; echo "Going on without."; fi
endef

system-python:
	$(call install_packages,$(PYTHON_PACKAGES))

system-run:
	$(call install_packages,$(RUN_PACKAGES))

system-dev:
	$(call install_packages,$(DEV_PACKAGES))

system-test:
	$(call install_packages,$(TEST_PACKAGES))

QUIET := --quiet --disable-pip-version-check

# The locked versions, each checked against its hash, then perfadvisor itself from this directory.
define install_python
@echo "installing perfadvisor and $(2) into $(VENV)"
$(BIN)/pip install $(QUIET) --require-hashes -r requirements/$(1).lock
$(BIN)/pip install $(QUIET) --no-deps -e .
endef

$(VENV)/bin/python: | system-python
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "perfadvisor needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python pyproject.toml requirements/run.lock | system-run
	$(call install_python,run,its Python packages)
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml requirements/dev.lock | system-dev
	$(call install_python,dev,what checks it)
	@touch $@ $(VENV)/.run

$(VENV)/.test: $(VENV)/bin/python pyproject.toml requirements/test.lock | system-test
	$(call install_python,test,what tests it)
	@touch $@ $(VENV)/.run $(VENV)/.dev
