"""The whole judgement: from a run, a snapshot or a foreign tree to everything a report shows."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from perfadvisor import __version__
from perfadvisor.analyse.environments import environments, guest_activity
from perfadvisor.analyse.environments.guest_join import joined
from perfadvisor.analyse.results.cells import cell, cells
from perfadvisor.analyse.results.changes import SettingChange, changed_during
from perfadvisor.analyse.results.facts import result_facts
from perfadvisor.analyse.rules.advise import advise
from perfadvisor.analyse.rules.conditions import parse
from perfadvisor.analyse.rules.lookup import Lookup
from perfadvisor.analyse.rules.once import once
from perfadvisor.analyse.rules.touched import touched
from perfadvisor.errors import InputError
from perfadvisor.evidence.of_tree import outputs
from perfadvisor.facts import catalogue as machine_catalogue
from perfadvisor.facts.machine.listed import unread
from perfadvisor.facts.reading import interrupts
from perfadvisor.facts.trial import own_guests, own_load
from perfadvisor.measured import add_results
from perfadvisor.model.fact import FactTable
from perfadvisor.model.result import Cell
from perfadvisor.model.rule import Finding, Rule
from perfadvisor.model.run import Run
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Tree
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.packs.locate import shipped
from perfadvisor.report.view import ReportView
from perfadvisor.report.worth import with_worth
from perfadvisor.saved.packed_run import PACKED_RUN, RUN_FILE, unpacked_run
from perfadvisor.settings.advice import with_plans
from perfadvisor.settings.model import Plan
from perfadvisor.store import gains

Planned = tuple[tuple[Finding, Plan | None], ...]

GAINS = "measured.jsonl"  # beside the rules: gains on planted faults


def judge(path: Path, rules_dirs: Sequence[Path] = (), goal: str = "", more: Sequence[Path] = ()) -> ReportView:
    """Judge what lies at `path`, and with it what lies at `more`. InputError where nothing of it can be judged, or a
    rule is broken."""
    from perfadvisor.packs.rules import load_rules

    rules = load_rules(rules_dirs)
    _check_goal(goal, rules)
    run = None if more else load_run(path)
    if run is not None:
        return with_gains(judge_run(run, rules, source=str(path), goal=goal))
    return with_gains(_judge_gathered((path, *more), rules, goal))


def with_gains(view: ReportView) -> ReportView:
    """The view with what fixes gave where they were measured, here and on planted faults."""
    return with_worth(view, gains.load(shipped("rules") / GAINS))


def _judge_gathered(paths: Sequence[Path], rules: Sequence[Rule], goal: str) -> ReportView:
    """Judge machines that were read and saved outputs, each machine by itself."""
    from perfadvisor.gathering import gather
    from perfadvisor.measured import measured

    found = gather(paths)
    source = ", ".join(map(str, paths))
    views = [judge_snapshot(one, rules, source=source, goal=goal) for one in found.snapshots]
    known = measured(found, paths[0].name)
    views += [judge_definition(name, table, rules, source=source, goal=goal) for name, table in known.machines.items()]
    view = _together(views)
    view = replace(view, run=known.as_run(list(view.facts)), cells=(*view.cells, *known.cells))
    return replace(view, evidence=found.notes, contradictions=found.bundle.contradictions)


def _together(views: Sequence[ReportView]) -> ReportView:
    """Several machines in one view. A rule that was asked of one of them was asked."""
    first, *others = views
    if not others:
        return first
    unasked = [rule for rule in first.unasked if all(rule in one.unasked for one in others)]
    return replace(
        first,
        findings=tuple(finding for one in views for finding in one.findings),
        cells=tuple(one for view in views for one in view.cells),
        facts={name: table for one in views for name, table in one.facts.items()},
        unasked=tuple(unasked),
        plans=tuple(plan for one in views for plan in one.plans),
        interrupts={name: data for one in views for name, data in one.interrupts.items()},
    )


def _check_goal(goal: str, rules: Sequence[Rule]) -> None:
    """A goal that no rule serves would hide every finding, so it is an error."""
    known = sorted({one for rule in rules for one in rule.goals})
    if goal and goal not in known:
        near = get_close_matches(goal, known, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise InputError(f"no rule serves the goal {goal!r}", f"{hint}goals: {', '.join(known)}")


def judge_definition(name: str, facts: FactTable, rules: Iterable[Rule], *, source: str, goal: str = "") -> ReportView:
    """Judge what one file says: rules on the things it describes, and of those on the whole machine the ones whose
    condition names a fact that the file gives. The rest of the machine is not in it."""
    rules = tuple(rules)
    asked = tuple(rule for rule in rules if _is_asked(rule, facts))
    findings = advise(facts, asked, catalogue=known_facts(), environment=name, goal=goal)
    unasked = tuple(rule for rule in rules if rule not in asked)
    unplanned = tuple((finding, None) for finding in findings)
    return replace(_view(source, goal, unplanned, {name: facts}), unasked=unasked)


def _is_asked(rule: Rule, facts: FactTable) -> bool:
    if rule.for_each:
        return bool(facts.subjects(rule.for_each))
    return any(facts.value(name) is not None for name in parse(rule.when).names)


def load_run(path: Path) -> Run | None:
    """The run in a directory, or in an archive of one; None where the path is not a run at all."""
    from perfadvisor import bundle

    if path.name.endswith(PACKED_RUN) and path.is_file():
        with unpacked_run(path) as folder:
            return bundle.load(folder)
    return bundle.load(path) if (path / RUN_FILE).is_file() else None


def judge_snapshot(snapshot: Snapshot, rules: Iterable[Rule], *, source: str, goal: str = "") -> ReportView:
    """Judge a machine that was only read; its parent, where the snapshot carries one, answers `host.` facts."""
    facts, found = read_snapshot(snapshot)
    host = snapshot_host(snapshot, facts)
    findings = advise(
        facts,
        rules,
        catalogue=known_facts(),
        environment=snapshot.environment,
        host=host,
        goal=goal,
        unread=_unread(snapshot),
    )
    planned = with_plans(findings, Lookup(facts, known_facts(), host), snapshot.tree)
    view = _view(source, goal, planned, {snapshot.environment: facts}, found=found)
    return replace(view, interrupts=_interrupts([snapshot]), taken=snapshot.taken)


def _interrupts(snapshots: Iterable[Snapshot]) -> dict[str, bytes]:
    read = ((one.environment, one.tree.read(interrupts.SOURCE)) for one in snapshots)
    return {name: data for name, data in read if data is not None}


def read_snapshot(
    snapshot: Snapshot, read: Callable[[Tree], FactTable] = machine_catalogue.read
) -> tuple[FactTable, tuple[Cell, ...]]:
    """The facts of a machine that was only read, with those of its own load where that was watched, and its cells.
    `read` gives the facts of a tree."""
    facts = read(snapshot.tree)
    for fact in [*own_guests.facts(snapshot), *(one for taken in outputs(snapshot.tree) for one in taken.facts)]:
        facts.add(fact)
    return facts, tuple(_own_load(snapshot, facts))


def snapshot_host(snapshot: Snapshot, facts: FactTable) -> FactTable | None:
    """The facts of the snapshot's parent, to which those of the snapshot lead from now on; None without a parent."""
    host = machine_catalogue.read(snapshot.parent.tree) if snapshot.parent else None
    _join(facts, host)
    return host


