"""No violation that axe-core finds, on every kind of page, in both colour schemes, on desk and phone, folds open."""

from dataclasses import replace

import pytest

from tests.report.test_curves import swept

pytestmark = pytest.mark.browser
KINDS = {
    "sweep": lambda _: swept(),
    "quick": lambda view: view(),
    "environments": lambda view: view(environments=("local", "docker", "vm")),
    "read": lambda view: replace(view(), run=None, cells=(), ratios=()),
    "nothing": lambda view: replace(view(), run=None, cells=(), ratios=(), findings=(), facts={}),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")])
def test_axe_finds_nothing(opened, view, kind: str, width: int, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    found = opened(KINDS[kind](view), viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    found.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    results = axe.Axe().run(found.page)
    assert results.violations_count == 0, results.generate_report()
