"""Fixes tried on files that stand for the kernel's: what helps stays, everything else is put back."""

import random
from dataclasses import replace

import pytest

from perfadvisor.errors import InputError
from perfadvisor.tuning import kept, record, session, text
from perfadvisor.tuning.kept import Standing
from perfadvisor.tuning.model import FixAnswer, TuneState
from tests.tuning.stand_ins import fixes_of, how, load, one_fix, set_to, tune_of


def test_what_helps_stays_and_is_known_and_taken_back(file) -> None:
    done = session.run(tune_of(one_fix()), how(load(iops=lambda: 130.0 if set_to(file) else 100.0)))
    assert (done.state, [one.answer for one in done.tried]) == (TuneState.KEPT, [FixAnswer.HELPS])
    assert done.together is not None and done.together.goals[0].ratio == pytest.approx(1.3, abs=0.02)
    assert set_to(file)
    (standing,) = kept.status()
    assert (standing.standing, dict(standing.wanted)) == (Standing.HOLDS, {"number": "5"})
    assert list(kept.roll_back([])) == [f"{file}: number 5 -> 1"]
    assert set_to(file, "1")
    assert (kept.status(), record.load_all()[0].state) == ((), TuneState.ROLLED_BACK)


@pytest.mark.parametrize(("gain", "expected"), [(0.7, FixAnswer.HURTS), (1.0, FixAnswer.NO_DIFFERENCE)])
def test_what_does_not_help_is_put_back(file, gain, expected) -> None:
    done = session.run(tune_of(one_fix()), how(load(iops=lambda: 100.0 * (gain if set_to(file) else 1.0))))
    assert (done.state, done.tried[0].answer, set_to(file, "1")) == (TuneState.NOTHING_KEPT, expected, True)


def test_a_gain_that_costs_tail_latency_is_not_kept(file) -> None:
    fast = load(iops=lambda: 130.0 if set_to(file) else 100.0, lat_p99=lambda: 150.0 if set_to(file) else 100.0)
    done = session.run(tune_of(one_fix()), how(fast))
    assert (done.tried[0].answer, done.state, set_to(file, "1")) == (FixAnswer.GUARD_HURT, TuneState.NOTHING_KEPT, True)


def test_a_gain_with_an_undecided_guard_is_not_kept(file) -> None:
    chance = random.Random(4)
    fast = load(iops=lambda: 130.0 if set_to(file) else 100.0, lat_p99=lambda: chance.lognormvariate(0, 0.8))
    done = session.run(tune_of(one_fix()), how(fast))
    assert (done.tried[0].answer, set_to(file, "1")) == (FixAnswer.GUARD_UNDECIDED, True)
    assert "lat_p99: the interval crosses the margin" in done.tried[0].reason


def test_a_guard_that_may_gain_but_cannot_lose_more_than_its_margin_holds(file) -> None:
    """A guard asks only whether something gets worse: not knowing how much better it gets holds nothing back."""
    chance = random.Random(5)
    tail = load(
        iops=lambda: 130.0 if set_to(file) else 100.0,
        lat_p99=lambda: chance.gauss(88.0 if set_to(file) else 100.0, 8.0),
    )
    (one,) = session.run(tune_of(one_fix()), how(tail)).tried
    (guard,) = one.guards
    assert (guard.verdict, guard.high is not None and guard.high < 1.1) == ("undecided", True)
    assert (one.answer, one.reason) == (FixAnswer.HELPS, "")
    assert text.guards_words(one.guards) == "1 of 1 hold"


def test_a_guard_that_shows_the_same_in_every_run_holds(file) -> None:
    measure = load(iops=lambda: 130.0 if set_to(file) else 100.0)

    def with_steps():
        side = measure()
        (runs,) = side.runs.values()
        same = replace(runs, metric="lat_p99", unit="ns", better="lower", values=(100.0,))
        return replace(side, runs={**side.runs, same.key: same})

    assert session.run(tune_of(one_fix()), how(with_steps)).tried[0].answer is FixAnswer.HELPS


