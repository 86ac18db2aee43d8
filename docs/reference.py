"""Writes the reference pages of facts, rules and workloads from what the program itself knows."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from perfadvisor.judge import catalogue
from perfadvisor.model.fact import FactSpec
from perfadvisor.model.rule import Rule
from perfadvisor.packs import load_rules, load_suites, load_workloads


def write(folder: Path) -> None:
    """All reference pages into `folder`."""
    folder.mkdir(exist_ok=True)
    (folder / "facts.md").write_text(facts(catalogue().values()))
    (folder / "rules.md").write_text(rules(load_rules(())))
    (folder / "workloads.md").write_text(workloads())


def facts(specs: Iterable[FactSpec]) -> str:
    """A table of facts per family."""
    lines = ["# Facts", "", "Every fact perfadvisor reads or derives. Absent is a value of its own, never zero.", ""]
    for family, members in groupby(sorted(specs, key=lambda spec: spec.name), lambda spec: spec.name.split(".")[0]):
        lines += [f"## {family}", "", "| fact | type | unit | about | meaning |", "| --- | --- | --- | --- | --- |"]
        lines += [
            f"| `{s.name}` | {s.type.__name__} | {s.unit} | {s.subject or 'the machine'} | {_cell(s.meaning)} |"
            for s in members
        ]
        lines.append("")
    return "\n".join(lines)


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
