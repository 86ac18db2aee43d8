"""What can be refused before anything is read, made or started: a mistyped word is not worth waiting for."""

from collections.abc import Iterable
from itertools import combinations

from perfadvisor.bundle import refuse_used
from perfadvisor.errors import InputError
from perfadvisor.facts.pci.address import is_address
from perfadvisor.facts.reading import mountinfo
from perfadvisor.model.tree import Tree
from perfadvisor.model.workload import Environment
from perfadvisor.plan import fit
from perfadvisor.runner.place import size_of
from perfadvisor.runner.request import Request
from perfadvisor.runner.stage import needs_function
from perfadvisor.specs.kinds.local import DOMAIN, NIC
from perfadvisor.specs.peer import read_peer
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.changing import storage_file
from perfadvisor.targets.here.local import LocalTarget
from perfadvisor.targets.lending.pci_group import function
from perfadvisor.targets.raw import device as raw_device
from perfadvisor.tools.own import command
from perfadvisor.varying import uses_storage

WHICH = "--device /dev/nvme0n1"


def refuse_early(request: Request) -> None:
    """InputError for a place, a budget or an environment that cannot be: all that is looked at again later, with the
    whole machine read."""
    _refuse_devices(request)
    if not request.options.commands:
        command.refuse(request.workloads)
    if request.options.peer:
        read_peer(request.options.peer)
    refuse_used(request.out)
    if request.budget_s is not None:
        fit(
            request.workloads,
            environments=[Environment(name=spec.name, spec=spec) for spec in request.environments],
            repeats=request.repeats,
            budget_s=request.budget_s,
        )
    sizes = [size_of(workload) for workload in request.workloads if uses_storage(workload)]
    if sizes and request.options.device:
        raw_device.look(request.options.device, Tree({}))
    elif sizes and any(spec.on_our_disk for spec in request.environments):
        place = storage_file.place(request.options.directory, LocalTarget().tree((mountinfo.PATH,)))
        storage_file.require_room(place, max(sizes))


def _refuse_devices(request: Request) -> None:
    options = request.options
    if options.domain and not options.device:
        raise InputError("--domain changes how a disk is translated: which one is missing", WHICH)
    here = (spec for spec in request.environments if spec.is_here)
    translated = next((spec for spec in here if spec.get(DOMAIN) and not spec.get(NIC)), None)
    if translated and not options.device:
        raise InputError(f"{translated} changes how a disk is translated: which one is missing", WHICH)
    if translated and options.domain:
        raise InputError(f"--domain and {translated} both change how the disk is translated", "leave --domain out")
    if options.vfio and not any(spec.is_here for spec in request.environments):
        raise InputError(
            "--vfio binds a device to vfio-pci for this machine's own trials",
            "add --env local, or give a container vfio=BDF",
        )
    if options.vfio and not any(needs_function(workload) for workload in request.workloads):
        raise InputError("--vfio: none of these workloads maps memory for it", "perfadvisor run mapping --vfio BDF")
    _refuse_sharing(request.environments)
    _refuse_missing(request.environments)


def _refuse_missing(specs: Iterable[Spec]) -> None:
    """An address that is none here would be met after the guests before it have booted."""
    for spec in specs:
        for address in (*spec.in_turns, *spec.for_the_run):
            if is_address(address):
                function(address)


def _refuse_sharing(specs: Iterable[Spec]) -> None:
    """Guests hand a function on to each other; a container keeps what it was made with."""
    for one, other in combinations(specs, 2):
        both = {*one.in_turns, *one.for_the_run} & {*other.in_turns, *other.for_the_run}
        if shared := both & {*one.for_the_run, *other.for_the_run}:
            raise InputError(
                f"{one} and {other} both ask for {', '.join(sorted(shared))}: a container keeps it for the whole run",
                "measure them in two runs",
            )
