"""The outcomes as a table, and how many of them were as they should be."""

from collections.abc import Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from tests.exam.exam import Outcome, put_back
from tests.exam.rounds import Won

REAL = 0.8  # a plant costs something where it leaves less than this of the healthy figure
HEADS = (
    "scenario",
    "kind",
    "values",
    "planted/healthy",
    "found",
    "false beside",
    "fix",
    "won back",
    "fix judged",
    "undo",
    "tuned won back",
)


def real(outcome: Outcome) -> bool:
    """Whether it was played, and what was planted really cost something."""
    return not outcome.skipped and outcome.cost is not None and outcome.cost < REAL


def as_it_should(outcome: Outcome) -> bool:
    """What is expected of this kind. What could not be played, or cost nothing, is neither good nor bad."""
    if outcome.skipped:
        return True
    if outcome.left or outcome.false:
        return False
    if outcome.scenario.kind == "decoy":
        return put_back(outcome)
    if not real(outcome) or outcome.scenario.kind == "unknown":
        return True
    wanted = len(outcome.scenario.expect) if outcome.scenario.kind == "pair" else 1
    return len(outcome.found) >= wanted and outcome.first


def row(outcome: Outcome) -> tuple[str, ...]:
    """One line of the table."""
    won = outcome.won
    values = " ".join(f"{name}={value}" for name, value in outcome.values.items())
    if outcome.skipped:
        return (outcome.scenario.name, outcome.scenario.kind, values, f"not played: {outcome.skipped}", *[""] * 7)
    found = ", ".join(outcome.found) + ("" if outcome.first or not outcome.found else " (not first)")
    return (
        outcome.scenario.name,
        outcome.scenario.kind,
        values,
        f"{outcome.cost:.2g}" if outcome.cost is not None else "",
        found or ("cause unknown" if outcome.scenario.kind == "unknown" else "nothing"),
        ", ".join(outcome.false) or "-",
        outcome.how or outcome.no_fix or "-",
        _share(won) if won else "-",
        f"{won.verdict}, {won.pairs} pairs" if won else "-",
        "exact" if not outcome.left else "; ".join(outcome.left)[:200],
        _share(outcome.beside) if outcome.beside else "-",
    )


def _share(won: Won) -> str:
    return f"{won.share:.0%} ({won.low:.0%} to {won.high:.0%})"


def summary(outcomes: Sequence[Outcome]) -> list[str]:
    """The counts, one a line."""
    played = [one for one in outcomes if not one.skipped]
    causes = [one for one in played if one.scenario.kind in ("plant", "pair") and real(one)]
    idle = [one.scenario.name for one in played if one.scenario.kind in ("plant", "pair", "unknown") and not real(one)]
    wanted = [rule for one in causes for rule in (one.scenario.expect if one.scenario.kind == "pair" else ("",))]
    found = sum(len(one.found) if one.scenario.kind == "pair" else bool(one.found) for one in causes)
    shares = [one.won.share for one in causes if one.won]
    planned = [one.won.share for one in causes if one.won and one.how == "by its plan"]
    decoys = [one for one in played if one.scenario.kind == "decoy"]
    unknown = [one for one in played if one.scenario.kind == "unknown"]
    lines = [
        f"plants that cost something: {len(causes)} ({len(wanted)} causes); found: {found}; "
        f"first among the new findings: {sum(one.first for one in causes)} of {len(causes)}",
        f"scenarios with a false finding beside: {sum(bool(one.false) for one in played)} of {len(played)}",
        f"loss won back, median: {median(shares):.0%} of {len(shares)} fixes" if shares else "no fix was measured",
    ]
    lines += [f"of these by the finding's own plan: {median(planned):.0%} of {len(planned)}"] if planned else []
    lines += [
        f"undo exact: {sum(not one.left for one in played)} of {len(played)}",
        f"decoys not kept: {sum(map(put_back, decoys))} of {len(decoys)}",
        f"causes without a rule left unknown: {sum(not one.false for one in unknown)} of {len(unknown)}",
    ]
    beside = [one.beside.share for one in causes if one.beside]
    lines += [f"loss won back by tuned, median: {median(beside):.0%} of {len(beside)}"] if beside else []
    lines += [f"cost less than a fifth here, not counted: {', '.join(idle)}"] if idle else []
    lines += (
        [f"not played: {', '.join(one.scenario.name for one in outcomes if one.skipped)}"]
        if len(played) < len(outcomes)
        else []
    )
    return lines


def markdown(outcomes: Sequence[Outcome]) -> str:
    """The table and the counts."""
    rows = [HEADS, ("---",) * len(HEADS), *map(row, outcomes)]
    return "\n".join([*(f"| {' | '.join(one)} |" for one in rows), "", *(f"* {line}" for line in summary(outcomes))])


def as_json(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Everything, for other programs."""
    return [asdict(one) | {"as_it_should": as_it_should(one), "real": real(one)} for one in outcomes]