def _own_load(snapshot: Snapshot, facts: FactTable) -> Iterator[Cell]:
    """The machine's own load as cells, their facts added to the machine's."""
    for workload, result in own_load.results(snapshot):
        found = cell(
            replace(workload, metrics=()), snapshot.environment, (result,)
        )  # one window is not a run to repeat
        for fact in result_facts(found, workload, known_facts(), machine=facts):
            facts.add(fact)
        yield found


def judge_run(run: Run, rules: Iterable[Rule], *, source: str, goal: str = "") -> ReportView:
    """Judge a run: cells with trust marks, result facts beside the machine's, findings per environment."""
    tables = {name: machine_catalogue.read(snapshot.tree) for name, snapshot in run.before.items()}
    found = cells(run, _changed(run, tables))
    for environment in run.environments:
        tables.setdefault(environment.name, FactTable(()))
    rules = tuple(rules)
    parents = {environment.name: environment.parent for environment in run.environments}
    hosts = {name: _host(run, name, parents, tables) for name in tables}
    for name, facts in tables.items():
        _join(facts, hosts[name])
        _watch(facts, hosts[name], [one for one in found if one.environment == name])
    beside = environments.ratios(run, found, tables)
    add_results(run, found, tables, environments.for_rules(beside, run.workloads))
    lookups = {name: Lookup(facts, known_facts(), hosts[name]) for name, facts in tables.items()}
    reached = touched(lookups, _measured(found), parents) if any(one.finished for one in found) else {}
    advised = {
        name: advise(
            facts,
            rules,
            catalogue=known_facts(),
            environment=name,
            host=hosts[name],
            goal=goal,
            reached=reached.get(name),
            unread=_unread(run.before.get(name)),
        )
        for name, facts in tables.items()
    }
    planned: Planned = ()
    for name, findings in once(advised, run.environments).items():
        tree = run.before[name].tree if name in run.before else Tree({})
        planned += with_plans(findings, lookups[name], tree)
    view = _view(source, goal, planned, tables, run=run, found=found)
    shares = environments.explained(beside, view.findings, tables)
    return replace(view, ratios=shares, interrupts=_interrupts(run.before.values()))


