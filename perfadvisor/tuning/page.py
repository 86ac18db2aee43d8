"""A tune as one self-contained HTML page: what is kept, what it gives, and each fix with its guards."""

import sys
from dataclasses import dataclass

from perfadvisor.formatting import count_of
from perfadvisor.model.gate import Comparison
from perfadvisor.report import gate_words
from perfadvisor.report.templates import templates
from perfadvisor.tuning import text
from perfadvisor.tuning.model import FixAnswer, Tried, Tune, TuneState

REACH = 1.15  # how much room is left beside the interval


@dataclass(frozen=True, kw_only=True, slots=True)
class IntervalPlace:
    """Where an interval lies on a scale of 0 to 100, and what stands at its ends."""

    band_low: float
    band_width: float
    zero: float
    low: float
    middle: float
    high: float
    left: str
    right: str


def page(tune: Tune) -> str:
    """The page's text."""
    template = templates().get_template("tune.html.j2")
    return template.render(tune=tune, text=text, words=gate_words, page=sys.modules[__name__])


def place(one: Comparison, margin: float) -> IntervalPlace | None:
    """The gain's interval on a scale that shows the margin too; None where there is none."""
    found = text.gain(one)
    if found is None:
        return None
    middle, low, high = found
    band = 100 * margin
    start, end = min(low, -band) * REACH, max(high, band) * REACH

    def at(percent: float) -> float:
        return round(100 * (percent - start) / (end - start), 2)

    return IntervalPlace(
        band_low=at(-band),
        band_width=round(at(band) - at(-band), 2),
        zero=at(0),
        low=at(low),
        middle=at(middle),
        high=at(high),
        left=f"{start:+.0f} %",
        right=f"{end:+.0f} %",
    )


def headline(tune: Tune) -> str:
    """One line that says what came of it."""
    tried = count_of(len(tune.tried), "fix was", "fixes were")
    if tune.state is TuneState.MEASURING:
        return f"Interrupted: {tried} tried, everything is as before"
    kept = sum(one.answer is FixAnswer.HELPS for one in tune.tried) if tune.together else 0
    if tune.state is TuneState.NOTHING_KEPT or not kept:
        return f"{tried} tried, none is kept"
    undone = ", and taken back since" if tune.state is TuneState.ROLLED_BACK else ""
    return f"{tried} tried, {kept} kept{undone}"


def remarks(tune: Tune) -> tuple[str, ...]:
    """What the terminal says below the gains, which the page shows large."""
    return text.ending(tune)[1 + len(tune.together.goals) if tune.together else 0 :]


def colour(tune: Tune) -> str:
    """The class of the quoted gain."""
    return "kept" if tune.state is TuneState.KEPT else "not"


def colour_of(one: Tried, tune: Tune) -> str:
    """The class of one fix."""
    if one.answer in (FixAnswer.HURTS, FixAnswer.GUARD_HURT):
        return "hurt"
    return "kept" if one.answer is FixAnswer.HELPS and tune.state is TuneState.KEPT else "not"


def verdict(one: Tried, tune: Tune) -> str:
    """Whether it is kept, and what was seen."""
    kept = one.answer is FixAnswer.HELPS and tune.state is TuneState.KEPT
    return f"kept: {one.answer}" if kept else f"not kept: {one.answer}"
