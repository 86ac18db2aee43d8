"""What only the configuration space of a PCI function tells: payload and read sizes, ordering, ASPM, ACS."""

from collections.abc import Callable, Iterator, Mapping

from perfadvisor.facts.pci.address import DEVICES, chain, functions
from perfadvisor.facts.pci.config_space import ConfigSpace, Express, parse
from perfadvisor.model.absence import NO_CAPABILITY, AbsenceReason, Cause
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature, Scalar, SpecMaker
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

PATTERNS = tuple(f"{DEVICES}/*/{name}" for name in ("config", "link/l0s_aspm", "link/l1_aspm"))

NEEDS_ROOT = Cause(
    AbsenceReason.DENIED, "needs root: without it the kernel gives the first 64 bytes of the configuration space"
)
NOT_EXPRESS = "not a PCI Express function"
IN_PHYSICAL = "reserved in a virtual function: its physical function decides"

Kind = type[bool] | type[int] | type[str]


_spec = SpecMaker("pci", Nature.SETTING)


ROOT_READABLE = FactSpec(
    name="pci.root_readable",
    type=bool,
    meaning="whether configuration space beyond 64 bytes was read, which takes root",
    nature=Nature.IDENTITY,
)
MAX_PAYLOAD = _spec("max_payload_bytes", int, "payload of a packet the function may send (MPS)", Unit.BYTES)
MAX_PAYLOAD_SUPPORTED = _spec(
    "max_payload_supported_bytes", int, "largest payload it supports", Unit.BYTES, nature=Nature.IDENTITY
)
PATH_MAX_PAYLOAD = _spec(
    "path_max_payload_supported_bytes",
    int,
    "largest payload every hop up to the root port supports",
    Unit.BYTES,
    nature=Nature.IDENTITY,
)
MAX_READ = _spec("max_read_request_bytes", int, "largest read the function may ask for (MRRS)", Unit.BYTES)
RELAXED = _spec("relaxed_ordering", bool, "whether the function may mark its packets for relaxed ordering")
EXTENDED_TAGS = _spec("extended_tags", bool, "whether 256 instead of 32 requests may be open")
ASPM = _spec("aspm", str, "power saving the link may enter by itself: disabled, L0s, L1, L0s L1")
ACS = _spec("acs", str, "Access Control Services that are on, by lspci's names (SV RR CR UF), or none")
HAS_AER = _spec(
    "has_aer", bool, "whether the function has Advanced Error Reporting, which marks errors", nature=Nature.IDENTITY
)
CORRECTABLE_SEEN = _spec(
    "correctable_errors_seen", str, "correctable errors marked since last cleared, or none", nature=Nature.MEASURED
)
UNCORRECTABLE_SEEN = _spec(
    "uncorrectable_errors_seen", str, "the same of uncorrectable errors, or none", nature=Nature.MEASURED
)
CATALOGUE = (
    ROOT_READABLE,
    MAX_PAYLOAD,
    MAX_PAYLOAD_SUPPORTED,
    PATH_MAX_PAYLOAD,
    MAX_READ,
    RELAXED,
    EXTENDED_TAGS,
    ASPM,
    ACS,
    HAS_AER,
    CORRECTABLE_SEEN,
    UNCORRECTABLE_SEEN,
)

_CONTROL: tuple[tuple[FactSpec, Callable[[Express], Scalar | None]], ...] = (
    (MAX_PAYLOAD, lambda express: express.max_payload),
    (MAX_READ, lambda express: express.max_read_request),
    (RELAXED, lambda express: express.relaxed_ordering),
    (EXTENDED_TAGS, lambda express: express.extended_tags),
    (ASPM, lambda express: express.aspm),
)

Facts = Iterator[Fact | Absent]


def facts(tree: Tree) -> Facts:
    """Whether the spaces were readable, then what each says."""
    directories, spaces = functions(tree), read(tree)
    known = [space for space in spaces.values() if space is not None]
    readable = any(space.whole for space in known) if known else None
    yield ROOT_READABLE.given(readable, source=f"{DEVICES}/*/config", reason="no configuration space was read")
    sizes = {
        address: space.express.max_payload_supported if space and space.express else None
        for address, space in spaces.items()
    }
    for address, path in directories.items():
        yield from _control(tree, path, address, spaces[address])
        yield from _features(tree, path, address, spaces[address])
        yield path_payload(chain(path), sizes, f"{path}/config", address)


