"""What `--baseline` and `--candidate` may name: a run's directory, a CSV file, or a run in the history."""

from dataclasses import dataclass, replace
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.model.gate import MetricPolicy, NewFinding, Runs, Side
from perfadvisor.model.rule import SEVERITIES, Finding, Outcome, Severity

HISTORY = "history:"


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """One side with the directory it came from, where it came from one; `stored` where it came out of the history."""

    side: Side
    folder: Path | None = None
    stored: bool = False


def read_input(reference: str, database: str) -> Input:
    """The side a reference names. InputError where there is nothing, or nothing that can be used."""
    if reference.startswith(HISTORY):
        from perfadvisor.store.baseline import stored_side

        return Input(side=stored_side(database, reference.removeprefix(HISTORY)), stored=True)
    path = Path(reference)
    if path.is_dir():
        return Input(side=_one_side(path), folder=path)
    from perfadvisor.gating.rows import read_side

    return Input(side=read_side(path))


def _one_side(path: Path) -> Side:
    """A run of several environments is one side too: each workload is named with its environment then."""
    sides = run_sides(path)
    if len(sides) == 1:
        return next(iter(sides.values()))
    runs = {
        (f"{workload}@{name}", metric): replace(one, workload=f"{workload}@{name}")
        for name, side in sides.items()
        for (workload, metric), one in side.runs.items()
    }
    invalid = {(f"{w}@{name}", m): why for name, side in sides.items() for (w, m), why in side.invalid.items()}
    missed = {(f"{w}@{name}", m): why for name, side in sides.items() for (w, m), why in side.unmeasured.items()}
    first = next(iter(sides.values()))
    return replace(first, name=path.name, runs=runs, invalid=invalid, unmeasured=missed, kind="")


def run_sides(path: Path) -> dict[str, Side]:
    """A run's sides by environment, with what is INVALID or was not measured marked. InputError where it
    is not a run or holds no finished trial."""
    from perfadvisor import bundle
    from perfadvisor.analyse.gate.sides import sides_of
    from perfadvisor.analyse.results.cells import cells
    from perfadvisor.analyse.results.changes import changed_during
    from perfadvisor.facts import catalogue

    run = bundle.load(path)
    facts = {name: catalogue.read(snapshot.tree) for name, snapshot in run.before.items()}
    after = {name: catalogue.read(snapshot.tree) for name, snapshot in run.after.items()}
    sides = sides_of(run, cells(run, changed_during(facts, after, catalogue.CATALOGUE)), facts)
    if not any(side.runs for side in sides.values()):
        raise InputError(f"{path}: no finished trial in this run", "measure again, or give another run")
    return sides


def new_findings(
    baseline: Input, candidate: Input, severity: str, waivers: Path | None = None
) -> tuple[NewFinding, ...]:
    """The candidate's findings at or over a severity that the baseline does not have, and that no waiver accepts; both
    must be runs."""
    if candidate.folder is None:
        raise InputError("--fail-on needs a run's directory as the candidate", "a CSV file holds no machine to judge")
    from perfadvisor.waiving import accepted

    known = {_identity(one) for one in _findings(baseline.folder)} if baseline.folder else set()
    worst = SEVERITIES[: SEVERITIES.index(Severity(severity)) + 1]
    return tuple(
        NewFinding(rule=one.rule.id, severity=one.rule.severity.value, subject=one.subject, title=one.title)
        for one in accepted(_findings(candidate.folder), waivers)[0]
        if not one.accepted
        if one.rule.severity in worst and _identity(one) not in known
    )


def _findings(folder: Path) -> tuple[Finding, ...]:
    from perfadvisor.judge import judge

    return tuple(one for one in judge(folder).findings if one.outcome is Outcome.FIRES)


def _identity(finding: Finding) -> tuple[str, str]:
    return finding.rule.id, finding.subject


def informed(policy: MetricPolicy, runs: Runs, side: Side, database: str | None) -> MetricPolicy:
    """The policy with the spread between sessions as the history knows it, where neither says otherwise. `database`
    is "" for the default one, None where none is to be asked."""
    if policy.between_sessions is not None or database is None:
        return policy
    from perfadvisor.store.baseline import between_sessions

    return replace(policy, between_sessions=between_sessions(database, runs, side.fingerprint))
