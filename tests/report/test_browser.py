"""The page in Debian's Chromium: no complaint, no request, nothing lost without scripts, hostile names harmless."""

from dataclasses import replace

import pytest

pytestmark = pytest.mark.browser
ATTACK = "<script>alert(1)</script>"


def test_offline_without_a_complaint_and_with_charts(opened, view) -> None:
    found = opened(view(environments=("local", "docker", "vm")), viewport={"width": 1280, "height": 900})
    found.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    for place in ("#chart-environments", "#result-1-runs", "#result-1-latency-0"):
        found.page.locator(place).scroll_into_view_if_needed()
        found.page.locator(f"{place} .main-svg").first.wait_for(state="attached", timeout=20_000)
    assert found.said == []
    assert [url for url in found.asked if not url.startswith(("file:", "data:"))] == []


def test_charts_change_colour_with_the_scheme(opened, view) -> None:
    found = opened(view(), color_scheme="light")
    found.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found.page.locator("#result-1-runs").scroll_into_view_if_needed()
    point = found.page.locator("#result-1-runs .point").first
    point.wait_for(state="attached", timeout=20_000)
    before = point.evaluate("each => getComputedStyle(each).fill")
    found.page.emulate_media(color_scheme="dark")
    found.page.wait_for_function(
        "before => getComputedStyle(document.querySelector('#result-1-runs .point')).fill !== before", arg=before
    )
    assert found.said == []


def test_without_scripts_every_number_is_there(opened, view) -> None:
    from perfadvisor.formatting import quantity

    made = view(environments=("local", "vm"))
    found = opened(made, java_script_enabled=False)
    text = found.page.locator("body").inner_text() + " ".join(found.page.locator("td").all_text_contents())
    for cell in made.cells:
        for estimate in cell.estimates:
            for value in (estimate.median, *estimate.values):
                assert quantity(value, estimate.unit) in text
    for ratio in made.ratios:
        assert ratio.withheld or f"{ratio.ratio * 100:.3g} %" in text
    assert found.page.locator(".strip").first.is_visible()
    assert found.page.locator("#findings .finding").count() == 4


def test_a_hostile_host_name_is_text(opened, view) -> None:
    found = opened(view(host=ATTACK))
    assert found.page.locator("h1").inner_text() == ATTACK
    assert found.page.title().startswith(ATTACK)
    assert found.said == []


def test_hostile_names_are_text_in_charts_too(opened, view) -> None:
    made = view(environments=("local", "vm"))
    link = "<a href='https://example.org'>x</a>"
    named = {name: replace(workload, title=f"{link} {name}") for name, workload in made.run.workloads.items()}
    found = opened(replace(made, run=replace(made.run, workloads=named)), viewport={"width": 1280, "height": 900})
    found.page.locator("#chart-environments").scroll_into_view_if_needed()
    found.page.locator("#chart-environments .ytick text").first.wait_for(state="attached", timeout=20_000)
    assert link in found.page.locator("#chart-environments .ytick text").first.text_content()
    assert found.page.locator("#chart-environments a[href^=http], #chart-environments a[*|href^=http]").count() == 0


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_the_page_never_scrolls_sideways(opened, view, width: int) -> None:
    found = opened(view(environments=("local", "docker", "vm")), viewport={"width": width, "height": 800})
    found.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert found.page.evaluate("document.documentElement.scrollWidth") == width


def test_a_long_reason_leaves_the_table_of_environments_in_its_box(opened, view) -> None:
    made = view(environments=("local", "docker", "vm"))
    why = "the far machine could not be reached: " + "its sshd closes every connection at once, so nothing ran; " * 8
    lost = [replace(row, withheld=why) if row.withheld else row for row in made.ratios]
    found = opened(replace(made, ratios=tuple(lost)), viewport={"width": 1440, "height": 900})
    box = found.page.locator(".scroll:has(> table.environments)")
    assert why.strip() in box.inner_text()
    assert box.evaluate("each => each.scrollWidth - each.clientWidth") <= 0
    assert box.locator("td.runs").first.is_visible()


def test_a_link_into_a_closed_fold_opens_it(opened, view) -> None:
    found = opened(view())
    assert not found.page.locator("#result-2").is_visible()
    found.page.locator("a[href='#result-2']").first.click()
    found.page.locator("#result-2").wait_for(state="visible")


def test_the_first_tab_skips_to_the_verdict(opened, view) -> None:
    found = opened(view())
    found.page.keyboard.press("Tab")
    assert found.page.evaluate("document.activeElement.getAttribute('href')") == "#verdict"
    assert found.page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0


def test_copy_buttons_say_what_they_copy(opened, view) -> None:
    found = opened(view())
    button = found.page.get_by_role("button", name="Copy: Fix").first
    button.click()
    found.page.wait_for_function("document.querySelector('.copy').textContent !== 'Copy'")
    assert found.said == []


def test_prints(opened, view) -> None:
    found = opened(view())
    found.page.emulate_media(media="print")
    assert not found.page.locator("nav").is_visible()
    assert not found.page.locator(".copy").first.is_visible()
    assert len(found.page.pdf()) > 20_000
