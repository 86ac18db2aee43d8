"""What `perfadvisor gate` and `gate run` do once their options are read."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from perfadvisor.analyse.gate.gate import PolicyOf, gate
from perfadvisor.analyse.gate.ordering import order_by_time
from perfadvisor.cli.gate_source import Source
from perfadvisor.cli.output import require_folder, write_text
from perfadvisor.cli.policy_option import policy_of
from perfadvisor.gating.interleave import interleaved
from perfadvisor.gating.policy import Policy
from perfadvisor.gating.sides import Input, informed, new_findings, read_input
from perfadvisor.model.gate import GateReport, MetricPolicy, Order, Runs, Side

Writer = Callable[[GateReport], str]


def judge_two(
    *,
    baseline: str | None,
    candidate: str | None,
    paired: bool,
    order: str,
    fail_on: str | None,
    db: str,
    waivers: Path | None,
    policy: Path | None,
    calibration: Path | None,
    allow_undecided: bool,
    **outputs: Path | None,
) -> int:
    """Judge two sides that were measured before; the exit code."""
    if not baseline or not candidate:
        raise click.UsageError("--baseline and --candidate are both needed")
    _require(outputs)
    rules = policy_of(policy)
    a, b = read_input(baseline, db), read_input(candidate, db)
    how = Order.PAIRED if paired else _order(order, a, b)
    judged = gate(
        a.side,
        b.side,
        policies_of(rules, calibration, b.side, _history(db, a, b, how)),
        how,
        acknowledged=rules.acknowledgements(today()),
    )
    findings = new_findings(a, b, fail_on, waivers) if fail_on else ()
    return finished(replace(judged, findings=findings), rules, allow_undecided, outputs)


def _order(order: str, a: Input, b: Input) -> Order:
    if order != "auto":
        return Order(order)
    if a.stored or b.stored:
        return Order.STORED
    seen = order_by_time(a.side, b.side)
    if seen is Order.MIXED:
        return seen
    return Order.STORED if a.folder and b.folder else Order.BLOCK


def _history(db: str, a: Input, b: Input, order: Order) -> str | None:
    """The history that knows how sessions differ: that of a side, else the named one."""
    return db if order is Order.STORED and (db or a.stored or b.stored) else None


def policies_of(rules: Policy, calibration: Path | None, side: Side, database: str | None) -> PolicyOf:
    """How each metric is judged, with the floors of a calibration, and what a history knows of it."""
    floors = _floors(calibration)

    def judged_by(runs: Runs) -> MetricPolicy:
        found = rules.of(runs)
        floor = floors.get(f"{runs.workload}/{runs.metric}")
        if floor is not None and found.noise_floor is None:
            found = replace(found, noise_floor=floor)
        return informed(found, runs, side, database)

    return judged_by


def _floors(calibration: Path | None) -> Mapping[str, float]:
    if calibration is None:
        return {}
    from perfadvisor.gating.calibration_file import read_floors

    return read_floors(calibration)


def run_two(
    *,
    a: str,
    b: str,
    name_a: str | None,
    name_b: str | None,
    pairs: int,
    budget: str | None,
    policy: Path | None,
    calibration: Path | None,
    allow_undecided: bool,
    junit: Path | None,
    markdown: Path | None,
    json_file: Path | None,
    openmetrics: Path | None,
    **source: Any,  # noqa: ANN401 - the fields of Source
) -> int:
    """Measure two sides in turns and judge them; the exit code."""
    outputs = {"junit": junit, "markdown": markdown, "json_file": json_file, "openmetrics": openmetrics}
    _require(outputs)
    rules = policy_of(policy)
    names = names_of(name_a or a, name_b or b)
    places = dict(zip(names, (a, b), strict=True))
    with Source(**source).measuring((a, b)) as measure:
        report = interleaved(
            lambda name: measure(places[name]),
            names,
            policies_of(rules, calibration, NOBODY, None),
            most=pairs,
            budget_s=_seconds(budget),
            progress=_progress,
            acknowledged=rules.acknowledgements(today()),
        )
    return finished(report, rules, allow_undecided, outputs)


def names_of(a: str, b: str) -> tuple[str, str]:
    """The sides' names, kept apart where they are the same."""
    return (a, b) if a != b else (f"{a} (a)", f"{b} (b)")


NOBODY = Side(name="", runs={})


def _seconds(budget: str | None) -> float | None:
    if budget is None:
        return None
    from perfadvisor.durations import seconds

    return seconds(budget)


def _progress(text: str) -> None:
    click.echo(text, err=True)


def today() -> date:
    """The day on which an acknowledgement may run out."""
    return datetime.now(UTC).date()


def finished(report: GateReport, rules: Policy, allow_undecided: bool, outputs: dict[str, Path | None]) -> int:
    """Print the report, write what was asked for, and give the exit code."""
    expired = tuple(f"the acknowledgement of {one} has run out: it counts again" for one in rules.expired(today()))
    report = replace(report, allow_undecided=allow_undecided, notes=(*report.notes, *expired))
    from perfadvisor.report.gate_text import gate_text

    click.echo(gate_text(report), nl=False)
    for name, path in outputs.items():
        if path is not None:
            write_text(path, _writer(name)(report))
    return report.exit_code


def _require(outputs: Mapping[str, Path | None]) -> None:
    """Reported before anything is measured."""
    for path in outputs.values():
        require_folder(path)


def _writer(name: str) -> Writer:
    if name == "junit":
        from perfadvisor.report.junit import junit

        return junit
    if name == "markdown":
        from perfadvisor.report.markdown import markdown

        return markdown
    if name == "openmetrics":
        from perfadvisor.report.openmetrics import openmetrics

        return openmetrics
    from perfadvisor.report.gate_json import gate_json

    return gate_json
