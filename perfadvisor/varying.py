"""The same workload with other parameters: a workload of its own, so that no two configurations share a name.

`storage/randread-4k-qd1` with `iodepth=8` is `storage/randread-4k-qd1+iodepth=8`: the gate, the history and every
report tell them apart by that. Times do not change what is measured, so they leave the name alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from perfadvisor.errors import InputError
from perfadvisor.formatting import setting
from perfadvisor.model.fact import Scalar
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import VARIED, Parameters, Workload
from perfadvisor.tools.catalogue import TOOLS
from perfadvisor.tools.context import Context


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """What a user asked for beside the workloads' own words: bytes of the test file or device, seconds, and the
    parameters of tools. None, or nothing, leaves a workload as it is."""

    size_bytes: int | None = None
    runtime_s: float | None = None
    warmup_s: float | None = None
    fio: Parameters = field(default_factory=dict)
    iperf3: Parameters = field(default_factory=dict)


def changed(workloads: Sequence[Workload], changes: Changes) -> tuple[Workload, ...]:
    """The workloads with these changes, each where it can take them. InputError for one that none of them can take."""
    size = {} if changes.size_bytes is None else {"size_bytes": changes.size_bytes}
    for value in size.values():
        if complaint := TOOLS["fio"].PARAMETERS["size_bytes"].complaint(value):
            raise InputError(f"--size {complaint}")
    storage: Parameters = {**size, **changes.fio}
    _require("--size and --fio", storage, any(map(uses_storage, workloads)), "measures storage with fio")
    flows = any(one.tool == "iperf3" for one in workloads)
    _require("--iperf3", changes.iperf3, flows, "measures with iperf3")
    return tuple(_timed(varied(one, _asked(one, storage, changes.iperf3)), changes) for one in workloads)


def _require(options: str, asked: Parameters, there: bool, what: str) -> None:
    if asked and not there:
        raise InputError(f"{options}: none of these workloads {what}", "perfadvisor workloads list")


def _asked(workload: Workload, storage: Parameters, flows: Parameters) -> Parameters:
    """What was asked for of this kind of workload."""
    if uses_storage(workload):
        return storage
    return flows if workload.tool == "iperf3" else {}


def uses_storage(workload: Workload) -> bool:
    """Whether it reads or writes a test file or device: then its tool has a command to lay that out."""
    return TOOLS[workload.tool].prepare(workload, Context(file="data")) is not None


def varied(workload: Workload, asked: Parameters) -> Workload:
    """The workload with these parameters, named after those that differ from its own."""
    given = {name: value for name, value in asked.items() if workload.parameters.get(name) != value}
    if not given:
        return workload
    own, words = base_of(workload.id), changes_of(workload.id) | {name: _word(value) for name, value in given.items()}
    return replace(
        workload,
        id=VARIED.join([own, *(f"{name}={word}" for name, word in sorted(words.items()))]),
        title=f"{workload.title}, with {', '.join(_spoken(name, value) for name, value in sorted(given.items()))}",
        parameters={**workload.parameters, **given},
    )


def base_of(id: str) -> str:
    """The name without what was changed."""
    return id.partition(VARIED)[0]


def changes_of(id: str) -> dict[str, str]:
    """The changed parameters that a name tells, as words."""
    return dict(word.partition("=")[::2] for word in id.split(VARIED)[1:])


def _timed(workload: Workload, changes: Changes) -> Workload:
    runtime_s = workload.runtime_s if changes.runtime_s is None else changes.runtime_s
    warmup_s = workload.warmup_s if changes.warmup_s is None else changes.warmup_s
    return replace(workload, runtime_s=runtime_s, warmup_s=warmup_s)


def _word(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _spoken(name: str, value: Scalar) -> str:
    if name.endswith("_bytes") and isinstance(value, int):
        return f"{name.removesuffix('_bytes')} {setting(value, Unit.BYTES)}"
    return f"{name}={_word(value)}"
