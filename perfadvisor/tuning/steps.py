"""The fixes to try: from findings with plans, causes first, each with what is measured for it."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from perfadvisor.errors import InputError
from perfadvisor.model.rule import Finding
from perfadvisor.model.workload import Workload
from perfadvisor.report.view import ReportView
from perfadvisor.settings.commands import differences, script
from perfadvisor.settings.model import Disturbs, Intent, Plan
from perfadvisor.settings.planning import undone
from perfadvisor.tuning.model import PlannedFix, WantedGroup

# What shows the price of a fix for the other goal: a workload of latency for one of throughput, and the reverse.
LATENCY = {"storage": "storage/randread-4k-qd1", "network": "network/tcp-rr-64", "memory": "memory/chase-4k"}
THROUGHPUT = {"storage": "storage/read-1m-qd8", "network": "network/tcp-stream", "memory": "memory/read-4k"}
OF_LATENCY = ("*-qd1", "*-qd1-*", "*-rr-*", "*chase*", "*-fdatasync")
TWIN = "-libaio"  # measures what the workload without it measures


def fixes(view: ReportView, workloads: Mapping[str, Workload], preferred: Sequence[str] = ()) -> tuple[PlannedFix, ...]:
    """The fixes of a view, in the order in which to read the findings: one for one change. A finding that another one
    explains is left to it, and an environment other than the machine itself to its owner."""
    measured = tuple(dict.fromkeys(cell.workload for cell in view.cells if cell.finished))
    order = (*measured, *preferred)
    found: dict[tuple[str, ...], PlannedFix] = {}
    for finding, plan in view.plans:
        if finding.environment == view.base and not finding.explained_by and plan.writes:
            found.setdefault(differences(plan.writes), _fix(finding, plan, workloads, order))
    return tuple(found.values())


def _fix(finding: Finding, plan: Plan, workloads: Mapping[str, Workload], order: Sequence[str]) -> PlannedFix:
    own = own_workloads(finding, workloads, order)
    return PlannedFix(
        rule=finding.rule.id,
        title=finding.title or finding.rule.title,
        subject=finding.subject,
        wanted=tuple(WantedGroup(setting=w.setting.name, subject=w.subject, to=dict(w.to)) for w in plan.writes),
        differences=differences(plan.writes),
        commands=tuple(script(plan.writes).splitlines()),
        undo=tuple(script(undone(plan.writes)).splitlines()),
        disturbs=disturbs(plan),
        risk=finding.rule.fix.risk,
        workloads=own,
        guards=tuple(dict.fromkeys(one for name in own if (one := opposite(name)) in workloads and one not in own)),
    )


def own_workloads(finding: Finding, workloads: Mapping[str, Workload], order: Sequence[str]) -> tuple[str, ...]:
    """What proves the fix: the workload of the result that the finding is about, else for each of the rule's patterns
    the first that was measured, is preferred, or exists."""
    about = finding.subject.partition("@")[0]
    if about in workloads:
        return (about,)
    chosen = (_first(pattern, workloads, order) for pattern in finding.rule.verify.rerun)
    return tuple(dict.fromkeys(filter(None, chosen)))


def _first(pattern: str, workloads: Mapping[str, Workload], order: Sequence[str]) -> str:
    known = [name for name in (*order, *sorted(workloads)) if name in workloads and not name.endswith(TWIN)]
    return next((name for name in known if fnmatchcase(name, pattern)), "")


def opposite(workload: str) -> str:
    """The workload of the other goal on the same kind of device, "" where there is none."""
    device = workload.partition("/")[0]
    latency = any(fnmatchcase(workload, pattern) for pattern in OF_LATENCY)
    return (THROUGHPUT if latency else LATENCY).get(device, "")


def disturbs(plan: Plan) -> str:
    """The worst that its writes do to what runs."""
    order = tuple(Disturbs)
    return str(max((write.setting.disturbs for write in plan.writes), key=order.index))


def chosen(found: Sequence[PlannedFix], only: Sequence[str]) -> Iterator[PlannedFix]:
    """The fixes of these rules, all of them without any. InputError for a rule that has none."""
    ids = [fix.rule for fix in found]
    for name in only:
        if name not in ids:
            raise InputError(f"{name} has no fix to try here", f"there are: {', '.join(dict.fromkeys(ids)) or 'none'}")
    return (fix for fix in found if not only or fix.rule in only)


def intents(fix: PlannedFix) -> list[Intent]:
    """The fix as desired settings again, because the machine may have changed since it was read."""
    return [Intent(setting=one.setting, subject=one.subject, to=dict(one.to)) for one in fix.wanted]


def round_seconds(names: Sequence[str], workloads: Mapping[str, Workload], runtime_s: float | None) -> float:
    """How long one run of each of these workloads takes, without what surrounds it."""
    return sum((runtime_s or workloads[name].runtime_s) + workloads[name].warmup_s for name in names)
