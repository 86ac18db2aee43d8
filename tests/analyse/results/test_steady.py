"""A steady state: fio's word for it, and runs taken as rounds."""

import pytest

from perfadvisor.analyse.results.steady import settled
from perfadvisor.model.fact import Scalar
from perfadvisor.model.result import Output, Sample, TrialResult, TrialState
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Trial


def ran(place: int, rate: float, metric: str = "write.bytes_per_s", **details: Scalar) -> TrialResult:
    trial = Trial(
        number=place, workload="storage/w", environment="x", repeat=place, position=1, runtime_s=8.0, warmup_s=2.0
    )
    samples = (Sample(metric=metric, value=rate, unit=Unit.BYTES_PER_SECOND),)
    return TrialResult(
        trial=trial,
        state=TrialState.DONE,
        started=float(place),
        duration_s=10.0,
        output=Output(samples=samples, details=details),
    )


@pytest.mark.parametrize(
    ("rates", "steady"),
    [
        ((100, 101, 99, 100, 102), True),
        ((300, 210, 160, 130, 110), False),  # a drive that runs out of clean blocks
        ((300, 210, 160, 101, 100, 102, 99, 100), True),  # the last five count
        ((100, 140, 95, 130, 105), None),  # noise
        ((110, 108, 105, 103, 97), False),  # within a fifth, but still falling
        ((100, 100, 100, 100), None),
    ],
)
def test_rounds(rates: tuple[float, ...], steady: bool | None) -> None:
    trials = [ran(place, rate) for place, rate in enumerate(rates)]
    assert settled(trials)[0] is steady
    assert settled(list(reversed(trials)))[0] is steady  # in the order they ran


def test_reads_have_none() -> None:
    assert settled([ran(place, 100.0, "read.bytes_per_s") for place in range(5)])[0] is None


def test_fio_knows_best() -> None:
    assert settled([ran(0, 100.0, steady=True)]) == (True, "")
    assert settled([ran(0, 100.0, steady=True), ran(1, 100.0, steady=False)]) == (False, "")
