"""Plan and undo a rule's fix on the rule's own cases.

A small machine is made of each case that fires, the fix is planned on it, the planned machine is read by the same fact
code, and the rule is asked again."""

from collections.abc import Iterator, Mapping

from perfadvisor.analyse.rules.answer import judge
from perfadvisor.analyse.rules.lookup import HOST, Lookup
from perfadvisor.facts import catalogue as machine
from perfadvisor.model.fact import Fact, FactSpec, FactTable, Scalar
from perfadvisor.model.rule import Case, Outcome, Rule
from perfadvisor.model.tree import Tree
from perfadvisor.settings import reading
from perfadvisor.settings.asked import MissingError
from perfadvisor.settings.desired import intents
from perfadvisor.settings.model import Disturbs, Plan, Setting
from perfadvisor.settings.planning import plan, undone
from perfadvisor.settings.rehearsal.tree import SUBJECTS, USUAL, tree_of

Catalogue = Mapping[str, FactSpec]
Values = dict[str, Scalar]


def rehearsed(rule: Rule, catalogue: Catalogue) -> tuple[int, tuple[str, ...]]:
    """How many plans were made of the rule's cases, and what was wrong, in words. A rule that sets something and of
    whose cases no plan can be made is wrong."""
    if not rule.fix.set:
        return 0, ()
    made, wrong, unmade = 0, [], ""
    for case in rule.cases:
        if case.expect is not Outcome.FIRES:
            continue
        try:
            wrong += list(_problems(rule, case, catalogue))
            made += 1
        except MissingError as error:
            unmade = f"case {case.name!r}: {error}"
    if not made:
        wrong.append(f"its fix cannot be planned on any of its cases: {unmade or 'nothing to write'}")
    return made, tuple(wrong)


def _problems(rule: Rule, case: Case, catalogue: Catalogue) -> Iterator[str]:
    tree = tree_of(rule, case)
    known = {**USUAL, **_read(tree), **case.facts}
    lookup = _lookup(known, case, catalogue)
    planned = plan(intents(rule.fix.set, lookup.view(rule.for_each, SUBJECTS.get(rule.for_each, "")), tree), tree)
    if not planned.writes:
        raise MissingError("; ".join(refusal.reason for refusal in planned.refusals) or "nothing to write")
    if not _comes_back(planned):
        yield f"case {case.name!r}: the undo does not put everything back"
    if rule.fix.moves or any(write.setting.disturbs is Disturbs.REBOOT for write in planned.writes):
        return  # seen once it is measured, or after the reboot: the case after the fix stands for that
    before, after = _read(tree), _read(planned.tree)
    moved = {name: value for name, value in after.items() if before.get(name) != value}
    stays = {name: value for name, value in known.items() if name in after or name not in before}
    view = _lookup({**stays, **moved}, case, catalogue).view(rule.for_each, SUBJECTS.get(rule.for_each, ""))
    outcome = judge(rule, view).outcome
    if outcome not in (Outcome.CLEAR, Outcome.NOT_APPLICABLE):
        yield f"case {case.name!r}: on the planned machine the rule is {outcome}, not clear"


def _read(tree: Tree) -> Values:
    return {fact.name: fact.value for fact in machine.facts(tree) if isinstance(fact, Fact)}


def _lookup(values: Values, case: Case, catalogue: Catalogue) -> Lookup:
    """The case's facts, each about the one subject of its kind, and the facts that lead from one to the other."""
    leads = {
        spec.name: SUBJECTS[spec.refers_to]
        for spec in catalogue.values()
        if spec.refers_to and spec.refers_to in SUBJECTS and spec.subject in SUBJECTS
    }
    table = _table({**leads, **values}, catalogue)
    host = {name.removeprefix(HOST): value for name, value in (case.host or {}).items()}
    return Lookup(table, catalogue, _table(host, catalogue) if host else None)


def _table(values: Mapping[str, Scalar], catalogue: Catalogue) -> FactTable:
    known = ((name, value, catalogue[name].subject) for name, value in values.items() if name in catalogue)
    return FactTable(
        Fact(name=name, value=value, source="case", subject=SUBJECTS.get(kind, "")) for name, value, kind in known
    )


def _comes_back(planned: Plan) -> bool:
    """Whether every group reads as before once the undo is made on the planned machine."""
    tree = planned.tree
    for write in undone(planned.writes):
        new = reading.rewritten(write.setting, write.subject, tree, write.to)
        tree = tree.merged([Tree({_source(write.setting, write.subject, tree): new})])
    return all(reading.values(write.setting, write.subject, tree) == write.was for write in planned.writes)


def _source(setting: Setting, subject: str, tree: Tree) -> str:
    source = setting.source(subject)
    return tree.realpath(source) if source.startswith("/") else source
