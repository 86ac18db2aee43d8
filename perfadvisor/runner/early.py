"""What can be refused before anything is read, made or started: nobody should wait for a word that was mistyped."""

from perfadvisor.bundle import refuse_used
from perfadvisor.facts.mount import MOUNTINFO
from perfadvisor.model.tree import Tree
from perfadvisor.model.workload import Environment
from perfadvisor.plan import fit
from perfadvisor.runner.place import size_of
from perfadvisor.runner.request import Request
from perfadvisor.runner.stage import needs_storage
from perfadvisor.targets import raw_device, storage_file
from perfadvisor.targets.local import LocalTarget
from perfadvisor.targets.open import kind_of

ON_OUR_DISK = frozenset({"local", "docker", "podman"})  # kinds whose test file lies below --dir on this machine


def refuse_early(request: Request) -> None:
    """InputError for a place, a budget or an environment that cannot be: all that is looked at again later, with the
    whole machine read."""
    kinds = {kind_of(spec) for spec in (*request.environments, request.wishes.peer) if spec}
    refuse_used(request.out)
    if request.budget_s is not None:
        fit(
            request.workloads,
            environments=[Environment(name=spec, spec=spec) for spec in dict.fromkeys(request.environments)],
            repeats=request.repeats,
            budget_s=request.budget_s,
        )
    sizes = [size_of(workload) for workload in request.workloads if needs_storage(workload)]
    if sizes and request.wishes.device:
        raw_device.look(request.wishes.device, Tree({}))
    elif sizes and kinds & ON_OUR_DISK:
        place = storage_file.place(request.wishes.directory, LocalTarget().tree((MOUNTINFO,)))
        storage_file.require_room(place, max(sizes))
