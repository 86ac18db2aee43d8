"""Which findings explain that an environment falls behind its parent, and how much of the gap each can explain.

A finding counts where it fired in the environment (about this workload's result, or about the machine), or in the
parent about the guest or container that the environment is; and not in the parent's own right, because what slows both
sides down is not a difference between them. How much: a share of time that was taken away explains that share of the
rate."""

from collections.abc import Iterator

from perfadvisor.model.fact import Fact, FactTable
from perfadvisor.model.ratio import EnvironmentRatio, Explanation
from perfadvisor.model.rule import Finding, Outcome, Severity

# Rules whose evidence holds a share of time in which the environment could not run: a rate falls by just that share.
TIME_TAKEN = ("result.throttled_share", "result.steal_share", "result.memory_pressure_share")
AT_A_CAP, REACHED = "result.io_limit_share", 0.9
OF_A_GUEST = ("vm", "vm_disk", "vm_nic", "vm_hostdev", "container")
_ORDER = tuple(Severity)


def causes(
    row: EnvironmentRatio, findings: tuple[Finding, ...], own: FactTable | None, parent: FactTable | None
) -> tuple[Explanation, ...]:
    """The explanations of one gap, what can explain most first; none where there is no gap."""
    gap = gap_of(row)
    if gap is None:
        return ()
    found = {(one.rule.id, one.subject): one for one in findings if _concerns(one, row, own, parent)}
    ranked = sorted(found.values(), key=lambda one: (-(_share(one, gap) or 0.0), _ORDER.index(one.rule.severity)))
    return tuple(Explanation(rule_id=one.rule.id, subject=one.subject, share=_share(one, gap)) for one in ranked)


def gap_of(row: EnvironmentRatio) -> float | None:
    """The share of the parent's speed that is missing; None where the interval reaches the parent's, or nothing is
    known."""
    if row.ratio is None or row.emulated:
        return None
    lower_is_better = row.better == "lower"
    nearest = row.low if lower_is_better else row.high
    speed = 1 / row.ratio if lower_is_better else row.ratio
    reaches = nearest is not None and (nearest <= 1 if lower_is_better else nearest >= 1)
    return None if reaches or speed >= 1 else 1 - speed


def _concerns(finding: Finding, row: EnvironmentRatio, own: FactTable | None, parent: FactTable | None) -> bool:
    if finding.outcome is not Outcome.FIRES or finding.explained_by:
        return False
    kind = finding.rule.for_each
    if finding.environment == row.environment:
        return finding.subject == f"{row.workload}@{row.environment}" if kind == "result" else _differs(finding, parent)
    if finding.environment == row.parent and kind in OF_A_GUEST:
        return finding.subject in _own_subjects(row, own, parent)
    return False


def _differs(finding: Finding, parent: FactTable | None) -> bool:
    """Whether anything the finding rests on is other than in the parent."""
    known = [fact for fact in finding.evidence if isinstance(fact, Fact)]
    return parent is None or any(parent.value(fact.name, fact.subject) != fact.value for fact in known)


def _own_subjects(row: EnvironmentRatio, own: FactTable | None, parent: FactTable | None) -> frozenset[str]:
    """The subjects in the parent's facts that are this environment: its domain and that domain's devices."""
    return frozenset(_subjects(row, own, parent))


def _subjects(row: EnvironmentRatio, own: FactTable | None, parent: FactTable | None) -> Iterator[str]:
    domain = own.value("environment.domain") if own else None
    for name in (domain, row.environment):
        if isinstance(name, str):
            yield name
    if parent and isinstance(domain, str):
        for kind in OF_A_GUEST:
            yield from (s for s, value in parent.of(f"{kind}.domain").items() if value == domain)


def _share(finding: Finding, gap: float) -> float | None:
    """A cap that was reached explains all of a gap: without it nothing held the rate there."""
    caps = (fact.value for fact in finding.evidence if isinstance(fact, Fact) and fact.name == AT_A_CAP)
    if any(isinstance(value, int | float) and value >= REACHED for value in caps):
        return 1.0
    values = [fact.value for fact in finding.evidence if isinstance(fact, Fact) and fact.name in TIME_TAKEN]
    known = [float(value) for value in values if isinstance(value, int | float)]
    if not known:
        return None
    return min(1.0, max(known) / gap) if gap > 0 else None