def _unread(snapshot: Snapshot | None) -> dict[str, str]:
    """The kinds of device that were not looked for; all where no machine was read."""
    return unread(snapshot.tree if snapshot else Tree({}), complete=bool(snapshot and snapshot.version))


def _measured(found: Iterable[Cell]) -> dict[str, list[str]]:
    """Environment -> the subjects of its results that were measured."""
    subjects: dict[str, list[str]] = {}
    for one in found:
        if one.finished:
            subjects.setdefault(one.environment, []).append(one.id)
    return subjects


def _join(facts: FactTable, host: FactTable | None) -> None:
    """Let a guest's facts lead to those of its host."""
    for fact in list(joined(facts, host, known_facts())) if host else ():
        facts.add(fact)


def _watch(facts: FactTable, host: FactTable | None, found: Iterable[Cell]) -> None:
    """Let the host's facts hold what was counted there while the guest measured."""
    if host is not None:
        for fact in list(guest_activity.of_run(found, facts, host, known_facts())):
            host.add(fact)


def _changed(run: Run, tables: Mapping[str, FactTable]) -> dict[str, tuple[SettingChange, ...]]:
    after = {name: machine_catalogue.read(snapshot.tree) for name, snapshot in run.after.items()}
    return changed_during(tables, after, known_facts())


def _host(run: Run, name: str, parents: Mapping[str, str], tables: Mapping[str, FactTable]) -> FactTable | None:
    if parents.get(name) in tables:
        return tables[parents[name]]
    snapshot = run.before.get(name)
    return machine_catalogue.read(snapshot.parent.tree) if snapshot and snapshot.parent else None


def _view(
    source: str,
    goal: str,
    planned: Planned,
    tables: Mapping[str, FactTable],
    run: Run | None = None,
    found: tuple[Cell, ...] = (),
) -> ReportView:
    return ReportView(
        source=source,
        now=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        version=__version__,
        run=run,
        cells=found,
        findings=tuple(finding for finding, _ in planned),
        plans=tuple((finding, made) for finding, made in planned if made is not None),
        facts=tables,
        meanings={name: spec.meaning for name, spec in known_facts().items()},
        goal=goal,
    )
