"""The history's page: what its charts hold, and how it stands in Debian's Chromium on a desk and on a phone."""

import re

import numpy as np
import pytest

from perfadvisor.analyse.gate.history import AlertPolicy, check
from perfadvisor.model.history import Series, SeriesKey
from perfadvisor.report.history_chart import EDGE, HEIGHT, WIDTH, chart
from perfadvisor.report.history_figures import MOST_POINTS, explored, over_time
from perfadvisor.report.history_html import history_html


def series(values, name: str = "w", unit: str = "iops", better: str = "higher", **key: str) -> Series:
    n = len(values)
    return Series(
        key=SeriesKey(workload=name, **key),
        unit=unit,
        better=better,
        values=tuple(map(float, values)),
        times=tuple(1e9 + 3600.0 * i for i in range(n)),
        commits=tuple(f"{i:040x}" for i in range(n)),
    )


def stepped(name: str, n: int = 120, step: float = -0.1, **known) -> Series:
    values = 52000 * np.exp(np.random.default_rng(1).normal(size=n) * 0.01)
    values[n - 15 :] *= 1 + step
    return series(values, name, **known)


def page(*several: Series, commit_url: str = "") -> str:
    return history_html(several, check(several, AlertPolicy()), commit_url)


def numbers(path: str) -> list[float]:
    return [float(part) for part in path.replace("M", " ").replace("L", " ").replace(",", " ").split()]


def test_the_picture_holds_every_point_within_its_frame() -> None:
    one = series([1, 2, 3, 2, 1])
    found = numbers(chart(one, ()).path)
    assert found[::2] == pytest.approx(np.linspace(EDGE, WIDTH - EDGE, 5))
    assert found[1::2] == pytest.approx([HEIGHT - EDGE, HEIGHT / 2, EDGE, HEIGHT / 2, HEIGHT - EDGE])
    assert len(numbers(chart(series(range(1, 10_001)), ()).path)) // 2 <= 1500


def test_one_point_and_equal_points_are_drawn_in_the_middle() -> None:
    assert numbers(chart(series([5]), ()).path) == [WIDTH / 2, HEIGHT / 2]
    assert set(numbers(chart(series([5, 5, 5]), ()).path)[1::2]) == {HEIGHT / 2}


def test_levels_and_marks_lie_where_the_changes_do() -> None:
    one = stepped("w")
    (change,) = check([one], AlertPolicy()).changes
    found = chart(one, [change])
    assert len(found.levels) == 2 and len(found.marks) == 1
    assert found.levels[0][1] == found.levels[1][0] == found.marks[0].x
    assert found.levels[0][2] < found.levels[1][2]  # down is worse here


def headings(text: str) -> list[str]:
    return re.findall(r'<h3 id="series-\d+-heading">(.*?)</h3>', text)


def test_values_have_units_and_what_alerts_comes_first() -> None:
    text = page(series([5.0] * 20, "calm"), stepped("slow"), stepped("rate", step=0.1, unit="made-up"))
    assert headings(text) == ["slow", "rate", "calm"]
    assert "k IOPS" in text and "made-up" in text and "e+04" not in text
    assert "Worse since" in text and "UTC" in text and "Nothing got worse" not in text
    assert "Nothing got worse lately" in page(series([5.0] * 20))


def test_changes_are_sorted_by_size_and_lead_to_their_series() -> None:
    several = [stepped("small", step=-0.08), stepped("better", step=0.4), stepped("large", step=-0.3)]
    text = page(*several)
    table = text[text.index('id="changes"') : text.index('id="series"')]
    names = re.findall(r'<a href="#(series-\d+)">(\w+)</a>', table)
    assert [name for _, name in names] == ["large", "small", "better"]
    assert all(f'id="{place}"' in text for place, _ in names)