def test_each_is_tried_on_top_of_what_helped_and_all_are_judged_against_none(stands_for) -> None:
    number, other, bad = (stands_for(name) for name in ("number", "other", "bad"))
    found = fixes_of(
        ("numa-zone-reclaim", "test.number=5"),
        ("memory-ksm-active", "test.other=5"),
        ("memory-thp-never", "test.bad=5"),
    )

    def rate() -> float:
        return 100.0 * (1.2 if set_to(number) else 1) * (1.2 if set_to(other) else 1) * (0.8 if set_to(bad) else 1)

    done = session.run(tune_of(found), how(load(iops=rate)))
    assert [one.answer for one in done.tried] == [FixAnswer.HELPS, FixAnswer.HELPS, FixAnswer.HURTS]
    assert done.tried[1].goals[0].baseline[0] == pytest.approx(120, rel=0.02), "measured on top of the first"
    assert done.together is not None and done.together.goals[0].ratio == pytest.approx(1.44, abs=0.02)
    assert (set_to(number), set_to(other), set_to(bad)) == (True, True, False)
    assert list(kept.roll_back(["memory-ksm-active"])) == [f"{other}: other 5 -> 1"]
    assert (set_to(number), set_to(other)) == (True, False)
    assert [one.kept.rule for one in kept.status()] == ["numa-zone-reclaim"]


def test_a_gain_that_does_not_show_again_is_put_back(file) -> None:
    """Chosen ones look too large: what counts is a fresh measurement."""
    runs: list[int] = []

    def fading() -> float:
        runs.append(1)
        return 130.0 if set_to(file) and len(runs) <= 10 else 100.0

    done = session.run(tune_of(one_fix()), how(load(iops=fading)))
    assert done.tried[0].answer is FixAnswer.HELPS
    assert done.together is not None and done.together.answer is FixAnswer.NO_DIFFERENCE
    assert (done.state, set_to(file, "1")) == (TuneState.NOTHING_KEPT, True)


def test_a_tune_that_was_interrupted_leaves_nothing_changed_and_goes_on(stands_for) -> None:
    number, other = stands_for("number"), stands_for("other")
    found = fixes_of(("numa-zone-reclaim", "test.number=5"), ("memory-ksm-active", "test.other=5"))

    def rate() -> float:
        if set_to(other) and not asked:
            raise KeyboardInterrupt
        return 100.0 * (1.2 if set_to(number) else 1) * (1.2 if set_to(other) else 1)

    asked: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        session.run(tune_of(found), how(load(iops=rate)))
    assert (set_to(number, "1"), set_to(other, "1")) == (True, True)
    left = record.unfinished()
    assert [one.fix.rule for one in left.tried] == ["numa-zone-reclaim"]
    asked.append(1)
    done = session.run(left, how(load(iops=rate)))
    assert (done.state, set_to(number), set_to(other)) == (TuneState.KEPT, True, True)
    with pytest.raises(InputError, match="no tune was interrupted"):
        record.unfinished()


def test_a_change_by_another_program_is_left_to_it(file) -> None:
    session.run(tune_of(one_fix()), how(load(iops=lambda: 130.0 if set_to(file) else 100.0)))
    file.write_text("7\n")
    assert kept.status()[0].standing is Standing.CHANGED
    assert list(kept.roll_back([])) == [f"{file}: left as it is: changed by another program"]
    assert set_to(file, "7")


def test_what_a_restart_undid_is_said(file) -> None:
    done = session.run(tune_of(one_fix()), how(load(iops=lambda: 130.0 if set_to(file) else 100.0)))
    record.save(replace(done, boot="another boot"))
    file.write_text("1\n")
    assert kept.status()[0].standing is Standing.LOST
    assert list(kept.roll_back([])) == [f"{file}: left as it is: lost with the restart"]


def test_nothing_is_kept_for_a_rule_of_another_name(file) -> None:
    with pytest.raises(InputError, match="nothing is kept for x"):
        list(kept.roll_back(["x"]))
