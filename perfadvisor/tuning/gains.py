"""What a tune measured, remembered for later advice."""

import os
from collections.abc import Iterator

from perfadvisor.store import gains
from perfadvisor.store.gains import Gain
from perfadvisor.tuning.model import FixAnswer, Tried, Tune

TELLING = (FixAnswer.HELPS, FixAnswer.HURTS, FixAnswer.NO_DIFFERENCE, FixAnswer.GUARD_HURT)


def remember(tune: Tune) -> None:
    """Add what was decided to the local file. A fix that stayed the only one is worth what the last, fresh measurement
    of it gave, because chosen gains look too large."""
    gains.add(gain for one in tune.tried for gain in of(tune, one))


def of(tune: Tune, one: Tried) -> Iterator[Gain]:
    """The gains of one fix, none where nothing was decided."""
    helped = [each for each in tune.tried if each.answer is FixAnswer.HELPS]
    fresh = tune.together is not None and helped == [one]
    answer = tune.together.answer if fresh and tune.together else one.answer
    goals = tune.together.goals if fresh and tune.together else one.goals
    if answer not in TELLING:
        return
    for goal in goals:
        if goal.ratio is None or goal.low is None or goal.high is None:
            continue
        ratios = sorted(1 / value if goal.better == "lower" else value for value in (goal.low, goal.high))
        yield Gain(
            rule=one.fix.rule,
            subject=one.fix.subject,
            answer=answer.value,
            metric=goal.id,
            host=tune.host,
            ratio=1 / goal.ratio if goal.better == "lower" else goal.ratio,
            low=ratios[0],
            high=ratios[1],
            pairs=len(goal.baseline),
            when=tune.started,
            kernel=os.uname().release,
            version=tune.version,
        )
