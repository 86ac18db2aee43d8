"""No violation that axe-core finds, on every kind of page, in both colour schemes, on desk and phone, folds open."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from perfadvisor.analyse.gate.history import AlertPolicy, check
from perfadvisor.differing import differing
from perfadvisor.importer import import_files
from perfadvisor.judge import judge
from perfadvisor.report.differing.html import render as render_sides
from perfadvisor.report.history_html import history_html
from perfadvisor.report.html import render
from tests.report.test_curves import swept
from tests.report.test_history_page import stepped

pytestmark = pytest.mark.browser
DATA = Path(__file__).resolve().parent.parent / "data"
SERVER, HERE = DATA / "machines" / "emulated-server.tar.gz", DATA / "planted" / "far-interrupts.tar.gz"
RESULTS = [
    *(f"fio/{name}.json" for name in ("fdatasync", "net-pingpong", "randread-qd1-both", "randread-qd32")),
    *(f"fio/{name}.json" for name in ("randread-qd1-total", "randrw-70-30", "two-jobs", "two-configurations")),
    *(f"iperf3/{name}.json" for name in ("tcp-4", "tcp-bidir", "tcp-omit", "tcp-reverse", "udp-omit-lossy")),
    "iperf3/udp-reverse.json",
]


def imported(_: Callable) -> str:
    """The page of fourteen result files."""
    with tempfile.TemporaryDirectory() as place:
        import_files([DATA / name for name in RESULTS], Path(place) / "run")
        return render(judge(Path(place) / "run"))


def sides(_: Callable) -> str:
    found, views = differing((SERVER, HERE))
    return render_sides(found, views)


def history(_: Callable) -> str:
    several = (stepped("a", environment="local"), stepped("b", better="", environment="vm"))
    return history_html(several, check(several, AlertPolicy()), "https://example.org/commit/{commit}")


KINDS: dict[str, Callable[[Callable], str]] = {
    "sweep": lambda _: render(swept()),
    "quick": lambda view: render(view()),
    "seconds": lambda view: render(view(series=True, histograms=False)),
    "environments": lambda view: render(view(environments=("local", "docker", "vm"))),
    "read": lambda view: render(replace(view(), run=None, cells=(), ratios=())),
    "nothing": lambda view: render(replace(view(), run=None, cells=(), ratios=(), findings=(), facts={})),
    "server": lambda _: render(judge(SERVER)),
    "import": imported,
    "sides": sides,
    "history": history,
}


@cache
def made(kind: str, view: Callable) -> str:
    return KINDS[kind](view)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")])
def test_axe_finds_nothing(opened, view, kind: str, width: int, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = made(kind, view)
    found = opened(page, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    found.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    results = axe.Axe().run(found.page)
    assert results.violations_count == 0, results.generate_report()
    assert [url for url in found.asked if not url.startswith(("file:", "data:"))] == []
