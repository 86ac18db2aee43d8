"""The history's page: what its charts hold, and how it stands in Debian's Chromium on a desk and on a phone."""

import numpy as np
import pytest

from perfadvisor.analyse.gate.history import AlertPolicy, check
from perfadvisor.model.history import Series, SeriesKey
from perfadvisor.report.history_chart import EDGE, HEIGHT, WIDTH, chart
from perfadvisor.report.history_html import history_html


def series(values, name: str = "w", unit: str = "iops", better: str = "higher") -> Series:
    n = len(values)
    return Series(
        key=SeriesKey(workload=name),
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


def page(*several: Series) -> str:
    return history_html(several, check(several, AlertPolicy()))


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


def test_values_have_units_and_what_alerts_comes_first() -> None:
    text = page(series([5.0] * 20, "calm"), stepped("slow"), stepped("rate", step=0.1, unit="made-up"))
    assert text.index("<h2>slow</h2>") < text.index("<h2>rate</h2>") < text.index("<h2>calm</h2>")
    assert "k IOPS" in text and "made-up" in text and "e+04" not in text
    assert "Worse since" in text and "UTC" in text and "Nothing got worse" not in text
    assert "Nothing got worse lately" in page(series([5.0] * 20))


@pytest.fixture(scope="module")
def browser():
    from tests.report.browsing import CHROMIUM

    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_and_can_be_read(browser, tmp_path, width, scheme) -> None:
    """No scrolling sideways, no text under 11 pixels, nothing asked of any network, no complaint."""
    path = tmp_path / "h.html"
    long = "a/rather-long-name-of-a-series-that-does-not-fit/on-a-phone"
    path.write_text(page(stepped(long), stepped("b", better="")))
    context = browser.new_context(offline=True, viewport={"width": width, "height": 800}, color_scheme=scheme)
    tab, said = context.new_page(), []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(path.as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    smallest = """Math.min(...[...document.querySelectorAll('body *')].filter(e => e.innerText?.trim()
        ).map(e => parseFloat(getComputedStyle(e).fontSize)))"""
    assert tab.evaluate(smallest) >= 11
    assert tab.evaluate("document.querySelectorAll('svg text').length") == 0  # it would shrink with the picture
    assert tab.locator("svg").first.bounding_box()["height"] == pytest.approx(150, abs=1)
    assert said == []
    context.close()


def test_each_point_says_its_value_and_the_page_has_its_landmarks() -> None:
    shown = page(series([1, 2, 3]))
    assert "<title>3 IOPS, " in shown or "<title>3.00 IOPS, " in shown
    assert shown.count("<main>") == 1 and shown.count('class="axis"') == 1
    assert chart(series(range(1, 2_000)), ()).points == ()
