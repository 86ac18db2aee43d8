"""Writes the reference pages, one for each fact and rule among them, from what the program itself knows."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path

from perfadvisor.analyse.rules.conditions import parse
from perfadvisor.analyse.rules.wording import general
from perfadvisor.evidence.bundle import read
from perfadvisor.evidence.kind import OutputKind
from perfadvisor.evidence.kinds import KINDS
from perfadvisor.model.deltas import DELTAS
from perfadvisor.model.fact import Fact, FactSpec
from perfadvisor.model.rule import Rule
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.packs.rules import load_rules
from perfadvisor.packs.suites import load_suites
from perfadvisor.packs.workloads import load_workloads

DATA = Path(__file__).resolve().parents[1] / "tests" / "data"
SAMPLES = ("outputs", "text", "lspci", "ethtool", "interrupts", "guests")


def write(folder: Path) -> None:
    """All reference pages into `folder`."""
    folder.mkdir(exist_ok=True)
    known, all_rules = known_facts(), load_rules(())
    (folder / "facts.md").write_text(facts(known.values()))
    _pages(folder / "facts", {name: fact_page(spec, all_rules) for name, spec in known.items()})
    (folder / "counters.md").write_text(deltas())
    (folder / "rules.md").write_text(rules(all_rules))
    _pages(folder / "rules", {rule.id: rule_page(rule, known) for rule in all_rules})
    (folder / "outputs.md").write_text(outputs())
    (folder / "workloads.md").write_text(workloads())


def _pages(folder: Path, pages: Mapping[str, str]) -> None:
    """A page each, linked from a table and left out of the tree of contents, which every page shows in full."""
    folder.mkdir(exist_ok=True)
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(f"---\norphan: true\n---\n\n{text}")


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
    cells = (
        f"[`{spec.name}`](facts/{spec.name}.md)",
        spec.nature,
        spec.type.__name__,
        spec.unit,
        about,
        _cell(spec.meaning),
    )
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


def _rule_link(rule: str, folder: str = "rules/") -> str:
    return f"[{rule}]({folder}{rule}.md)"


def _becomes(kind: OutputKind) -> str:
    if kind.refused:
        return f"nothing: {_cell(kind.refused)}"
    if kind.results:
        return f"measured results of {kind.results}, judged as an imported run"
    if kind.files is not None:
        return "files of the machine, read as in its own tree"
    meaning = " ".join((kind.facts.__doc__ or "").split("\n\n")[0].split())
    return _cell(meaning.partition(" InputError")[0].partition(" `subject`")[0])


def rules(given: Iterable[Rule]) -> str:
    """A table of rules, each with a page of its own."""
    lines = [
        "# Rules",
        "",
        "Each rule has a page: when it fires, what to do, how to undo it, and where it is known from.",
        "",
    ]
    lines += ["| rule | severity | looks at | title |", "| --- | --- | --- | --- |"]
    for rule in sorted(given, key=lambda rule: rule.id):
        about = rule.for_each or "the machine"
        lines.append(
            f"| {_rule_link(rule.id)} | {rule.severity} | {about} | {_cell(general(rule.title, rule.for_each))} |"
        )
    return "\n".join(lines) + "\n"


def rule_page(rule: Rule, known: Mapping[str, FactSpec]) -> str:
    """All of one rule, with a link to each fact it asks for."""
    lines = [f"# {rule.id}", "", f"**{_prose(general(rule.title, rule.for_each))}**", ""]
    lines += [_prose(rule.why), "", "## When it fires", ""]
    if rule.requires:
        lines += ["It applies where all of these hold:", "", "```python", *rule.requires, "```", ""]
    lines += ["```python", rule.when.strip(), "```", "", f"Threshold: {rule.threshold}.", ""]
    if rule.check_first:
        lines += ["Check first:", "", *(f"* {_prose(each)}" for each in rule.check_first), ""]
    lines += _fix_of(rule)
    lines += ["## About", "", f"* severity: {rule.severity}", f"* maturity: {rule.maturity}", f"* step: {rule.step}"]
    lines += [f"* serves: {', '.join(rule.goals)}", f"* looks at: {rule.for_each or 'the machine'}", ""]
    names = dict.fromkeys((*asked_by(rule), *(name.removeprefix("host.") for name in rule.evidence)))
    lines += ["## Facts", "", *(f"* {_fact_link(name, '../facts/')}" for name in names if name in known), ""]
    lines += ["## Sources", "", *(f"* {_prose(reference)}" for reference in rule.references)]
    return "\n".join(lines) + "\n"


def _fix_of(rule: Rule) -> list[str]:
    lines = ["## What to do", ""]
    if rule.fix.run:
        lines += ["```sh", rule.fix.run.strip(), "```", ""]
    lines += [f"{_prose(text)}\n" for text in (rule.fix.persist,) if text]
    owners = rule.fix.owners.items()
    lines += [f"Where {owner} writes the guest's definition: {_prose(text)}\n" for owner, text in owners]
    lines += [
        f"{word}: {_prose(text)}.\n"
        for word, text in (("Lasts", rule.fix.lasts), ("Risk", rule.fix.risk.rstrip(".")))
        if text
    ]
    if rule.rollback:
        lines += ["How to undo it:", "", "```sh", rule.rollback.strip(), "```", ""]
    if rule.verify.holds:
        lines += ["It has worked when:", "", "```python", rule.verify.holds.strip(), "```", ""]
    return lines


def asked_by(rule: Rule) -> frozenset[str]:
    """The facts that decide about a rule."""
    names = (name for text in (rule.when, *rule.requires) for name in parse(text).names)
    return frozenset(name.removeprefix("host.") for name in names)


def fact_page(spec: FactSpec, given: Iterable[Rule]) -> str:
    """All of one fact, with a link to each rule that asks for it."""
    lines = [f"# {spec.name}", "", f"{_prose(spec.meaning[:1].upper() + spec.meaning[1:])}.", ""]
    lines += [f"* nature: {spec.nature}", f"* type: {spec.type.__name__}"]
    lines += [f"* unit: {spec.unit}"] if spec.unit else []
    lines += [f"* about: {spec.subject or 'the machine'}", ""]
    asking = sorted(rule.id for rule in given if spec.name in asked_by(rule))
    quoting = sorted(rule.id for rule in given if spec.name in rule.evidence and rule.id not in asking)
    for title, found in (("Rules that ask for it", asking), ("Rules that quote it", quoting)):
        if found:
            lines += [f"## {title}", "", *(f"* {_rule_link(each, '../rules/')}" for each in found), ""]
    return "\n".join(lines) + "\n"


def _fact_link(name: str, folder: str) -> str:
    return f"[`{name}`]({folder}{name}.md)"


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
