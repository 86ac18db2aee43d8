"""Made-up reports to look at: `view(**changes)` builds one, `page` is the usual one as HTML."""

from collections.abc import Callable

import pytest

from perfadvisor.report.html import render
from perfadvisor.report.view import ReportView
from tests.report import synthetic
from tests.report.browsing import browser, opened  # noqa: F401 - fixtures of tests in a browser


@pytest.fixture(scope="session")
def view() -> Callable[..., ReportView]:
    return synthetic.view


@pytest.fixture(scope="session")
def page(view) -> str:
    return render(view(environments=("local", "docker", "vm")))
