"""The run itself grows: what is asked for is planned, measured, kept, and still this user's own plan."""

import contextlib
import io
from pathlib import Path

import pytest

from perfadvisor import bundle
from perfadvisor.bundle.evidence import Evidence
from perfadvisor.bundle.schema import run_file
from perfadvisor.model.workload import Trial
from perfadvisor.runner import orders, work
from perfadvisor.runner.borrow import Borrowed
from perfadvisor.runner.more.again import Again
from perfadvisor.runner.more.extending import Further
from perfadvisor.runner.more.precise import Precise
from perfadvisor.runner.progress import Progress
from perfadvisor.runner.request import RunOptions
from perfadvisor.runner.stage import Stage, TrialSetup
from tests.runner.more.made import STOLEN, result, run_of, workload

WORK = workload()


class Place:
    name = "local"
    environment = None


class NoTurns:
    def hand_to(self, _site: object) -> bool:
        return False


@pytest.fixture
def grown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    stack = contextlib.ExitStack()

    def grow(further: Further, values, repeats: int) -> bundle.Bundle:
        def measured(trial: Trial, *_: object):
            return values(trial), Evidence()

        run, options = run_of([WORK], repeats), {bundle.PRECISION: 0.02}
        saved = bundle.create(tmp_path / "run", run, options, orders.seal(run_file(run, options)))
        stack.callback(saved.close)
        monkeypatch.setattr(work, "run_trial", measured)
        made = work.Work(
            saved=saved,
            sites=[Place()],
            storage=None,
            options=RunOptions(directory=tmp_path),
            borrowed=Borrowed(),
            progress=Progress(io.StringIO(), str),
            further=further,
        )
        stages = {"local": Stage(settings={WORK.id: TrialSetup()})}
        work._measure_all(made, stages, NoTurns(), None)
        return saved

    with stack:
        yield grow


def test_a_disturbed_trial_is_repeated_and_the_plan_stays_sealed(grown) -> None:
    saved = grown(
        Further(policies=(Again(),)), lambda one: result(one, 100.0, STOLEN if one.number == 2 else None), repeats=3
    )
    kept = bundle.load(saved.path, snapshots=False)
    assert [(one.trial.number, one.trial.again_of) for one in kept.results] == [(1, 0), (2, 0), (3, 0), (4, 2)]
    assert kept.notes == ("measured again, because other work disturbed them: 1 trial (2)",)
    orders.refuse_foreign(saved.path, saved.header)


def test_noise_is_repeated_until_it_is_known_well_enough(grown) -> None:
    spread = {1: 0.9, 2: 1.1}
    saved = grown(
        Further(policies=(Precise(0.02),)), lambda one: result(one, 1000 * spread.get(one.repeat, 1.0)), repeats=8
    )
    kept = bundle.load(saved.path, snapshots=False)
    assert (len(kept.results), kept.precision) == (12, 0.02), "the second look drops the lowest and the highest"
    assert kept.notes == ()


def test_without_a_policy_nothing_is_added(grown) -> None:
    saved = grown(Further(), lambda one: result(one, 100.0, STOLEN), repeats=3)
    assert len(bundle.load(saved.path, snapshots=False).results) == 3
