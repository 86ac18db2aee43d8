# Two targets do everything on a fresh machine: `make run` measures it, `make test` proves the code. Both set up first,
# install only what is missing, and say what that is. Everything of ours lands in .venv and out/.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= out
STAMP = $(OUT)/$(shell date +%Y%m%d-%H%M%S)

# What measuring needs, and what the tests need beyond it (Debian and Ubuntu names).
RUN_PACKAGES := fio iperf3 ethtool numactl pciutils iproute2 util-linux procps kmod gcc libc6-dev python3-venv
TEST_PACKAGES := $(RUN_PACKAGES) hwloc-nox chromium likwid mbw sysbench docker.io podman runc crun qemu-system-x86 \
	libvirt-dev pkg-config python3-dev linux-image-amd64 udev busybox-static qemu-guest-agent openssh-server openssh-client postgresql

# Tests that measure or start something real run one after the other. Machines are shared and noisy, so what failed gets
# one more chance, alone; both outcomes are printed.
REAL := slow or tools or lab or browser or container or postgres
AGAIN = (echo "once more, only what failed:" && $(BIN)/pytest --last-failed --last-failed-no-failures none --durations=15)

.DEFAULT_GOAL := help
.PHONY: help run test test-quick lint bench bench-gate lab docs lock clean system-run system-test

help:  ## say what each target does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

run: system-run $(VENV)/.run  ## set up, measure this machine with the quick suite, write the report
	@mkdir -p $(OUT)
	@$(BIN)/perfadvisor doctor || true
	@run=$(STAMP) && $(BIN)/perfadvisor run quick --out $$run \
		&& $(BIN)/perfadvisor advise $$run \
		&& $(BIN)/perfadvisor report $$run -o $$run/report.html \
		&& echo && echo "The report: $(CURDIR)/$$run/report.html"

test: system-test $(VENV)/.test lint  ## set up, then every check and every test
	$(BIN)/pytest -q -n 2 -m "not ($(REAL))" || $(AGAIN)
	$(BIN)/pytest -m "$(REAL)" --durations=15 || $(AGAIN)

test-quick: $(VENV)/.test  ## the tests that take no tools and under a minute
	$(BIN)/pytest -q -n 2 -m "not ($(REAL) or shared or commands)"

lint: $(VENV)/.test  ## style, types and rules
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/perfadvisor rules lint
	$(BIN)/perfadvisor rules test

bench: system-test $(VENV)/.test  ## print the figures that users wait for and that results rest on
	$(BIN)/python -m benchmarks

bench-gate: $(VENV)/.test  ## print how the gate does against the numbers to beat
	$(BIN)/python -m benchmarks.gate

lab: system-test $(VENV)/.test  ## boot the emulated two-socket server with a shell in it
	$(BIN)/python -m tests.lab

docs: $(VENV)/.test  ## build the documentation into out/docs
	$(BIN)/pip install --quiet -c requirements.lock -e '.[docs]'
	$(BIN)/sphinx-build -W -q -b html docs $(OUT)/docs
	@echo "The documentation: $(CURDIR)/$(OUT)/docs/index.html"

lock:  ## move every locked dependency to its newest version
	rm -rf $(OUT)/lock && $(PYTHON) -m venv $(OUT)/lock
	$(OUT)/lock/bin/pip install --quiet '.[dev,docs]'
	$(OUT)/lock/bin/pip freeze --exclude perfadvisor > requirements.lock

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

system-run:
	$(call install_packages,$(RUN_PACKAGES))

system-test:
	$(call install_packages,$(TEST_PACKAGES))

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "perfadvisor needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python pyproject.toml requirements.lock
	@echo "installing perfadvisor and its Python packages into $(VENV)"
	$(BIN)/pip install --quiet --disable-pip-version-check -c requirements.lock -e .
	@touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml requirements.lock
	@echo "installing perfadvisor, its Python packages and those of the tests into $(VENV)"
	$(BIN)/pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[dev]'
	@touch $@ $(VENV)/.run
