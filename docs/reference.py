"""Writes the reference pages of facts, rules and workloads from what the program itself knows."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from perfadvisor.analyse.rules.conditions import parse
from perfadvisor.evidence.bundle import read
from perfadvisor.evidence.kind import OutputKind
from perfadvisor.evidence.kinds import KINDS
from perfadvisor.model.deltas import DELTAS
from perfadvisor.model.fact import Fact, FactSpec
from perfadvisor.model.rule import Rule
from perfadvisor.packs import load_rules, load_suites, load_workloads
from perfadvisor.packs.known_facts import known_facts

DATA = Path(__file__).resolve().parents[1] / "tests" / "data"
SAMPLES = ("outputs", "text", "lspci", "ethtool", "interrupts", "guests")


def write(folder: Path) -> None:
    """All reference pages into `folder`."""
    folder.mkdir(exist_ok=True)
    (folder / "facts.md").write_text(facts(known_facts().values()))
    (folder / "counters.md").write_text(deltas())
    (folder / "rules.md").write_text(rules(load_rules(())))
    (folder / "outputs.md").write_text(outputs())
    (folder / "workloads.md").write_text(workloads())


def facts(specs: Iterable[FactSpec]) -> str:
    """A table of facts per family."""
    lines = ["# Facts", "", "Every fact perfadvisor reads or derives. Absent is a value of its own, never zero.", ""]
    lines += ["A *setting* can be changed by somebody, and is watched while a run lasts. A *measured* value moves by"]
    lines += ["itself. An *identity* is what a thing is, what it can do, and what it is connected to.", ""]
    for family, members in groupby(sorted(specs, key=lambda spec: spec.name), lambda spec: spec.name.split(".")[0]):
        lines += [f"## {family}", "", "| fact | nature | type | unit | about | meaning |"]
        lines.append("| --- | --- | --- | --- | --- | --- |")
        lines += map(_row, members)
        lines.append("")
    return "\n".join(lines)


def _row(spec: FactSpec) -> str:
    about = spec.subject or "the machine"
    cells = (f"`{spec.name}`", spec.nature, spec.type.__name__, spec.unit, about, _cell(spec.meaning))
    return f"| {' | '.join(cells)} |"


def deltas() -> str:
    """A table of what is counted around each trial."""
    lines = ["# Counters of a trial", "", "What is counted around each trial, or sampled during it.", ""]
    lines += ["| counter | unit | meaning |", "| --- | --- | --- |"]
    lines += [f"| `{name}` | {delta.unit} | {_cell(delta.meaning)} |" for name, delta in DELTAS.items()]
    return "\n".join(lines) + "\n"


def outputs() -> str:
    """A table of the kinds of saved outputs that are told apart, and what becomes of each."""
    lines = ["# Saved outputs", "", "What `perfadvisor advise`, `facts` and `report` recognise in files, directories,"]
    lines += ["archives and standard input, in any order. `advise -v` lists what each part was taken for.", ""]
    lines += [
        "The facts are those of a sample of each in `tests/data`; the rules are those whose condition names one.",
        "",
    ]
    lines += ["| kind | what prints it | becomes | facts | rules it can feed |", "| --- | --- | --- | --- | --- |"]
    given, named = sampled(), [(rule.id, frozenset(parse(rule.when).names)) for rule in load_rules(())]
    for kind in KINDS:
        facts_of = given.get(kind.name, frozenset())
        fed = [rule for rule, names in named if names & facts_of]
        command = f"`{kind.command}`" if kind.command else ""
        listed = ", ".join(f"`{name}`" for name in sorted(facts_of))
        lines.append(f"| {kind.name} | {command} | {_becomes(kind)} | {listed} | {', '.join(map(_rule_link, fed))} |")
    return "\n".join(lines) + "\n"


def sampled() -> dict[str, frozenset[str]]:
    """Kind -> names of the facts that its samples in `tests/data` give."""
    found: dict[str, set[str]] = {}
    for folder in SAMPLES:
        for file in sorted((DATA / folder).iterdir()):
            if file.is_file():
                for machine in read([(file.name, file.read_bytes())]).machines:
                    for part in machine.taken:
                        name = part.part.kind.name if part.part.kind else ""
                        found.setdefault(name, set()).update(one.name for one in part.facts if isinstance(one, Fact))
    return {kind: frozenset(names) for kind, names in found.items()}


def _rule_link(rule: str) -> str:
    return f"[{rule}](rules.md#{rule})"


def _becomes(kind: OutputKind) -> str:
    if kind.refused:
        return f"nothing: {_cell(kind.refused)}"
    if kind.files is not None:
        return "files of the machine, read as in its own tree"
    meaning = " ".join((kind.facts.__doc__ or "").split("\n\n")[0].split())
    return _cell(meaning.partition(" InputError")[0].partition(" `subject`")[0])


def rules(given: Iterable[Rule]) -> str:
    """A section per rule: when it fires, what to do, and where it comes from."""
    lines = ["# Rules", ""]
    for rule in sorted(given, key=lambda rule: rule.id):
        lines += [f"## {rule.id}", "", f"**{rule.title}** ({rule.severity}, {rule.maturity})", ""]
        lines += ["```python", rule.when.strip(), "```", "", _prose(rule.why), ""]
        lines += [f"Threshold: {rule.threshold}.", "", "Sources:", ""]
        lines += [f"* {_prose(reference)}" for reference in rule.references]
        lines.append("")
    return "\n".join(lines)


def workloads() -> str:
    """The suites, and every workload with what it is for."""
    known = load_workloads(())
    lines = ["# Workloads", "", "| suite | workloads | repeats |", "| --- | --- | --- |"]
    suites = load_suites(known)
    lines += [
        f"| `{name}`: {suite.title} | {len(suite.workloads)} | {suite.repeats} |" for name, suite in suites.items()
    ]
    for workload in known.values():
        lines += ["", f"## {workload.id}", "", f"**{workload.title}.** {_prose(workload.why)}", ""]
        lines.append(f"Judged by {', '.join(f'`{metric}`' for metric in workload.metrics)}.")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return _prose(text).replace("|", "\\|")


def _prose(text: str) -> str:
    return " ".join(text.split()).replace("<", "&lt;").replace("{", "&#123;").replace("*", "\\*").replace("_", "\\_")