def read(tree: Tree) -> Mapping[str, ConfigSpace | None]:
    """The configuration space of each function by its address, None where it was not read."""
    return tree.once(_read)


def _read(tree: Tree) -> dict[str, ConfigSpace | None]:
    data = {address: tree.read(f"{path}/config") for address, path in functions(tree).items()}
    return {address: None if one is None else parse(one) for address, one in data.items()}


def _control(tree: Tree, path: str, address: str, space: ConfigSpace | None) -> Facts:
    source = f"{path}/config"
    express = space.express if space else None
    virtual = tree.link_name(f"{path}/physfn") is not None
    for spec, value in _CONTROL:
        if virtual:
            yield spec.absent(IN_PHYSICAL, source=source, subject=address)
        elif express is not None:
            yield spec.given(
                value(express), source=source, subject=address, reason="reserved, or inside the root complex"
            )
        elif spec is ASPM:
            yield _aspm_of_files(tree, path, address, _why(tree, source, space))
        else:
            yield spec.absent(_why(tree, source, space), source=source, subject=address)


def _features(tree: Tree, path: str, address: str, space: ConfigSpace | None) -> Facts:
    source = f"{path}/config"
    express, why = (space.express if space else None), _why(tree, source, space)
    supported = express.max_payload_supported if express else None
    yield MAX_PAYLOAD_SUPPORTED.given(supported, source=source, subject=address, reason=why)
    acs, extended = (space.acs, space.extended) if space else (None, False)
    yield ACS.given(acs, source=source, subject=address, reason=NO_CAPABILITY if extended else why)
    counted = tree.entry(f"{path}/aer_dev_correctable") is not None
    yield from _errors(source, address, space, why, counted=counted)


def _errors(source: str, address: str, space: ConfigSpace | None, why: str, *, counted: bool) -> Facts:
    """What is marked; a function that is not PCI Express has nowhere to mark it. `counted`: the kernel counts them."""
    told = space is not None and (space.extended or (space.whole and space.express is None))
    seen = space.errors if space else None
    has = True if seen or counted else False if told else None
    yield HAS_AER.given(has, source=source, subject=address, reason=why)
    for spec, text in (
        (CORRECTABLE_SEEN, seen.correctable if seen else None),
        (UNCORRECTABLE_SEEN, seen.uncorrectable if seen else None),
    ):
        yield spec.given(text, source=source, subject=address, reason=NO_CAPABILITY if told else why)


def _aspm_of_files(tree: Tree, path: str, address: str, why: str) -> Fact | Absent:
    """ASPM as the `link` files tell it without root; they are there only where the kernel controls ASPM."""
    states = {name: tree.text(f"{path}/link/{name.lower()}_aspm") for name in ("L0s", "L1")}
    if set(states.values()) == {None}:
        return ASPM.absent(why, source=f"{path}/config", subject=address)
    enabled = " ".join(name for name, state in states.items() if state == "1")
    return ASPM.fact(enabled or "disabled", source=f"{path}/link", subject=address)


def path_payload(
    hops: tuple[str, ...], supported: Mapping[str, int | None], source: str, address: str, *, why: str = ""
) -> Fact | Absent:
    """The smallest of what every hop supports; unknown as soon as one hop is, or where `why` says that one is."""
    known = [size for hop in hops if (size := supported.get(hop)) is not None]
    whole = bool(hops) and len(known) == len(hops) and not why
    reason = why or "what a hop up to the root port supports is not known"
    return PATH_MAX_PAYLOAD.given(min(known) if whole else None, source=source, subject=address, reason=reason)


def _why(tree: Tree, source: str, space: ConfigSpace | None) -> str:
    """Why a capability is not known."""
    if space is not None:
        return NOT_EXPRESS if space.whole else NEEDS_ROOT
    data = tree.read(source)
    if data is None:
        return tree.why_unreadable(source)
    return "the function does not answer (all bits set)" if len(data) >= 64 else "too short to be a configuration space"
