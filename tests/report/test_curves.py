"""A sweep's curve in the terminal and on the page."""

from dataclasses import replace

import pytest

from perfadvisor.judge import judge_run
from perfadvisor.model.run import Run
from perfadvisor.report.curves import bend_words, curves, latency_name
from perfadvisor.report.curves_text import curves_text
from perfadvisor.report.html import render
from perfadvisor.report.view import ReportView
from perfadvisor.varying import varied
from tests.runner.more.made import result, run_of, workload

BASE = workload(iodepth=1)


def swept(most: int = 5, latency: bool = True) -> ReportView:
    depths = [varied(BASE, {"iodepth": depth}) for depth in (1, 2, 4, 8, 16)]
    run = run_of(depths, repeats=3)
    results = tuple(_result(trial, most, latency) for trial in run.plan)
    found: Run = replace(run, results=results, notes=("a note",), host={"name": "box"})
    return replace(judge_run(found, (), source="made"), now="now")


def _result(trial, most: int, latency: bool):
    depth = int(trial.parameters["iodepth"])
    rate = 1000.0 * min(depth, most) + trial.repeat
    return result(trial, rate, **({"lat_p50": depth / rate * 1e9, "lat_p99": 2e9 * depth / rate} if latency else {}))


def test_the_terminal_has_a_line_per_value_with_the_knee_marked() -> None:
    lines = curves_text(swept()).splitlines()
    assert lines[0] == "storage/x @ local"
    assert lines[1].split() == ["iodepth", "throughput", "interval", "p50", "p99", "CPUs", "runs", "trust"]
    assert [line.split()[0] for line in lines[2:7]] == ["1", "2", "*", "8", "16"]
    assert "Knee at iodepth 4" in lines[7] and lines[-1] == "a note"
    assert len({len(line) for line in lines[1:7]}) == 1, "columns"


def test_the_dots_follow_throughput_and_latency() -> None:
    (curve,) = curves(swept())
    assert [dot.x for dot in curve.dots] == sorted(dot.x for dot in curve.dots)
    assert [dot.y for dot in curve.dots] == sorted((dot.y for dot in curve.dots), reverse=True)
    assert [dot.is_knee for dot in curve.dots] == [False, False, True, False, False]
    assert all(dot.low <= dot.x <= dot.high for dot in curve.dots)


@pytest.mark.parametrize(("most", "said"), [(1000, "still rises at 16"), (1, "already gives nearly all")])
def test_no_knee_is_said(most: int, said: str) -> None:
    assert said in curves_text(swept(most))


def test_without_latencies_there_is_a_table_and_no_picture() -> None:
    (curve,) = curves(swept(latency=False))
    assert curve.dots == () and len(curve.rows) == 5
    page = render(swept(latency=False))
    assert '<svg class="curve"' not in page and "Knee at iodepth 4" in page


def test_the_page_draws_it() -> None:
    page = render(swept())
    assert page.count('<svg class="curve"') == 1
    curve, _, _ = page.partition('id="course"')
    assert curve.count('class="dot') == 5 and curve.count('class="dot knee"') == 1
    assert '<h3 id="curves">Curves</h3>' in page


def test_a_run_without_a_sweep_has_no_curve() -> None:
    run = replace(run_of([BASE], 3), host={"name": "box"})
    view = judge_run(replace(run, results=tuple(_result(trial, 5, True) for trial in run.plan)), (), source="made")
    assert curves_text(view) == "no curve: fewer than three values gave a result"
    assert 'id="curves"' not in render(replace(view, now="now"))


def test_a_fall_and_the_range_of_the_knee_are_told() -> None:
    (curve,) = curves(swept())
    knee = replace(curve.source.knee, between=(4.9, 5.1), fall=(8, 16, 0.417))
    assert bend_words(replace(curve.source, knee=knee)).endswith(
        "Without a queue, 4.99 (4.9 to 5.1) in flight would reach the 5.00 k IOPS that were measured at most. "
        "Beyond iodepth 8 throughput falls: 16 give 42 % less."
    )


def test_round_trips_are_not_called_a_median() -> None:
    (curve,) = curves(swept())
    assert curve.latency_name == "p50"
    points = tuple(
        replace(point, median_latency=replace(point.median_latency, metric="rtt_mean")) for point in curve.source.points
    )
    assert latency_name(replace(curve.source, points=points)) == "mean RTT"
