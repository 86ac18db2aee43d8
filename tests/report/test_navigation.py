"""Finding one's way on the page, in Chromium: search, filters, sorting, folds, keys and the index."""

import pytest

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1440, "height": 900}}


def visible(found, selector: str) -> list[str]:
    return [each.inner_text() for each in found.page.locator(selector).all() if each.is_visible()]


def test_search_shows_what_holds_all_words_and_opens_folds(opened, view) -> None:
    found = opened(view(), **DESK)
    found.page.keyboard.press("/")
    found.page.keyboard.type("nvme0n1 nvme")
    found.page.wait_for_function("() => document.getElementById('found').textContent !== ''")
    assert "place" in found.page.locator("#found").inner_text()
    seen = "all => all.filter(each => each.checkVisibility()).map(each => each.textContent)"
    texts = found.page.locator(".finding").evaluate_all(seen)
    assert 0 < len(texts) < 4 and all("nvme0n1" in text for text in texts)
    rows = [row for row in visible(found, "table.inventory tbody tr") if "nvme0n1" in row]
    assert rows, "a fold of the inventory is open"
    found.page.keyboard.press("Escape")
    assert len(visible(found, ".finding h3")) == 4
    assert found.page.locator("#inventory-disks").get_attribute("open") is None
    assert found.said == []


def test_search_knows_facts_by_their_names(opened, view) -> None:
    found = opened(view(), **DESK)
    found.page.locator("#search").fill("kernel.cmdline")
    found.page.wait_for_function("() => document.getElementById('found').textContent !== ''")
    assert "0 places" not in found.page.locator("#found").inner_text()


def test_filters_by_severity_and_subsystem(opened, view) -> None:
    found = opened(view(), **DESK)
    found.page.get_by_role("button", name="high 2").click()
    assert len(visible(found, ".finding h3")) == 2
    assert len(visible(found, ".overview li")) == 2
    found.page.get_by_role("button", name="high 2").click()
    assert len(visible(found, ".finding h3")) == 4
    found.page.get_by_role("button", name="nic", exact=True).click()
    assert len(visible(found, ".finding h3")) == 2


def test_expand_all_and_fold_all(opened, view) -> None:
    found = opened(view(), **DESK)
    found.page.keyboard.press("e")
    assert found.page.locator("main details:not([open])").count() == 0
    found.page.get_by_role("button", name="Fold all").click()
    assert found.page.locator("main details[open]").count() == 0


def test_a_click_on_a_heading_sorts_by_value(opened, view) -> None:
    found = opened(view(environments=("local", "docker", "vm")), **DESK)
    table = found.page.locator("table.results").first
    button = table.get_by_role("button", name="Median", exact=True)
    values = "each => [...each.querySelectorAll('tr:not(.more) td.main data')].map(data => Number(data.value))"
    for order in (sorted, lambda numbers: sorted(numbers, reverse=True)):
        button.click()
        numbers = table.evaluate(values)
        assert len(numbers) > 5 and numbers == list(order(numbers))
    assert table.locator("th[aria-sort=descending]").count() == 1
    assert table.evaluate("each => [...each.tBodies[0].rows][0].classList.contains('more')") is False


def test_the_index_follows_and_leads(opened, view) -> None:
    found = opened(view(), **DESK)
    assert found.page.locator("#index a[aria-current]").get_attribute("href") == "#verdict"
    found.page.locator("#index a[href='#inventory-pcie']").click()
    found.page.locator("#inventory-pcie table").first.wait_for(state="visible")
    found.page.wait_for_function(
        "() => document.querySelector('#index a[aria-current]').getAttribute('href') === '#inventory-pcie'"
    )


def test_keys_go_from_finding_to_finding(opened, view) -> None:
    found = opened(view(), **DESK)
    top = "id => document.getElementById(id).getBoundingClientRect().top"
    for number in (1, 2):
        found.page.keyboard.press("j")
        found.page.wait_for_function(f"() => Math.abs(({top})('finding-{number}')) < 40", timeout=5000)
    found.page.keyboard.press("k")
    found.page.wait_for_function(f"() => Math.abs(({top})('finding-1')) < 40", timeout=5000)


def test_without_scripts_nothing_is_offered_that_does_not_work(opened, view) -> None:
    found = opened(view(), java_script_enabled=False, **DESK)
    assert not found.page.locator(".tools").is_visible() and not found.page.locator(".filters").is_visible()
    fold = found.page.locator("#inventory-network")
    fold.locator("summary").first.click()
    assert "ens3f0" in fold.inner_text()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_first_screen_answers(opened, view, width: int) -> None:
    found = opened(view(), viewport={"width": width, "height": 900})
    bottom = "selector => document.querySelector(selector).getBoundingClientRect().bottom"
    assert found.page.locator(".tile").count() == 5
    assert found.page.evaluate(bottom, ".tiles") < 900
    assert found.page.evaluate(bottom, ".verdict") < 1000
    if width == 1440:
        assert found.page.evaluate(bottom, ".overview") < 900, "every finding with its fix"
