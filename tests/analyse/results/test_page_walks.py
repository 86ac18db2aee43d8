"""What of a load is the walk through the page table: small pages beside large ones, where all else is alike."""

from dataclasses import replace

import pytest

from perfadvisor.analyse.results.page_walks import page_walks
from perfadvisor.analyse.statistics.estimate import estimate
from perfadvisor.model.result import Cell, Doubt, Output, TrialResult, TrialState, Trust
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Trial


def cell(page: int, nanoseconds: list[float], environment: str = "local", **details: int) -> Cell:
    output = Output(samples=(), details={"page_size_bytes": page, "cpu_node": 0, "memory_node": 0, **details})
    asked = Trial(number=1, workload="memory/x", environment=environment, repeat=1, position=1, runtime_s=3, warmup_s=0)
    trial = TrialResult(trial=asked, state=TrialState.DONE, started=0, duration_s=3.0, output=output)
    found = estimate("chase", Unit.NANOSECONDS, "lower", nanoseconds)
    return Cell(workload=f"memory/{page}", environment=environment, estimates=(found,), trials=(trial,))


SMALL = cell(4096, [112.0, 110.0, 113.0])
LARGE = cell(2 << 20, [78.0, 77.0, 79.0])
GIANT = cell(1 << 30, [75.0, 74.0, 76.0])


def test_the_walk_is_what_large_pages_save() -> None:
    found = page_walks(SMALL, [SMALL, LARGE])
    assert found is not None
    assert (found.small_ns, found.large_ns, found.large_bytes) == (112, 78, 2 << 20)
    assert found.share == pytest.approx(34 / 112)


def test_the_largest_pages_tell() -> None:
    found = page_walks(SMALL, [LARGE, SMALL, GIANT])
    assert found is not None and found.large_bytes == 1 << 30


@pytest.mark.parametrize(
    "other",
    [
        cell(2 << 20, [78.0], environment="docker"),
        cell(2 << 20, [78.0, 77.0, 79.0], memory_node=1),
        cell(2 << 20, [78.0, 77.0, 79.0], load_threads=3),
        cell(2 << 20, [111.0, 109.0, 114.0]),
        cell(4096, [78.0, 77.0, 79.0]),
        replace(LARGE, doubts=(Doubt(trust=Trust.INVALID, reason="x", evidence=""),)),
    ],
    ids=["another machine", "another node", "under load", "within the noise", "as small", "unsound"],
)
def test_nothing_is_said_beside(other: Cell) -> None:
    assert page_walks(SMALL, [SMALL, other]) is None


def test_large_pages_have_no_walks_to_tell() -> None:
    assert page_walks(LARGE, [SMALL, LARGE]) is None
