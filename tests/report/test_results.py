from dataclasses import replace

import pytest

from perfadvisor.model.result import Trust
from perfadvisor.report.matrix import matrices
from perfadvisor.report.results import groups
from perfadvisor.report.strip import MARGIN, WIDTH, deviation, runs_of, span_of, strip
from tests.report import synthetic


def test_groups_and_rows(view) -> None:
    found = groups(view())
    assert [group.device for group in found] == ["storage", "network", "memory"]
    mixed = next(row for row in found[0].rows if "mixed" in row.cell.workload)
    assert [measure.metric for measure, _ in mixed.main] == ["read.iops", "write.iops"]
    assert len(mixed.all) == 5
    missing = found[1].rows[-1]
    assert (missing.main, missing.title) == ((), "network/udp-zero-copy")


def test_what_the_intervals_of_a_table_cover(view) -> None:
    assert groups(view())[0].coverage == "94 %"
    assert groups(view(repeats=8))[0].coverage == "95 %"
    assert groups(view(repeats=2))[0].coverage == ""


def test_one_wild_row_does_not_flatten_the_others() -> None:
    calm = [synthetic.estimate("m", "iops", "higher", (99.0, 100.0, 101.0)) for _ in range(20)]
    wild = synthetic.estimate("m", "iops", "higher", (10.0, 100.0, 300.0))
    assert span_of([*calm, wild]) == 0.02
    assert span_of([wild]) == 1.0
    assert span_of([]) == 0.02


def test_marks_lie_where_their_runs_do(view) -> None:
    cell = view().cells[0]
    estimate = synthetic_estimate(cell)
    picture = strip(estimate, cell, 0.1)
    assert picture.middle == WIDTH / 2
    for mark, value in zip(picture.marks, estimate.values, strict=True):
        expected = WIDTH / 2 + deviation(value, estimate.median) / 0.1 * (WIDTH / 2 - MARGIN)
        assert mark.x == pytest.approx(expected, abs=0.06)
        assert not mark.beyond
    assert all(mark.beyond for mark in strip(estimate, cell, 1e-9).marks if mark.x != WIDTH / 2)


def synthetic_estimate(cell):
    return cell.estimates[0]


def test_each_mark_has_its_own_trust(view) -> None:
    mixed = next(cell for cell in view().cells if "mixed" in cell.workload)
    trusts = tuple(run.trust for run in runs_of(mixed.estimates[0], mixed))
    assert trusts == (Trust.VALID, Trust.VALID, Trust.NOISY, Trust.VALID, Trust.VALID)
    bare = runs_of(mixed.estimates[0], replace(mixed, trials=()))
    assert [run.trust for run in bare] == [mixed.trust] * 5


def test_pairs_of_nodes_become_a_square(view) -> None:
    (square,) = matrices(view(), groups(view())[2])
    assert (square.rows, square.columns) == ((0, 1), (0, 1))
    assert square.caption == "Memory copy, 4 KiB pages, every pair of nodes: copy bandwidth, local"
    local, remote = square.values[0]
    assert local.median > remote.median
    assert matrices(view(), groups(view())[0]) == ()
