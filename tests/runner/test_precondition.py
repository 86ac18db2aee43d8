"""`run --precondition`: rounds until the rate is steady, and what is said of one that never is."""

from itertools import count

import pytest

from perfadvisor import bundle
from perfadvisor.model.result import Output, Sample, TrialResult, TrialState
from perfadvisor.model.units import Unit
from perfadvisor.runner.precondition import MOST_ROUNDS, fill_argv, until_steady
from perfadvisor.runner.stage import TrialSetup
from perfadvisor.tools.context import Context
from tests.runner.conftest import WRITER, Bench


def rounds(rates: list[float], state: TrialState = TrialState.DONE):
    """A drive whose rounds have these rates, the last one for ever."""
    numbers = count()

    def run(trial, _workload, _site, _setting) -> TrialResult:
        rate = rates[min(next(numbers), len(rates) - 1)]
        sample = Sample(metric="write.bytes_per_s", value=rate, unit=Unit.BYTES_PER_SECOND, better="higher")
        output = Output(samples=(sample,))
        return TrialResult(trial=trial, state=state, started=trial.number, duration_s=1, output=output, reason="full")

    return run


def judged(rates: list[float], state: TrialState = TrialState.DONE) -> tuple[bool, str]:
    return until_steady(WRITER, None, TrialSetup(), rounds(rates, state))  # type: ignore[arg-type]


def test_a_fresh_drive_is_written_until_its_rate_stays() -> None:
    assert judged([900, 700, 500, 300, 205, 200, 198, 202, 201]) == (
        True,
        "storage/w: written until steady, 9 rounds of 5 s",
    )
    assert judged([100]) == (True, "storage/w: written until steady, 5 rounds of 5 s")


def test_one_that_never_stays_is_told() -> None:
    steady, words = judged([100 + 7 * number for number in range(MOST_ROUNDS)])
    assert (steady, words) == (False, "storage/w: never steady in 25 rounds of 5 s")


def test_a_round_that_fails_ends_it() -> None:
    assert judged([1], TrialState.FAILED) == (False, "storage/w: writing until steady ended at round 1: full")


def test_a_device_is_filled_once_by_its_size() -> None:
    argv = fill_argv(WRITER, TrialSetup(context=Context(device="/dev/x", writable=True)))
    assert "--filename=/dev/x" in argv and f"--size={8 << 20}" in argv
    assert not [word for word in argv if "runtime" in word or "time_based" in word]


@pytest.mark.slow
@pytest.mark.tools
def test_a_run_says_what_was_done_and_its_trials_know_it(bench: Bench) -> None:
    file = bench.root / "workloads" / "storage" / "writes.yaml"
    file.write_text(
        "id: storage/writes\ntitle: W\nwhy: W.\ntool: fio\nruntime_s: 0.2\nwarmup_s: 0\n"
        "parameters: {rw: randwrite, engine: psync, size_bytes: 4194304}\nmetrics: [write.iops]\n"
    )
    done = bench.run("storage/writes", more=("--repeats", "1", "--precondition"))
    assert done.returncode == 0, done.stderr
    run = bundle.load(bench.out)
    (note,) = [note for note in run.notes if "steady" in note]
    steady = "written until steady" in note
    assert steady or "never steady" in note
    assert run.results[0].output.details["steady"] is steady
    assert bench.left_behind() == []
