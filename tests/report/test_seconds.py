"""The seconds within trials, drawn."""

from dataclasses import replace

import pytest

from perfadvisor.model.timeline import Dip, Timeline
from perfadvisor.model.units import Unit
from perfadvisor.report.html import render
from perfadvisor.report.seconds import MOST, seconds
from tests.report import synthetic

LINE = Timeline(
    edges_s=(0.0, 1.0, 2.0, 4.0),
    rates=(100.0, 50.0, 25.0),
    unit=Unit.IOPS,
    dips=(Dip(start_s=2.0, seconds=2.0, lost_share=0.7),),
)


def cell(*lines: Timeline | None):
    (found, *_) = synthetic.view().cells
    (trial, *_) = found.trials
    return replace(found, trials=tuple(replace(trial, timeline=line) for line in lines))


def test_a_line_goes_through_the_middle_of_each_second_and_a_dip_is_marked() -> None:
    found = seconds(cell(LINE, None))
    assert found is not None
    assert found.lines == ("M80 6L240 83L480 122",)
    assert found.dips == ("M480 122h0",)
    assert (found.top, found.until_s, found.more) == ("100 IOPS", 4.0, 0)


def test_lines_beyond_what_can_be_told_apart_are_counted() -> None:
    found = seconds(cell(*(LINE,) * (MOST + 3)))
    assert found is not None
    assert (len(found.lines), found.more) == (MOST, 3)


@pytest.mark.parametrize("lines", [(), (None,), (replace(LINE, rates=(0.0, 0.0, 0.0), dips=()),)])
def test_nothing_told_nothing_drawn(lines) -> None:
    assert seconds(cell(*lines)) is None


def test_the_page_draws_them_where_they_are_known() -> None:
    assert "Within each trial" in render(synthetic.view(series=True, histograms=False))
    assert "Within each trial" not in render(synthetic.view(histograms=False))
