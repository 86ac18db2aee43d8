"""Where a scenario plays: devices, namespaces and control groups that the exam makes and takes away."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from perfadvisor.model.result import Sample
from perfadvisor.model.workload import Workload

State = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """`near` and `far` go in front of a command to run it on that side, `inside` in front of the measured job, which
    belongs to the stage's control group. `options` are those of `perfadvisor run`; `measure` gives the primary metric
    of one short run; `state` is everything that may be set on the stage, read from its files."""

    names: Mapping[str, str]
    near: tuple[str, ...]
    far: tuple[str, ...]
    inside: tuple[str, ...]
    options: tuple[str, ...]
    measure: Callable[[Workload], Sample]
    state: Callable[[], State]