def test_commits_are_linked_where_an_address_is_given() -> None:
    odd = series([5.0] * 20)
    several = (stepped("w"), Series(**{**_fields(odd), "commits": ('"><script>',) * 20}))
    plain, linked = page(*several), page(*several, commit_url="https://example.org/c/{commit}")
    assert "https://" not in plain.partition("<body>")[2].partition("<script")[0]
    assert f'href="https://example.org/c/{105:040x}"' in linked
    assert '"><script>' not in linked.partition("<script")[0]


def _fields(one: Series) -> dict:
    return {name: getattr(one, name) for name in ("key", "unit", "better", "times", "values", "commits")}


def test_environments_and_parameters_can_be_switched_off() -> None:
    several = [stepped("w+iodepth=1", environment="local"), stepped("w+iodepth=8", environment="vm")]
    text = page(*several)
    assert 'data-filter="environment" value="vm"' in text and 'data-filter="parameters" value="iodepth=8"' in text
    assert text.count('data-environment="vm"') == 1
    assert "data-filter" not in page(several[0]).partition("<script")[0], "one of each: nothing to switch"


def test_figures_are_plotlys_own_and_bounded() -> None:
    import plotly.graph_objects as go

    one = stepped("w")
    changes = tuple(check([one], AlertPolicy()).changes)
    figure = over_time(one, changes)
    go.Figure(figure)
    assert len(figure["data"][0]["x"]) == 120 and len(figure["layout"]["shapes"]) == 3
    assert over_time(series([1.0, float("inf")]), ())["data"][0]["y"][1] is None
    many = [(f"series-{n}-chart", series(range(1, 1001)), ()) for n in range(30)]
    assert len(explored(many)) == MOST_POINTS // 1000
    assert explored([("one", series([1.0]), ())]) == {}


@pytest.fixture(scope="module")
def browser():
    from tests.report.browsing import CHROMIUM

    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


LONG = "a/rather-long-name-of-a-series-that-does-not-fit/on-a-phone"


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_the_page_fits_and_can_be_read(browser, tmp_path, width, scheme, scripts) -> None:
    """No scrolling sideways, no text under 11 pixels, nothing asked of any network, no complaint."""
    path = tmp_path / "h.html"
    path.write_text(page(stepped(LONG), stepped("b", better="", environment="vm")))
    context = browser.new_context(
        offline=True, viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=scripts
    )
    tab, said, asked = context.new_page(), [], []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(path.as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    smallest = """Math.min(...[...document.querySelectorAll('body *')].filter(e => e.innerText?.trim()
        ).map(e => parseFloat(getComputedStyle(e).fontSize)))"""
    assert tab.evaluate(smallest) >= 11
    if scripts:
        tab.locator("#series-1-chart").scroll_into_view_if_needed()
        tab.locator("#series-1-chart .main-svg").first.wait_for(state="attached", timeout=20_000)
    else:
        assert tab.evaluate("document.querySelectorAll('svg text').length") == 0  # it would shrink with the picture
        assert tab.locator("svg.series").first.bounding_box()["height"] == pytest.approx(150, abs=1)
    assert said == [] and [url for url in asked if not url.startswith(("file:", "data:"))] == []
    context.close()


@pytest.mark.browser
def test_axe_finds_nothing_and_series_can_be_switched_off(browser, tmp_path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    path = tmp_path / "h.html"
    path.write_text(
        page(stepped("a", environment="local"), stepped("b", environment="vm"), commit_url="https://e.org/{commit}")
    )
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 800}, bypass_csp=True)
    tab = context.new_page()
    tab.goto(path.as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    results = axe.Axe().run(tab)
    assert results.violations_count == 0, results.generate_report()
    tab.get_by_role("button", name="vm", exact=True).click()
    assert [each.is_visible() for each in tab.locator("article.toggled").all()] == [True, False]
    context.close()


def test_each_point_says_its_value_and_the_page_has_its_landmarks() -> None:
    shown = page(series([1, 2, 3]))
    assert "<title>3 IOPS, " in shown or "<title>3.00 IOPS, " in shown
    assert shown.count("<main>") == 1 and shown.count('class="axis"') == 1
    assert chart(series(range(1, 2_000)), ()).points == ()
