"""The page of a tune: its gain first, every fix with its guards, hostile names harmless, readable on a phone."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from perfadvisor.model.gate import Comparison, Order, Verdict
from perfadvisor.tuning.model import FixAnswer, PlannedFix, Together, Tried, Tune, TuneState
from perfadvisor.tuning.page import page, place
from perfadvisor.tuning.text import gain_words, result
from tests.tuning.stand_ins import tune_of

ATTACK = '<script>alert(1)</script>"\x1b[31m'
RATE = Comparison(
    workload="storage/read-1m-qd8", metric="read.bytes_per_s", unit="bytes/s", better="higher", order=Order.PAIRED,
    verdict=Verdict.IMPROVED, margin=0.03, baseline=(100e6, 101e6), candidate=(138e6, 139e6), ratio=1.38, low=1.35,
    high=1.41,
)  # fmt: skip
TAIL = replace(
    RATE, metric="read.lat_p99", unit="ns", better="lower", verdict=Verdict.EQUIVALENT, ratio=0.5, low=0.4, high=0.625
)
FIX = PlannedFix(
    rule="storage-requests-split", title=f"Split {ATTACK}", subject="s", wanted=(),
    differences=(f"{ATTACK} 4 -> 1280",),
    commands=("echo 1280",), undo=("echo 4",), disturbs="none",
)  # fmt: skip


def kept() -> Tune:
    one = Tried(fix=FIX, answer=FixAnswer.HELPS, goals=(RATE,), guards=(TAIL,))
    bad = Tried(fix=replace(FIX, rule="other"), answer=FixAnswer.NOT_TRIED, reason=f"no permission {ATTACK}")
    all_of_them = Together(answer=FixAnswer.HELPS, goals=(RATE,))
    return replace(tune_of((FIX,)), tried=(one, bad), state=TuneState.KEPT, together=all_of_them)


def test_a_gain_is_turned_so_that_more_is_better() -> None:
    assert gain_words(RATE) == "+38 % (+35 to +41)"
    assert gain_words(TAIL) == "+100 % (+60 to +150)"
    assert gain_words(replace(RATE, ratio=None)) == "none"


def test_the_interval_lies_on_the_scale_beside_the_margin() -> None:
    found = place(RATE, 0.03)
    assert found is not None
    assert 0 < found.band_low < found.zero < found.low < found.middle < found.high < 100


def test_the_page_says_what_is_kept_and_what_is_not() -> None:
    text = page(kept())
    assert "2 fixes were tried, 1 kept" in text
    assert "+38 % (+35 to +41)" in text
    assert "kept: helps" in text and "not kept: not tried" in text


def test_the_page_tells_the_gain_of_all_once_and_what_to_do_next() -> None:
    text = page(kept())
    assert "Read-1m" not in text and "Storage/read-1m" not in text
    assert "Until the next restart; perfadvisor tune keep makes it last" in text


def test_what_was_taken_back_is_no_longer_told_as_kept() -> None:
    back = replace(kept(), state=TuneState.ROLLED_BACK, kept=())
    assert "Taken back since." in result(back)
    assert "Kept: 1 fix" not in result(back) and "tune keep" not in result(back)
    assert "tune keep" not in page(back)


def test_hostile_names_are_text() -> None:
    for text in (page(kept()), result(kept())):
        assert "\x1b" not in text
    assert "<script" not in page(kept())


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_asked_or_complained_of_and_a_phone_need_not_scroll_sideways(tmp_path, width: int) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = shutil.which("chromium") or "/usr/bin/chromium"
    if not Path(program).is_file():
        pytest.skip("chromium is not installed (apt install chromium)")
    path = tmp_path / "tune.html"
    path.write_text(page(kept()), "utf-8")
    said: list[str] = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        shown = browser.new_context(offline=True, viewport={"width": width, "height": 800}).new_page()
        shown.on("console", lambda message: said.append(message.text))
        shown.on("request", lambda request: said.append(request.url))
        shown.goto(path.as_uri())
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        browser.close()
    assert said == [path.as_uri()]
