"""A running QEMU's command line as a guest.

Options as QEMU's own manual (system/invocation) names them. A value may be JSON (`-blockdev '{...}'`, as libvirt
writes) or `key=value,key=value`, in which `,,` is a comma. What is unknown stays None.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from perfadvisor.facts.guest import owner
from perfadvisor.facts.guest import qemu_options as options
from perfadvisor.facts.guest.model import Guest, GuestNode, Pages
from perfadvisor.facts.guest.qemu_devices import disks, hostdevs, nics, virtiofs
from perfadvisor.facts.guest.qemu_options import Options
from perfadvisor.facts.reading.reader import number
from perfadvisor.facts.reading.sizes import qemu as size

Backends = Mapping[str, Mapping[str, str]]

DEFAULT_MEMORY = 128 << 20  # QEMU's own, where -m is not given
_BASE_CPUS = ("host", "max")
_TOPOLOGY = ("sockets", "dies", "cores", "threads")


def of_argv(argv: Sequence[str], source: str) -> Guest:
    """The guest that this command line runs."""
    given = options.parse(argv)
    smp, memory, balloons = _smp(given), given.merged("m"), given.device("virtio-balloon")
    machine = given.merged("machine")
    backends = {one.get("id", ""): one for one in given.all("object") if one.get("qom-type", "").startswith("memory-")}
    return Guest(
        name=_name(given, source),
        source=source,
        hypervisor=_accelerator(given, machine, argv[0] if argv else ""),
        uuid=given.last("uuid"),
        running=True,
        architecture=_architecture(argv[0] if argv else ""),
        machine=machine.get("type"),
        memory_bytes=size(memory.get("size"), "M") if memory else DEFAULT_MEMORY,
        vcpus=smp,
        topology={key: value for key, value in given.merged("smp").items() if key in _TOPOLOGY},
        iothreads=sum(one.get("qom-type") == "iothread" for one in given.all("object")),
        pages=_pages(given, backends),
        cpu_mode=_cpu_mode(given),
        cpu_model=given.merged("cpu").get("type"),
        cells=tuple(_cells(given, backends)),
        cell_nodes=_cell_nodes(given, backends),
        memory_nodes=_host_nodes(backends.get(machine.get("memory-backend", ""), {})),
        memory_mode=_mode(backends.get(machine.get("memory-backend", ""), {})),
        balloon="virtio" if balloons else "none",
        free_page_reporting=any(one.get("free-page-reporting") == "on" for one in balloons),
        iommu=_iommu(given),
        disks=tuple(disks(given)),
        nics=tuple(nics(given)),
        hostdevs=tuple(hostdevs(given)),
        owner=owner.named_in(argv, owner.PLAIN),
        shared_memory=_is_shared(given, machine, backends),
        virtiofs=virtiofs(given),
    )


def _is_shared(given: Options, machine: Mapping[str, str], backends: Backends) -> bool:
    """Whether all memory backends in use share theirs: share=on, which memory-backend-memfd has by default."""
    nodes = [one.get("memdev", "") for one in given.all("numa")]
    names = [name for name in (machine.get("memory-backend", ""), *nodes) if name in backends]
    default = {name: "on" if "memfd" in backends[name].get("qom-type", "") else "off" for name in names}
    return bool(names) and all(backends[name].get("share", default[name]) in ("on", "true") for name in names)


def _name(given: Options, source: str) -> str:
    """`-name web` or `-name guest=web,debug-threads=on`; else the process stands for it."""
    named = given.merged("name").get("guest")
    return named or f"qemu-{source.split('/')[2] if source.startswith('/proc/') else 'process'}"


def _accelerator(given: Options, machine: Mapping[str, str], program: str) -> str:
    """What runs the CPUs, "qemu" for its own emulation. Where nothing is asked for that is what QEMU takes, unless its
    name ends in "kvm": then KVM comes first (configure_accelerators in system/vl.c). The host's own CPU cannot be
    emulated, so that "-cpu host" says KVM, too."""
    first = next((one["accel"] for one in given.all("accel") if "accel" in one), "") or machine.get("accel", "")
    asked = first.split(":")[0]
    if asked:
        return "qemu" if asked == "tcg" else asked
    by_name = program.rsplit("/", 1)[-1].endswith("kvm") and not given.has("no-kvm")
    is_kvm = given.has("enable-kvm") or by_name or given.merged("cpu").get("type") == "host"
    return "kvm" if is_kvm else "qemu"


def _architecture(program: str) -> str | None:
    name = program.rsplit("/", 1)[-1]
    return name.removeprefix("qemu-system-") if name.startswith("qemu-system-") else None


def _smp(given: Options) -> int:
    smp = given.merged("smp")
    asked = number(smp.get("cpus"))
    if asked is not None:
        return asked
    count = 1
    for key in _TOPOLOGY:
        count *= number(smp.get(key)) or 1
    return min(count, 1 << 16)


def _cpu_mode(given: Options) -> str:
    model = given.merged("cpu").get("type")
    if model in _BASE_CPUS:
        return "host-passthrough" if model == "host" else "maximum"
    return "custom" if model else "default"


def _pages(given: Options, backends: Backends) -> tuple[Pages, ...] | None:
    """Huge pages are a path on hugetlbfs (its size is the mount's, so unknown here) or memfd's hugetlb=on."""
    found = [Pages() for path in filter(None, [given.last("mem-path"), *_paths(backends)]) if "huge" in path]
    for backend in backends.values():
        if backend.get("hugetlb") in ("on", "true"):
            found.append(Pages(size_bytes=size(backend.get("hugetlbsize"))))
    return tuple(found) or None


def _paths(backends: Backends) -> Iterable[str]:
    return (backend.get("mem-path", "") for backend in backends.values())


def _cells(given: Options, backends: Backends) -> Iterator[GuestNode]:
    nodes = [one for one in given.all("numa") if one.get("type", "node") == "node"]
    for place, node in enumerate(nodes):
        memory = node.get("mem") or backends.get(node.get("memdev", ""), {}).get("size")
        yield GuestNode(id=node.get("nodeid", str(place)), cpus=node.get("cpus", ""), memory_bytes=size(memory, "M"))


def _cell_nodes(given: Options, backends: Backends) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for place, node in enumerate(one for one in given.all("numa") if one.get("type", "node") == "node"):
        backend = backends.get(node.get("memdev", ""), {})
        nodes = _host_nodes(backend)
        if nodes:
            found[node.get("nodeid", str(place))] = (_mode(backend) or "", nodes)
    return found


def _host_nodes(backend: Mapping[str, str]) -> str | None:
    return backend.get("host-nodes") if backend.get("policy", "default") != "default" else None


def _mode(backend: Mapping[str, str]) -> str | None:
    return {"bind": "strict"}.get(backend.get("policy", ""), backend.get("policy"))


def _iommu(given: Options) -> str | None:
    kinds = {"intel-iommu": "intel", "amd-iommu": "amd", "virtio-iommu": "virtio", "virtio-iommu-pci": "virtio"}
    return next((name for driver, name in kinds.items() if given.device(driver)), None)
