"""Plans for findings: what a rule's fix would write on the machine that was read, and what takes it back."""

from collections.abc import Iterable
from dataclasses import replace

from perfadvisor.analyse.rules.lookup import Lookup
from perfadvisor.model.rule import Finding, Outcome
from perfadvisor.model.tree import Tree
from perfadvisor.settings.asked import MissingError
from perfadvisor.settings.commands import script
from perfadvisor.settings.desired import intents
from perfadvisor.settings.model import Plan
from perfadvisor.settings.planning import plan, undone


def plan_of(finding: Finding, lookup: Lookup, tree: Tree) -> Plan | None:
    """What the finding's fix writes; None where its rule holds no settings, or what was read lacks one of them."""
    desired = finding.rule.fix.set
    if finding.outcome is not Outcome.FIRES or not desired:
        return None
    try:
        made = plan(intents(desired, lookup.view(finding.rule.for_each, finding.subject), tree), tree)
    except MissingError:
        return None
    return None if any(refusal.unread for refusal in made.refusals) else made


def with_plans(findings: Iterable[Finding], lookup: Lookup, tree: Tree) -> tuple[tuple[Finding, Plan | None], ...]:
    """Each finding with its plan; command and undo then are this machine's. Without a plan the rule's words stay."""
    return tuple(_planned(finding, plan_of(finding, lookup, tree)) for finding in findings)


def _planned(finding: Finding, made: Plan | None) -> tuple[Finding, Plan | None]:
    if made is None or not made.writes:
        return finding, None
    return replace(finding, fix_run=script(made.writes), rollback=script(undone(made.writes))), made
