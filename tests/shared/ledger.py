"""Where each rule was seen: every input of real machines judged by all rules. `python -m tests.shared.ledger` writes
the file `docs/rules-ledger.yaml` anew; its tests say whether it is up to date.
"""

import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from perfadvisor.errors import InputError, PerfAdvisorError
from perfadvisor.importer import import_files
from perfadvisor.judge import judge, judge_run, load_run
from perfadvisor.model.rule import Finding, Outcome, Rule
from perfadvisor.packs.rules import load_rules
from perfadvisor.report.view import ReportView
from tests.rules.ledger import LEDGER, Seen, read, renew_maturity, write

OWN, CAPTURED = Path(__file__).resolve().parents[1] / "data", ("machines", "host", "guests")
PACKED = ".tar.xz"
RUNS = ("runs", "-run.tar.xz")  # where a run lies as one file, and how its name ends elsewhere
# Recordings of machines and runs that were set up well, and of good beside bad: rules that fire nowhere in them are
# clear there.
HEALTHY = ("runs/*-good.tar.xz", "runs/disk-level.tar.xz", "*-good.tar.gz", "*-good.txt", "pasted-*.txt", "sockets.txt")
NOT_INPUTS = ("expected", "SOURCES.md", "README.md", "MANIFEST.json")


def inputs(folder: Path) -> Iterator[tuple[str, Path]]:
    """(name, path) of every input of real machines, and of those captured for the tests on live kernels."""
    for root, prefix in ((folder / "machines", ""), *((OWN / name, f"tests/data/{name}/") for name in CAPTURED)):
        for path in sorted(root.rglob("*")):
            parts = path.relative_to(root).parts
            if path.is_file() and not set(parts) & set(NOT_INPUTS):
                yield prefix + "/".join(parts), path


def healthy() -> Iterator[tuple[str, Path]]:
    """(name, path) of every recording of ours that was set up well."""
    for pattern in HEALTHY:
        for path in sorted((OWN / "planted").glob(pattern)):
            yield f"tests/data/planted/{path.relative_to(OWN / 'planted')}", path


def judged(path: Path) -> ReportView | None:
    """What all rules say of one input: a tree, a definition, a saved output or a benchmark's results; None where it is
    nothing that can be judged."""
    if path.name.endswith(RUNS[1]) or (path.parent.name == RUNS[0] and path.name.endswith(PACKED)):
        return _judged_run(path)
    try:
        return judge(path)
    except InputError:
        pass
    with tempfile.TemporaryDirectory() as place:
        run = Path(place) / "run"
        try:
            import_files((path,), run)
            loaded = load_run(run)
        except PerfAdvisorError:
            return None
        return judge_run(loaded, load_rules(), source=path.name) if loaded else None


def _judged_run(path: Path) -> ReportView:
    with tempfile.TemporaryDirectory() as place, tarfile.open(path) as packed:
        packed.extractall(place)  # our own; the oldest Python has no filter for it
        (run,) = Path(place).iterdir()
        return judge(run)


def seen(folder: Path) -> dict[str, Seen]:
    """Rule -> the inputs on which it fires, and those on which it is clear and fires nowhere."""
    found: dict[str, Seen] = {}
    for name, path in inputs(folder):
        view = judged(path)
        for rule, outcomes in _by_rule(view.findings if view else ()).items():
            if Outcome.FIRES in outcomes:
                found.setdefault(rule, Seen()).fires.append(name)
            elif Outcome.CLEAR in outcomes:
                found.setdefault(rule, Seen()).clear.append(name)
    for name, path in healthy():
        view = judged(path)
        for rule, outcomes in _by_rule(view.findings if view else ()).items():
            if Outcome.CLEAR in outcomes and Outcome.FIRES not in outcomes:
                found.setdefault(rule, Seen()).clear.append(name)
    return found


def _by_rule(findings: Iterable[Finding]) -> dict[str, set[Outcome]]:
    found: dict[str, set[Outcome]] = {}
    for one in findings:
        found.setdefault(one.rule.id, set()).add(one.outcome)
    return found


def updated(rules: Iterable[Rule], folder: Path) -> dict[str, Seen]:
    """The ledger as it is to be: what real machines show now, and the tests named in it."""
    now, kept = seen(folder), read()
    return {rule.id: now.get(rule.id, Seen()).with_tests_of(kept.get(rule.id, Seen())) for rule in rules}


def main() -> None:
    shared = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    write(updated(load_rules(), shared))
    renew_maturity(load_rules(), LEDGER.parents[1] / "rules")
    print(f"{LEDGER}: written, and what the rules say of themselves")


if __name__ == "__main__":
    main()
