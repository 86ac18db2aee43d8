"""What to run: workloads, the trials planned from them, and the environments they run in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from perfadvisor.model.fact import Scalar
from perfadvisor.specs.spec import Spec

Parameters = Mapping[str, Scalar]


class EnvironmentKind(StrEnum):
    """What a machine is. A nested hypervisor is a vm that also runs guests: ask the facts, not the kind."""

    BARE_METAL = "bare-metal"
    CONTAINER = "container"
    VM = "vm"
    PASSTHROUGH_VM = "passthrough-vm"
    UNKNOWN = "unknown"


RUNTIME_S, WARMUP_S = 8.0, 2.0  # of a workload that names no times
FEWEST_RUNS = 3  # fresh runs of one workload in one environment; with fewer there is no interval
FEWEST_HAND_OVERS = 4  # the same of a device that is in one place at a time; it changes hands once a round
VARIED = "+"  # in an id: between the name of a workload and each parameter that was changed for one run
FEWEST_POINTS = 3  # values of one parameter that make a curve


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """One place work runs in: `spec` is what was given to --env, read; `name` is unique within the run;
    `emulated` marks a guest without hardware virtualisation, whose numbers prove the path and not the speed."""

    name: str
    spec: Spec
    kind: EnvironmentKind = EnvironmentKind.UNKNOWN
    parent: str = ""
    emulated: bool = False

    @property
    def takes_device(self) -> bool:
        """Whether it takes a device away from all others while it measures: a guest with something passed through."""
        return bool(self.spec.in_turns)


@dataclass(frozen=True, kw_only=True, slots=True)
class Workload:
    """One thing to measure. `parameters` are passed to the tool's module, which defines what they mean.

    `metrics` names the samples that judge it, the first one being the headline; `runtime_s` is the measured time of
    one trial and `warmup_s` what the tool itself discards before it."""

    id: str
    title: str
    device: str
    tool: str
    parameters: Parameters
    metrics: tuple[str, ...]
    runtime_s: float = RUNTIME_S
    warmup_s: float = WARMUP_S
    requires: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Suite:
    """A named list of workload ids with the repeats they get by default."""

    id: str
    title: str
    workloads: tuple[str, ...]
    repeats: int = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """One planned run of one workload in one environment. `number` starts at 1 and is its directory's name;
    `position` is its place within its round, so that order effects can be looked for; `again_of` is the number of the
    disturbed trial that it repeats, 0 for none."""

    number: int
    workload: str
    environment: str
    repeat: int
    position: int
    runtime_s: float
    warmup_s: float
    parameters: Parameters = field(default_factory=dict)
    again_of: int = 0


def differing(workloads: Sequence[Workload]) -> str:
    """The one parameter in which they differ, "" where there is none or more than one."""
    names = {name for workload in workloads for name in workload.parameters}
    differ = [name for name in names if len({str(workload.parameters.get(name)) for workload in workloads}) > 1]
    return differ[0] if len(differ) == 1 else ""
