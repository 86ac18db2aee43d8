"""For cells in any state, in every output: nothing rests on an INVALID number, nothing that was measured vanishes."""

import json

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from perfadvisor.analyse.gate.gate import gate
from perfadvisor.analyse.gate.side_by_side import left_out, side_by_side
from perfadvisor.analyse.gate.sides import sides_of
from perfadvisor.formatting import quantity
from perfadvisor.gating.policy import Policy
from perfadvisor.gating.rows import side_of
from perfadvisor.model.gate import Order, Side, Verdict
from perfadvisor.model.result import Trust
from perfadvisor.report import compare_text, gate_text, json_view
from perfadvisor.report.frame import frame
from perfadvisor.report.html import render
from perfadvisor.report.terminal import full
from perfadvisor.report.verdict import plain, verdict
from perfadvisor.report.view import ReportView
from tests.states.made import KINDS, REASON, WHY_NOT, Planned, judged

STATES = st.lists(st.sampled_from(list(Trust)), min_size=1, max_size=4).map(tuple)
RUNS = st.lists(
    st.builds(Planned, kind=st.sampled_from(list(KINDS)), environment=st.sampled_from(["local", "pod"]), states=STATES),
    min_size=1,
    max_size=4,
    unique_by=lambda cell: (cell.kind, cell.environment),
)
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def side(view: ReportView) -> Side:
    assert view.run
    return sides_of(view.run, view.cells, {})[view.base]


@FEW
@given(RUNS)
def test_the_headline_rests_on_no_invalid_number_and_says_why_there_is_none(cells) -> None:
    view = judged(cells)
    said = plain(verdict(view, ()))
    for cell in (cell for cell in view.cells if cell.environment == view.base):
        asked = f"asks {cell.workload.partition('/')[2]}"
        if cell.trust.sound:
            (estimate,) = cell.estimates
            assert f"{quantity(estimate.median, estimate.unit)}" in said.replace("\N{NO-BREAK SPACE}", " ")
        else:
            assert f"({asked}), because {cell.why}" in said


@FEW
@given(RUNS)
def test_every_value_and_reason_is_in_the_json(cells) -> None:
    view = judged(cells)
    for cell, shown in zip(view.cells, json_view.document(view)["cells"], strict=True):
        assert shown["trust"] == cell.trust
        values = [v for e in shown["estimates"] for v in (*e["values"], *e["left_out"])]
        assert sorted(values) == sorted(s.value for trial in cell.trials for s in trial.output.samples)
        if any(trial.trust is Trust.NOT_MEASURED for trial in cell.trials):
            assert WHY_NOT in json.dumps(shown)
        if cell.left_out:
            assert REASON[Trust.INVALID] in json.dumps(shown["left_out"])
            assert not set(shown["estimates"][0]["values"]) & {
                s.value for trial in cell.left_out for s in trial.output.samples
            }


@FEW
@given(RUNS)
def test_the_terminal_and_the_page_name_every_cell_with_its_state(cells) -> None:
    view = judged(cells)
    terminal, page = "\n".join(line.plain for line in full.lines(view, 200)), render(view)
    for cell in view.cells:
        for shown in (terminal, page):
            assert f"Asks {cell.workload.partition('/')[2]}" in shown
            if cell.trust is Trust.NOT_MEASURED:
                assert f"not measured: {cell.why}" in shown
            elif cell.trust is Trust.INVALID:
                assert "INVALID" in shown and cell.why in shown
        if cell.left_out:
            said = f"{len(cell.left_out)} of {len(cell.trials)} run"
            assert said in terminal and said in page


@FEW
@given(RUNS)
def test_no_ratio_of_environments_rests_on_an_unsound_cell(cells) -> None:
    view = judged(cells)
    states = {(cell.workload, cell.environment): cell.trust for cell in view.cells}
    for ratio in view.ratios:
        sides = states[ratio.workload, ratio.environment], states[ratio.workload, ratio.parent]
        if not all(state.sound for state in sides):
            assert ratio.ratio is None and ratio.withheld, ratio


@FEW
@given(RUNS, RUNS)
def test_the_gate_decides_nothing_by_unsound_cells_and_drops_none(first, second) -> None:
    a, b = judged(first), judged(second)
    one, two = side(a), side(b)
    if not one.keys & two.keys:
        return
    report = gate(one, two, Policy().of, Order.MIXED)
    assert {(c.workload, c.metric) for c in report.comparisons} == one.keys | two.keys
    for comparison in report.comparisons:
        key = (comparison.workload, comparison.metric)
        if any(key in known for known in (one.invalid, two.invalid, one.unmeasured, two.unmeasured)):
            assert comparison.verdict is Verdict.UNDECIDED and comparison.explanation
        assert comparison.id in gate_text.gate_text(report)


@FEW
@given(RUNS, RUNS)
def test_a_comparison_gives_no_ratio_of_invalid_cells_unless_asked(first, second) -> None:
    a, b = side(judged(first)), side(judged(second))
    found = side_by_side(a, b, Order.MIXED)
    shown = compare_text.compare_text("a", "b", found, left_out(a, b))
    for workload, metric in a.keys | b.keys:
        assert f"{workload}/{metric}" in shown
    asked = {one.id: one for one in side_by_side(a, b, Order.MIXED, even_invalid=True)}
    for one in found:
        bad = any((one.workload, one.metric) in each.invalid for each in (a, b))
        assert (one.ratio is None) == bad
        assert asked[one.id].ratio is not None
        assert not bad or "INVALID" in compare_text.compare_text("a", "b", [asked[one.id]], ())


@FEW
@given(RUNS)
def test_the_csv_carries_what_the_folder_says(cells) -> None:
    pytest.importorskip("pandas")
    view = judged([cell for cell in cells if cell.environment == cells[0].environment])
    assert view.run
    back, folder = side_of(frame(view.run, view.cells).to_csv(index=False), "a.csv"), side(view)
    assert back.keys == folder.keys
    assert set(back.invalid) == set(folder.invalid) and set(back.unmeasured) == set(folder.unmeasured)
    for key in back.runs:
        assert (back.runs[key].values, back.runs[key].left_out) == (folder.runs[key].values, folder.runs[key].left_out)


@FEW
@given(RUNS)
def test_the_chart_of_runs_draws_all_and_says_what_it_leaves_out(cells) -> None:
    from perfadvisor.report.charts import charts
    from perfadvisor.report.results import groups

    view = judged(cells)
    drawn = charts(groups(view), None)
    for group in groups(view):
        for row in group.rows:
            finished = row.cell.finished
            if len(finished) < 2:
                continue
            chart = drawn[row.anchor][0]
            assert len(chart.figure["data"][0]["y"]) == len(finished)
            assert ("left out" in chart.words) == bool(row.cell.left_out)
