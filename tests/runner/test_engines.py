"""Where one environment forbids a workload's engine, all of them run the common one, and the reason is met once."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.model.workload import Environment, Workload
from perfadvisor.plan import plan
from perfadvisor.runner.engines import agree, forbidden, refused
from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.base import Command, Completed
from perfadvisor.targets.engine import is_refused, refused_by_the_kernel
from perfadvisor.targets.here.local import LocalTarget

WHY = "podman's seccomp profile forbids io_uring"


class Machine(LocalTarget):
    """Forbids what it is told to, and counts how often it was asked."""

    def __init__(self, spec: str, reason: str = "", missing: bool = False) -> None:
        super().__init__(read_spec(spec))
        self.reason, self.missing, self.asked = reason, missing, 0

    def forbids(self, engine: str, probe: Sequence[str]) -> str:
        assert (engine, probe[0]) == ("io_uring", "fio") and "--ioengine=io_uring" in probe
        self.asked += 1
        if self.missing:
            raise MeasureError("fio is not installed")
        return self.reason


def site(target: Any) -> Any:
    return SimpleNamespace(name=target.name, target=target, refusal="", probed={})


def workload(name: str, **parameters: Any) -> Workload:
    return Workload(
        id=f"storage/{name}", title=name, device="storage", tool="fio", parameters=parameters, metrics=("read.iops",)
    )


RING = workload("ring", rw="randread", engine="io_uring", iodepth=4)
SAME = workload("same", rw="read")  # io_uring is the default
SYNC = workload("sync", rw="read", engine="psync")
FIXED = workload("fixed", rw="read", engine="io_uring", fixed_buffers=True)
COPY = Workload(
    id="memory/copy", title="copy", device="memory", tool="dmabench", parameters={"kernel": "copy"}, metrics=("copy",)
)


def test_one_that_forbids_changes_the_engine_of_all_and_says_so_in_a_line() -> None:
    here, there = Machine("local"), Machine("podman", WHY)
    agreed = agree([RING, SAME, SYNC, FIXED, COPY], [site(here), site(there)])
    engines = [workload.parameters.get("engine") for workload in agreed.workloads]
    assert engines == ["libaio", "libaio", "psync", "io_uring", None]
    assert agreed.workloads[0].parameters == {**RING.parameters, "engine": "libaio"}
    assert agreed.notes == (f"storage: every environment runs libaio instead of io_uring: {WHY}",)
    assert (here.asked, there.asked) == (1, 1), "asked once, not once a workload"


def test_what_would_be_measured_twice_is_measured_once_and_a_line_says_so() -> None:
    plain = workload("ring-libaio", rw="randread", engine="libaio", iodepth=4)
    deeper = workload("deeper-libaio", rw="randread", engine="libaio", iodepth=8)
    agreed = agree([RING, plain, deeper], [site(Machine("local")), site(Machine("podman", WHY))])
    assert [one.id for one in agreed.workloads] == ["storage/ring-libaio", "storage/deeper-libaio"]
    line = "storage: storage/ring is not measured, because with this engine storage/ring-libaio is the same"
    assert agreed.notes[1:] == (line,)
    assert len(agree([RING, plain, deeper], [site(Machine("local"))]).workloads) == 3


def test_where_all_allow_it_nothing_changes() -> None:
    agreed = agree([RING, FIXED], [site(Machine("local")), site(Machine("vm"))])
    assert (agreed.workloads, agreed.notes) == ((RING, FIXED), ())


def test_a_machine_without_the_tool_decides_nothing() -> None:
    without = site(Machine("podman", missing=True))
    assert forbidden(RING, without) == ""
    assert agree([RING], [without]).workloads == (RING,)


def test_what_cannot_work_is_planned_once() -> None:
    sites = [site(Machine("local")), site(Machine("podman", WHY))]
    once = refused([FIXED, SYNC], sites)
    assert once == {("storage/fixed", "podman")}
    environments = [Environment(name=name, spec=read_spec(name)) for name in ("local", "podman")]
    trials = plan([FIXED, SYNC], environments, repeats=4, seed=1, once=once)
    counts = [sum((trial.workload, trial.environment) == pair for trial in trials) for pair in once]
    assert (counts, len(trials)) == ([1], 13)
    assert [trial.number for trial in trials] == list(range(1, 14))
    whole = plan([FIXED, SYNC], environments, repeats=4, seed=1)
    kept = [(trial.workload, trial.environment, trial.repeat) for trial in whole]
    assert [(trial.workload, trial.environment, trial.repeat) for trial in trials] == [
        row for row in kept if row[2] == 1 or row[:2] not in once
    ], "the others keep their order"


@pytest.mark.parametrize(
    ("code", "said", "why"),
    [
        (0, b"", ""),
        (1, b"fio: engine io_uring not loadable", "this machine does not allow io_uring"),
        (1, b"io_uring_queue_init: Function not implemented", "kernel.io_uring_disabled=0"),
        (1, b"fio: disk on fire", ""),
    ],
)
def test_only_what_names_the_engine_is_a_refusal_of_it(code: int, said: bytes, why: str) -> None:
    command = Command(argv=("fio",), timeout_s=1.0)
    done = Completed(command=command, returncode=code, stdout=b"", stderr=said, duration_s=0.1)
    assert is_refused("io_uring", done) is bool(why)
    assert why in refused_by_the_kernel("io_uring", done)
