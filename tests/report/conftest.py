"""Made-up reports to look at: `view(**changes)` builds one, `page` is the usual one as HTML."""

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

from perfadvisor.report.html import render
from perfadvisor.report.view import ReportView

SYNTHETIC = runpy.run_path(str(Path(__file__).with_name("synthetic.py")))


@pytest.fixture(scope="session")
def synthetic() -> dict[str, Callable]:
    """The builders: view, rule, estimate, ..."""
    return SYNTHETIC


@pytest.fixture(scope="session")
def view() -> Callable[..., ReportView]:
    return SYNTHETIC["view"]


@pytest.fixture(scope="session")
def page(view) -> str:
    return render(view(environments=("local", "docker", "vm")))
