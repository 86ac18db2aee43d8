"""The same comparison in every environment: where one of them forbids a workload's engine, all run the common one.

podman's and docker's seccomp profiles forbid io_uring, and io_uring on one side against libaio on the other would
compare two engines, not two environments.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from perfadvisor.errors import MeasureError
from perfadvisor.model.workload import Workload
from perfadvisor.runner.site import Site
from perfadvisor.tools.catalogue import TOOLS


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """`workloads` as every environment that can take part runs them, and what a reader must know."""

    workloads: tuple[Workload, ...]
    notes: tuple[str, ...] = ()


def forbidden(workload: Workload, site: Site) -> str:
    """Why the engine of this workload cannot be used in this environment, "" where it can or where it cannot be
    tried."""
    tool = TOOLS[workload.tool]
    engine = tool.engine(workload.parameters)
    if not engine or site.refusal:
        return ""
    if engine not in site.probed:
        site.probed[engine] = _probed(workload.tool, engine, site)
    return site.probed[engine]


def _probed(tool: str, engine: str, site: Site) -> str:
    try:
        program = site.target.program(tool) or TOOLS[tool].PROGRAM.name
        return site.target.forbids(engine, (program, *TOOLS[tool].probe(engine)))
    except MeasureError:
        return ""  # the tool is missing or the machine is gone: that is reported where it is looked for


def refused(workloads: Sequence[Workload], sites: Sequence[Site]) -> frozenset[tuple[str, str]]:
    """(workload, environment) of what is known not to work: one attempt is planned, for the reason."""
    return frozenset(
        (workload.id, site.name)
        for site in sites
        for workload in workloads
        if site.refusal or forbidden(workload, site)
    )


def agree(workloads: Sequence[Workload], sites: Sequence[Site]) -> Agreed:
    """The workloads with engines that every environment allows. One without such an engine stays as it is, and is not
    measured where its own is forbidden. One that would now repeat another is left out."""
    agreed: list[Workload] = []
    why: dict[tuple[str, str], str] = {}
    for workload in workloads:
        tool = TOOLS[workload.tool]
        reason = next((reason for site in sites if (reason := forbidden(workload, site))), "")
        common = tool.with_common_engine(workload.parameters) if reason else workload.parameters
        if common != workload.parameters:
            why.setdefault((tool.engine(workload.parameters), str(common.get("engine", ""))), reason)
        agreed.append(replace(workload, parameters=common))
    notes = tuple(_note(own, common, reason, len(sites)) for (own, common), reason in why.items())
    twins = _twins(workloads, agreed)
    kept = tuple(workload for workload in agreed if workload.id not in twins)
    return Agreed(workloads=kept, notes=(*notes, *(_left_out(*pair) for pair in twins.items())))


def _twins(workloads: Sequence[Workload], agreed: Sequence[Workload]) -> dict[str, str]:
    """Workloads that another one now equals: each with the one that is measured for both, which kept its own engine."""
    own = {one.id for one, other in zip(workloads, agreed, strict=True) if one.parameters == other.parameters}
    found: dict[str, str] = {}
    for one in agreed:
        if one.id not in own:
            same = (other.id for other in agreed if other.id in own and _is_same_work(one, other))
            if twin := next(same, ""):
                found[one.id] = twin
    return found


def _is_same_work(one: Workload, other: Workload) -> bool:
    return replace(one, id="", title="", why="") == replace(other, id="", title="", why="")


def _left_out(workload: str, twin: str) -> str:
    return f"storage: {workload} is not measured, because with this engine {twin} is the same"


def _note(own: str, common: str, reason: str, environments: int) -> str:
    where = "every environment" if environments > 1 else "this environment"
    return f"storage: {where} runs {common} instead of {own}: {reason}"
