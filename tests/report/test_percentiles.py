"""Percentile curves: environments over each other, the still picture and the chart from the same points."""

from dataclasses import replace

import pytest

from perfadvisor.model.result import Doubt, Trust
from perfadvisor.report import line_figures
from perfadvisor.report.charts import charts, payload
from perfadvisor.report.curves import curves
from perfadvisor.report.drift import drift
from perfadvisor.report.html import render
from perfadvisor.report.percentiles import EDGE, HEIGHT, MOST_LINES, WIDTH, percentile_charts
from perfadvisor.report.results import groups
from perfadvisor.report.view import ReportView
from tests.report.test_curves import swept


def of(view, several: bool):
    return [chart for group in groups(view) for chart in percentile_charts(group, several=several)]


def test_each_workload_has_its_environments_over_each_other(view) -> None:
    made = view(environments=("local", "docker", "vm"))
    found = of(made, several=True)
    assert found and all([line.name for line in chart.lines] == ["local", "docker", "vm"] for chart in found)
    assert len({chart.title for chart in found}) == len(found)


def test_one_environment_has_its_workloads_over_each_other(view) -> None:
    found = of(view(), several=False)
    assert found[0].title == "Storage"
    assert all(1 <= len(chart.lines) <= MOST_LINES for chart in found)
    drawn = sum(len(chart.lines) for chart in found)
    assert drawn + sum(len(chart.left_out) for chart in found) >= len(found)


def test_points_rise_with_rarity_and_lie_within_the_frame(view) -> None:
    for chart in of(view(environments=("local", "vm")), several=True):
        for line in chart.lines:
            places = [(point.x, point.y) for point in line.points]
            assert [x for x, _ in places] == sorted(x for x, _ in places)
            assert all(EDGE <= x <= WIDTH - EDGE and EDGE <= y <= HEIGHT - EDGE for x, y in places)
            assert line.path.count("L") == len(places) - 1


def test_the_chart_has_the_values_of_the_table(view) -> None:
    made = view(environments=("local", "vm"))
    chart = of(made, several=True)[0]
    figure = line_figures.percentiles(chart)
    cell = next(cell for cell in made.cells if any(each.metric == "read.lat_p50" for each in cell.estimates))
    values = {each.metric: each.median for each in cell.estimates}
    trace = figure["data"][0]
    assert trace["name"] == cell.environment
    assert trace["y"][0] == pytest.approx(values["read.lat_p50"] / 1000, rel=1e-5)
    assert figure["layout"]["xaxis"]["ticktext"][0] == "p50" and trace["x"][0] == pytest.approx(0.30103, rel=1e-4)


def test_what_cannot_be_relied_on_is_named_and_not_drawn(view) -> None:
    made = view(environments=("local", "vm"))
    doubt = Doubt(trust=Trust.INVALID, reason="r", evidence="e")
    cells = tuple(replace(cell, doubts=(doubt,)) if cell.environment == "vm" else cell for cell in made.cells)
    chart = of(replace(made, cells=cells), several=True)[0]
    assert [line.name for line in chart.lines] == ["local"] and chart.left_out == ("vm: INVALID",)
    assert "not drawn: vm: INVALID" in render(replace(made, cells=cells))


def test_the_page_draws_the_same_lines_without_scripts(view) -> None:
    made = view(environments=("local", "docker", "vm"))
    page = render(made)
    lines = sum(len(chart.lines) for chart in of(made, several=True))
    assert page.count('<path class="line"') == lines


def test_sweeps_can_be_explored_and_plotly_knows_what_we_say() -> None:
    import plotly.graph_objects as go

    view = swept()
    (curve,) = curves(view)
    figure = line_figures.sweep(curve.source)
    assert figure is not None
    go.Figure(figure)
    assert [trace["name"] for trace in figure["data"]] == ["p50", "p99"]
    assert len(figure["data"][0]["x"]) == len(curve.dots) == len(curve.tail) == 5
    found = charts(groups(view), None, curves(view))
    assert found["curve-1"][0].id == "curve-1-chart"
    for each in payload(found)["figures"].values():
        go.Figure(each)
    assert 'id="curve-1-chart"' in render(view)


def test_a_sweep_without_latencies_has_no_chart() -> None:
    view = swept(latency=False)
    assert line_figures.sweep(curves(view)[0].source) is None
    assert "curve-1" not in charts(groups(view), None, curves(view))


def test_every_run_stands_over_time_at_its_share_of_the_median(view) -> None:
    made = view(environments=("local", "vm"))
    found = drift(made)
    assert found is not None and [line.environment for line in found.lines] == ["local", "vm"]
    runs = [run for line in found.lines for run in line.runs]
    assert len(runs) == sum(len(cell.trials) for cell in made.cells)
    assert min(run.seconds for run in runs) == 0 and max(run.seconds for run in runs) == pytest.approx(found.seconds)
    inside = [run for run in runs if abs(run.share) <= found.span]
    assert len(inside) >= 0.85 * len(runs)
    assert all(0 <= run.x <= 640 and 0 <= run.y <= 160 for run in runs)
    higher = max(inside, key=lambda run: run.share)
    assert higher.y == min(run.y for run in inside), "upwards is more"


def test_few_runs_have_no_course() -> None:
    assert drift(ReportView(source="", now="", version="")) is None


def test_the_course_is_drawn_and_plotly_knows_it(view) -> None:
    import plotly.graph_objects as go

    made = view()
    go.Figure(line_figures.over_time(drift(made)))
    assert '<h3 id="course">' in render(made) and render(made).count('id="chart-course"') == 1
