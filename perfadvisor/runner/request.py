"""What the user asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.model.fact import Scalar
from perfadvisor.model.workload import Workload
from perfadvisor.runner.hooks import NO_HOOKS, Hooks
from perfadvisor.runner.more.extending import ExtensionPolicy
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.opening import Opening

SWITCHES = ("controlled", "precondition")


def refuse(_name: str, _seen: str) -> str:
    """The answer of a user who was not asked."""
    return ""


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """Where to measure: `directory` holds the test file, `device` is a raw block device to use instead ("" for none),
    `peer` names the far end of network tests ("" for this machine). `vfio` are functions of one IOMMU group, bound for
    the run so that mapping memory for the first of them can be measured, and `domain` the kind of translation that the
    device's own group gets ("" to leave it). `confirm` asks for its first text to be typed, before anything is
    written to a raw device; its second one tells what was read of the device. `commands` allows workloads that run
    commands of the user's own; `controlled` holds the CPUs of this machine at an even pace, `precondition` writes until
    steady before the trials."""

    directory: Path
    device: str = ""
    peer: str = ""
    vfio: tuple[str, ...] = ()
    domain: str = ""
    confirm: Callable[[str, str], str] = refuse
    commands: bool = False
    controlled: bool = False
    precondition: bool = False

    def opening(self) -> Opening:
        """What the environments have to know of it."""
        return Opening(directory=self.directory.resolve(), device=self.device, lent=self.vfio)

    def kept(self) -> dict[str, Scalar]:
        """What a resumed run needs to go on in the same place; a confirmation is never kept."""
        return {
            "directory": str(self.directory.resolve()),
            "device": self.device,
            "peer": self.peer,
            "vfio": ",".join(self.vfio),
            "domain": self.domain,
            **{name: True for name in SWITCHES if getattr(self, name)},
        }


def options_of(options: Mapping[str, Scalar], confirm: Callable[[str, str], str] = refuse) -> RunOptions:
    """What a run was started with."""
    given = {name: str(options.get(name, "")) for name in ("directory", "device", "peer", "vfio", "domain")}
    return RunOptions(
        directory=Path(given["directory"] or "."),
        device=given["device"],
        peer=given["peer"],
        vfio=tuple(filter(None, given["vfio"].split(","))),
        domain=given["domain"],
        confirm=confirm,
        controlled=options.get("controlled") is True,
        precondition=options.get("precondition") is True,
    )


@dataclass(frozen=True, kw_only=True)
class Request:
    """A new run: workloads as declared (not yet expanded to nodes), the environments to measure in, and how often.

    `budget_s` bounds the whole run, None for no bound; `out` is the directory to make. Before the first trial it waits
    at most `wait_quiet_s` seconds for other load to end. With `precision`, each workload is repeated until the half
    width of its headline's interval is this share of the median; `policies` ask for more trials than planned, and are
    not kept for a resumed run; no more are `hooks`. `notes` are sentences for whoever reads the results,
    `rating` is what the disk can do by its data sheet (perfadvisor.analyse.ceilings.rating)."""

    workloads: tuple[Workload, ...]
    environments: tuple[Spec, ...]
    repeats: int
    seed: int
    out: Path
    options: RunOptions
    budget_s: float | None = None
    wait_quiet_s: float = 0.0
    precision: float | None = None
    policies: tuple[ExtensionPolicy, ...] = ()
    hooks: Hooks = NO_HOOKS
    notes: tuple[str, ...] = ()
    rating: str = ""
    argv: tuple[str, ...] = ()
