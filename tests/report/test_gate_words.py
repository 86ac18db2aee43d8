"""The little pictures of a gate's outputs."""

from dataclasses import replace

import pytest

from perfadvisor.formatting import NO_VALUE
from perfadvisor.model.gate import Comparison, GateReport, Order, Verdict
from perfadvisor.report import gate_words as words
from perfadvisor.report.gate_words import interval_bar, level, spark


def comparison(low: float, ratio: float, high: float, better: str = "higher") -> Comparison:
    return Comparison(
        workload="w",
        metric="m",
        unit="",
        better=better,
        order=Order.PAIRED,
        verdict=Verdict.UNDECIDED,
        margin=0.05,
        ratio=ratio,
        low=low,
        high=high,
    )


@pytest.mark.parametrize(
    ("one", "bar"),
    [
        (comparison(0.99, 1.0, 1.01), "·········[·═●═·]·········"),
        (comparison(0.85, 0.87, 0.89), "··══●═···[··|··]·········"),
        (comparison(1.12, 1.15, 1.18, better="lower"), "··══●═···[··|··]·········"),
        (comparison(0.80, 0.86, 0.97), "════●════[═·|··]·········"),
        (comparison(0.68, 0.79, 0.92), "═════●════[·|·]··········"),
    ],
)
def test_the_interval_and_the_margin_are_both_to_be_seen_and_worse_is_left(one, bar) -> None:
    drawn = interval_bar(one)
    assert len(drawn) == 25
    assert drawn.replace("═", "·").count("[") == drawn.count("]") == 1
    assert drawn == bar


def test_bars_and_levels() -> None:
    assert spark((1, 2, 3), 1, 3) == "▁▅█"
    assert spark((1, 1), 1, 1) == "▄▄"
    assert (level((), "s"), level((52_000.0,), "iops"), level((52_000.0,), "widgets")) == (
        NO_VALUE,
        "52.0 k IOPS",
        "52,000 widgets",
    )


def test_an_accepted_regression_leads_the_headline() -> None:
    accepted = replace(comparison(0.7, 0.75, 0.8), verdict=Verdict.REGRESSION, acknowledged="known")
    fine = replace(comparison(0.99, 1.0, 1.01), verdict=Verdict.EQUIVALENT)
    report = GateReport(baseline="a", candidate="b", comparisons=(accepted, fine))
    assert words.headline(report) == "1 regression accepted; otherwise no difference that matters (1 of 2 metrics)"
