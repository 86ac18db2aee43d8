"""Booting the lab, once for each list of steps."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.targets.vm import kernel as vm_kernel
from tests.lab.server import Server


class Lab:
    """What a boot left behind: `folder` with the files, and what every step saw."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: Mapping[str, Any] = json.loads((folder / "results.json").read_text())

    def saw(self, step: str) -> dict[str, Any]:
        """A step's own report; the test fails with the step's traceback where it has none."""
        assert step in self._seen, f"{step} was not reached: {(self.folder / 'output').read_text()[-3000:]}"
        assert "failed" not in self._seen[step], self._seen[step]["failed"]
        return self._seen[step]


@pytest.fixture(scope="session")
def booted(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Lab]:
    """Boot, run these steps within the time, power off."""

    def boot(steps: str, timeout_s: float, *more: str) -> Lab:
        _require()
        folder = tmp_path_factory.mktemp("lab")
        try:
            Server(directory=folder, more=more).run(f"python -m tests.lab.inside {steps}", timeout_s)
        except MeasureError:
            if not (folder / "results.json").exists():
                raise  # else the steps that were not reached say so themselves
        return Lab(folder)

    return boot


STEPS = "configured refused virtual_function killed guarded domain_type mapping pulled"
RUN_S = 1500.0  # bounds a hang; about 11 minutes where two cores are free


@pytest.fixture(scope="session")
def lab(booted: Callable[..., Lab]) -> Lab:
    """One boot for the tests of several files."""
    return booted(STEPS, RUN_S)


@pytest.fixture(scope="session")
def guests(booted: Callable[..., Lab]) -> Lab:
    """One boot for everything with guests inside it."""
    return booted("mission passed_on", RUN_S)


def _require() -> None:
    for program in ("qemu-system-x86_64", "mke2fs", "fio"):
        if shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin") is None:
            pytest.skip(f"{program} is not installed")
    try:
        vm_kernel.vng(), vm_kernel.choose()
    except MeasureError as error:
        pytest.skip(f"the lab cannot boot: {error.message}")
    if os.geteuid() != 0:
        pytest.skip("inside the lab everything belongs to whoever starts it: needs root")
