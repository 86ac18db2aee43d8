"""Dips within a trial: at their second, with what moved, and none in ordinary noise."""

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest

from benchmarks.dip_noise import dipped, found, rates
from benchmarks.dips import left_alone, plant_of, right
from perfadvisor.analyse.results.dips import timeline
from perfadvisor.facts.trial.steps import beside, of_disk
from perfadvisor.model.timeline import Dip, TrialSecond
from perfadvisor.model.units import Unit


def steps(rates: list[float], **seen: list[float]) -> list[TrialSecond]:
    return [
        TrialSecond(
            start_s=at + 1.5, end_s=at + 2.5, rate=rate, seen={name: values[at] for name, values in seen.items()}
        )
        for at, rate in enumerate(rates)
    ]


def dips(found: list[TrialSecond], *, reads_only: bool = True) -> tuple[Dip, ...]:
    made = timeline(found, Unit.BYTES_PER_SECOND, reads_only=reads_only)
    assert made is not None
    return made.dips


RATES = [100.0, 102.0, 98.0, 40.0, 35.0, 101.0, 99.0]
FLAT = [0.1] * 7


def only_in_the_dip(low: float, high: float) -> list[float]:
    return [low, low, low, high, high, low, low]


def test_a_dip_has_its_seconds_and_what_was_lost() -> None:
    (dip,) = dips(steps(RATES))
    assert (dip.start_s, dip.seconds, dip.causes) == (4.5, 2.0, ())
    assert dip.lost_share == pytest.approx(1 - 37.5 / 100, abs=0.001)


@pytest.mark.parametrize(
    ("name", "low", "high", "words"),
    [
        ("stopped", 0, 2, "the tool itself was stopped"),
        ("steal_cpus", 0.0, 0.4, "the hypervisor gave 0.4 CPUs to others (steal)"),
        ("wrote", 1e5, 9e8, "the disk wrote 900 MB/s for others (writeback)"),
        ("other_cpus", 0.1, 1.9, "other programs used 1.9 CPUs"),
        ("retransmits", 0, 300, "300 segments were sent again"),
        ("frequency_hz", 3e9, 1.2e9, "the CPUs' clock fell to 1.20 GHz (throttling)"),
        ("waiting_cpus", 0.1, 1.0, "the tool waited for 1.0 CPUs"),
    ],
)
def test_what_moved_is_named(name: str, low: float, high: float, words: str) -> None:
    (dip,) = dips(steps(RATES, **{name: only_in_the_dip(low, high)}))
    assert dip.causes == (words,)
    (dip,) = dips(steps(RATES, **{name: [low] * 7}))
    assert dip.causes == (), "what stays as it was is no cause"


def test_writes_are_the_tools_own_where_it_writes() -> None:
    (dip,) = dips(steps(RATES, wrote=only_in_the_dip(1e5, 9e8)), reads_only=False)
    assert dip.causes == ()


def test_too_few_seconds_tell_nothing() -> None:
    assert timeline(steps(RATES[:4]), Unit.IOPS) is None


def test_ordinary_noise_has_no_dip() -> None:
    noise = Random(1)
    for _ in range(500):
        assert dips(steps([max(1.0, noise.gauss(100, 8)) for _ in range(8)])) == ()


def test_a_rate_that_wavers_all_the_time_has_none() -> None:
    assert dips(steps([100, 60, 95, 55, 105, 62, 98])) == ()


def row(t: float, read: float, **more: float) -> dict[str, float]:
    return {"t": t, "disk_read_bytes": read, "disk_write_bytes": 0.0, **more}


def test_steps_are_between_readings() -> None:
    found = list(of_disk([row(0.5, 0), row(1.5, 1e6, steal_ns=0.0), row(2.5, 3e6, steal_ns=2e8), {"x": 1}], ["read"]))
    assert [(one.start_s, one.rate) for one in found] == [(0.5, 1e6), (1.5, 2e6)]
    assert found[1].seen["steal_cpus"] == pytest.approx(0.2)
    assert "steal_cpus" not in found[0].seen, "what was not read is unknown"
    assert list(of_disk([row(0.5, 5), row(1.5, 1)], ["read"])) == [], "a count that fell is unknown"


def test_readings_beside_another_clocks_seconds() -> None:
    rows = [row(0.5, 0, steal_ns=0.0), row(1.5, 0, steal_ns=1e9), row(2.5, 0, steal_ns=1e9)]
    assert beside(rows, 0.6, 1.4)["steal_cpus"] == pytest.approx(1.0)
    assert beside(rows[:1], 0, 1) == {}


def test_a_dip_in_a_short_trial_does_not_hide_in_its_own_scatter() -> None:
    """Seconds of a real trial whose tool was stopped, and of one beside writes of another program, in MB/s."""
    assert [dip.start_s for dip in dips(steps([317, 297, 212, 0, 151, 242, 285]))] == [4.5]
    (dip,) = dips(steps([294, 246, 141, 65, 124, 278, 289]))
    assert (dip.start_s, dip.seconds) == (3.5, 3.0)


RECORDED = Path(__file__).parents[2] / "data/dips/quiet-disk.jsonl"


@pytest.mark.parametrize("number", range(1, 40))
def test_recorded_trials(number: int) -> None:
    """Trials of `benchmarks.dips` on a quiet virtual disk: each planted dip is found and named, no other one is."""
    trial = json.loads(RECORDED.read_text().splitlines()[number - 1])
    assert trial["plant"] == plant_of(number)
    assert right(dips([TrialSecond(**step) for step in trial["steps"]]), trial["plant"])


def test_a_trial_beside_other_work_was_not_left_alone() -> None:
    """The rate says nothing about that."""
    assert left_alone(steps(RATES, other_cpus=FLAT))
    assert not left_alone(steps([100.0] * 7, other_cpus=only_in_the_dip(0.0, 1.3)))


@pytest.mark.parametrize(("scatter", "most"), [(0.05, 0.01), (0.1, 0.01), (0.2, 0.05)])
@pytest.mark.parametrize("seconds", [7, 15])
def test_noise_alone_seldom_looks_like_a_dip(scatter: float, most: float, seconds: int) -> None:
    chance = np.random.default_rng(7)
    false = sum(bool(found(rates(chance, "independent", scatter, seconds))) for _ in range(500))
    assert false <= most * 500


def test_a_dip_is_found_in_ordinary_noise() -> None:
    chance = np.random.default_rng(8)
    seen = sum(bool(found(dipped(chance, rates(chance, "independent", 0.05, 7)))) for _ in range(200))
    assert seen >= 190
