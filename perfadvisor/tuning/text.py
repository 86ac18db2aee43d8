"""A tune for the terminal: the plan, the answers as a table, what is kept and how sure."""

from collections.abc import Iterator, Mapping, Sequence

from perfadvisor.commands import as_typed
from perfadvisor.formatting import count_of
from perfadvisor.model.gate import Comparison, Verdict
from perfadvisor.model.workload import Workload
from perfadvisor.plaintext import one_line
from perfadvisor.report import gate_words as words
from perfadvisor.report.gate_text import table
from perfadvisor.store.gains import Gain
from perfadvisor.tuning.judging import holds
from perfadvisor.tuning.kept import Status
from perfadvisor.tuning.model import FixAnswer, PlannedFix, Tried, Tune, TuneState
from perfadvisor.tuning.steps import round_seconds

NOTHING = "no finding has a fix that can be tried on this machine\n"
UNTIL = "until the next restart; perfadvisor tune keep makes it last, perfadvisor tune rollback takes it back"
COLUMNS = ("finding", "metric", "before", "after", "gain (95 % interval)", "guards", "answer")
ROUNDS = 5, 27  # pairs of the first and of the last look


def planned(
    fixes: Sequence[PlannedFix], workloads: Mapping[str, Workload], runtime_s: float | None, command: str
) -> str:
    """What would be tried: in which order, what changes, what that risks, what is measured, and how long it takes."""
    if not fixes:
        return NOTHING
    lines: list[str] = []
    for number, fix in enumerate(fixes, 1):
        lines += [f"{number}. {fix.rule}: {fix.title}", *(f"   {one}" for one in fix.differences)]
        lines += [f"   disturbs: {fix.disturbs}", *([f"   risk: {fix.risk}"] if fix.risk else [])]
        lines += list(_measured(fix, workloads, runtime_s, command))
    return "\n".join(map(one_line, lines)) + "\n"


def _measured(
    fix: PlannedFix, workloads: Mapping[str, Workload], runtime_s: float | None, command: str
) -> Iterator[str]:
    if command:
        yield f"   measures: {command}"
        return
    yield f"   measures: {', '.join(fix.workloads) or 'nothing of ours shows it; give --cmd'}"
    if fix.guards:
        yield f"   guards: {', '.join(fix.guards)}"
    if fix.workloads:
        both = 2 * round_seconds((*fix.workloads, *fix.guards), workloads, runtime_s)
        low, high = (both * pairs / 60 for pairs in ROUNDS)
        yield f"   time: {low:.0f} to {high:.0f} minutes"


def result(tune: Tune) -> str:
    """A row for each metric that was to gain, then what is kept, its gain, and why the rest is not."""
    lines = list(table([COLUMNS, *(row for one in tune.tried for row in _rows(one))])) if tune.tried else []
    for one in tune.tried:
        lines += [f"{one.fix.rule}: {one.answer}: {one.reason}"] if one.reason else []
        lines += [f"{one.fix.rule}: {note}" for note in one.notes]
        lines += [f"{one.fix.rule}: {guard_words(each)}" for each in one.guards if each.verdict == "regression"]
    return as_typed("\n".join(map(one_line, ["", *lines, "", *ending(tune)]))) + "\n"


def _rows(one: Tried) -> Iterator[tuple[str, ...]]:
    for each in one.goals:
        yield (
            one.fix.rule,
            each.id,
            words.level(each.baseline, each.unit),
            words.level(each.candidate, each.unit),
            gain_words(each),
            guards_words(one.guards),
            one.answer.value,
        )
    if not one.goals:
        yield (one.fix.rule, "", "", "", "", "", one.answer.value)


def gain_words(one: Comparison) -> str:
    """`+38 % (+35 to +41)`, turned so that more is better: half the time is +100 %."""
    ends = gain(one)
    return "{:+.0f} % ({:+.0f} to {:+.0f})".format(*ends) if ends else "none"


def gain(one: Comparison) -> tuple[float, float, float] | None:
    """The gain in percent with the ends of its interval, None where there is none."""
    if one.ratio is None or one.low is None or one.high is None:
        return None
    ratios = [1 / value if one.better == "lower" else value for value in (one.ratio, one.low, one.high)]
    middle, *ends = (100 * (ratio - 1) for ratio in ratios)
    return middle, min(ends), max(ends)


def guards_words(guards: Sequence[Comparison]) -> str:
    """`3 of 3 hold`."""
    return f"{sum(map(holds, guards))} of {len(guards)} hold" if guards else "none"


def guard_words(one: Comparison) -> str:
    """A guard with what it did."""
    kept = one.verdict is Verdict.UNDECIDED and holds(one)
    return f"{one.id} {words.change(one)}: {'no loss' if kept else one.verdict}"


def ending(tune: Tune) -> tuple[str, ...]:
    """What is kept and what it gives; or that nothing is, and why."""
    if tune.state is TuneState.MEASURING:
        return ("interrupted: everything is as before; perfadvisor tune --resume goes on",)
    if tune.together is None:
        return ("Nothing is kept: no fix helped. Everything is as before.",)
    gains = [f"{one.id} {gain_words(one)}" for one in tune.together.goals]
    if tune.state is TuneState.ROLLED_BACK:
        return ("Taken back since. What all that helped gave together, against none:", *gains)
    if tune.state is TuneState.NOTHING_KEPT:
        why = f"{tune.together.answer}" + (f": {tune.together.reason}" if tune.together.reason else "")
        return ("Nothing is kept: measured once more, all that helped against none:", *gains, why)
    helped = sum(one.answer is FixAnswer.HELPS for one in tune.tried)
    head = f"Kept: {count_of(helped, 'fix', 'fixes')}. All together, measured once more against none:"
    return (
        head,
        *gains,
        f"guards: {guards_words(tune.together.guards)}",
        UNTIL,
    )


def remembered(found: Sequence[Gain]) -> str:
    """Every gain that was measured, one line each; "" for none."""
    rows: list[tuple[str, ...]] = [("when", "finding", "subject", "metric", "gain (95 % interval)", "pairs", "answer")]
    for one in found:
        middle, low, high = (100 * (ratio - 1) for ratio in (one.ratio, one.low, one.high))
        told = f"{middle:+.0f} % ({low:+.0f} to {high:+.0f})"
        rows.append((one.when, one.rule, one.subject, one.metric, told, str(one.pairs), one.answer))
    return "\n".join(map(one_line, table(rows))) if found else ""


def statuses(found: Sequence[Status]) -> str:
    """What is kept and whether it holds, one line a change."""
    if not found:
        return "nothing is kept\n"
    rows: list[tuple[str, ...]] = [("finding", "setting", "set to", "is", "state", "files")]
    for one in found:
        place = f"{one.kept.change['setting']} {one.kept.change['subject']}".strip()
        rows.append(
            (
                one.kept.rule,
                place,
                _values(one.wanted),
                _values(one.present),
                one.standing.value,
                ", ".join(f"{path} ({state})" for path, state in one.files.items()) or "none: until the next restart",
            )
        )
    return "\n".join(map(one_line, table(rows))) + "\n"


def _values(values: Mapping[str, str]) -> str:
    return " ".join(f"{name}={text}" for name, text in values.items())
