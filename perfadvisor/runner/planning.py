"""What a new run measures: its workloads for this machine's nodes, within the budget, in one engine everywhere."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import replace

from perfadvisor.errors import MeasureError
from perfadvisor.expand import expand, lone_pairs
from perfadvisor.facts.block.io_path import node
from perfadvisor.facts.reading import cpulist
from perfadvisor.model.result import IoPath
from perfadvisor.model.run import Run
from perfadvisor.model.workload import FEWEST_HAND_OVERS, Environment, Workload
from perfadvisor.plan import BudgetedPlan, fewest_repeats, fit, plan
from perfadvisor.runner import identity, place
from perfadvisor.runner.engines import Agreed, refused
from perfadvisor.runner.memory_size import sized
from perfadvisor.runner.request import Request
from perfadvisor.runner.site import Site
from perfadvisor.targets.base import VfioFunction
from perfadvisor.varying import uses_storage

LONE = "this machine has one NUMA node"


def storage_workloads(workloads: Sequence[Workload]) -> list[Workload]:
    """Those that need a test file or device."""
    return [workload for workload in workloads if uses_storage(workload)]


def device_node(base: Site, storage: place.Storage | None, function: VfioFunction | None) -> int | None:
    """The node of the device under test: the disk, or else the function that memory is mapped for."""
    way = storage.way if storage else IoPath(pci=function.address) if function else None
    return node(base.machine, way) if way else None


def fitted(request: Request, agreed: Agreed, base: Site, sites: Sequence[Site], near: int | None) -> BudgetedPlan:
    """The workloads for this machine's nodes, within the budget; `near` is the node of the device under test."""
    facts = base.facts
    cpu_nodes, memory_nodes = (
        cpulist.parse(str(facts.value(name) or "0")) for name in ("numa.has_cpu", "numa.has_memory")
    )
    lone = lone_pairs(agreed.workloads, cpu_nodes=cpu_nodes, memory_nodes=memory_nodes)
    if len(lone) == len(agreed.workloads):
        raise MeasureError(f"{LONE}: there are no pairs to compare", "perfadvisor run memory measures its own node")
    notes = (f"{LONE}: left out what compares pairs of nodes, {', '.join(one.id for one in lone)}",) if lone else ()
    asked = [workload for workload in agreed.workloads if workload not in lone]
    expanded = expand(asked, cpu_nodes=cpu_nodes, memory_nodes=memory_nodes, device_node=near)
    workloads, sizes = sized(expanded, sites)
    environments = [site.environment for site in sites]
    found = _in_time(request, workloads, environments)
    few = _too_few(found.repeats, fewest_repeats(environments))
    return replace(found, notes=(*agreed.notes, *notes, *sizes, *few, *found.notes))


def _too_few(repeats: int, fewest: int) -> tuple[str, ...]:
    """Reported only where a device changes hands: elsewhere the marks on the results say it."""
    if not repeats < fewest == FEWEST_HAND_OVERS:
        return ()
    return (f"hand-overs of a device: {repeats}, too few for an interval (give --repeats {fewest} or more)",)


def _in_time(request: Request, workloads: Sequence[Workload], environments: Sequence[Environment]) -> BudgetedPlan:
    if request.budget_s is None:
        return BudgetedPlan(workloads=tuple(workloads), repeats=request.repeats)
    setup_s = place.set_up_s(storage_workloads(workloads), request.options)
    return fit(
        workloads, environments=environments, repeats=request.repeats, budget_s=request.budget_s, setup_s=setup_s
    )


def planned(request: Request, base: Site, sites: Sequence[Site], fitted: BudgetedPlan) -> Run:
    """The run, with every trial it is to have and no result yet."""
    environments = tuple(site.environment for site in sites)
    return Run(
        id=f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(3)}",
        started=time.time(),
        seed=request.seed,
        argv=request.argv,
        state="running",
        versions=identity.versions(base.target, {workload.tool for workload in fitted.workloads}),
        host=identity.host(base),
        environments=environments,
        workloads={workload.id: workload for workload in fitted.workloads},
        plan=plan(
            fitted.workloads,
            environments,
            repeats=fitted.repeats,
            seed=request.seed,
            once=refused(fitted.workloads, sites),
        ),
        results=(),
    )
