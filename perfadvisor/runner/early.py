"""What can be refused before anything is read, made or started: nobody should wait for a word that was mistyped."""

import re
from collections.abc import Iterable
from itertools import combinations

from perfadvisor.bundle import refuse_used
from perfadvisor.errors import InputError
from perfadvisor.facts.reading import mountinfo
from perfadvisor.model.tree import Tree
from perfadvisor.model.workload import Environment
from perfadvisor.plan import fit
from perfadvisor.runner.place import size_of
from perfadvisor.runner.request import Request
from perfadvisor.runner.stage import needs_function, needs_storage
from perfadvisor.targets.changing import storage_file
from perfadvisor.targets.here.local import LocalTarget
from perfadvisor.targets.lending.pci_group import full_address
from perfadvisor.targets.open import kind_of
from perfadvisor.targets.raw import device as raw_device

_VFIO = re.compile(r"(?<=[:,])vfio=([^,]*)")
ON_OUR_DISK = frozenset({"local", "docker", "podman"})  # kinds whose test file lies below --dir on this machine


def refuse_early(request: Request) -> None:
    """InputError for a place, a budget or an environment that cannot be: all that is looked at again later, with the
    whole machine read."""
    _refuse_devices(request)
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
        place = storage_file.place(request.wishes.directory, LocalTarget().tree((mountinfo.PATH,)))
        storage_file.require_room(place, max(sizes))


def _refuse_devices(request: Request) -> None:
    wishes = request.wishes
    if wishes.domain and not wishes.device:
        raise InputError("--domain changes how a disk is translated: which one is missing", "--device /dev/nvme0n1")
    if wishes.vfio and "local" not in request.environments:
        raise InputError(
            "--vfio lends a device to this machine's own trials", "add --env local, or give a container vfio=BDF"
        )
    if wishes.vfio and not any(needs_function(workload) for workload in request.workloads):
        raise InputError("--vfio: none of these workloads maps memory for it", "perfadvisor run mapping --vfio BDF")
    _refuse_sharing(dict.fromkeys(request.environments))


def _refuse_sharing(specs: Iterable[str]) -> None:
    """Guests hand a function on to each other; a container keeps what it was made with."""
    for one, other in combinations(specs, 2):
        shared = _functions(one) & _functions(other)
        if shared and {kind_of(one), kind_of(other)} & {"docker", "podman"}:
            raise InputError(
                f"{one} and {other} both ask for {', '.join(sorted(shared))}: a container keeps it for the whole run",
                "measure them in two runs",
            )


def _functions(spec: str) -> set[str]:
    return {full_address(text) for text in _VFIO.findall(spec)}
