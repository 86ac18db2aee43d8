"""Mistakes that need no look at the machine are refused before there is one."""

import itertools
from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.model.workload import Workload
from perfadvisor.runner import early, measure, session
from perfadvisor.runner.early import refuse_early
from perfadvisor.runner.request import Request, RunOptions, options_of
from perfadvisor.specs.parse import read_specs

DISK = Workload(
    id="storage/a",
    title="A",
    device="storage",
    tool="fio",
    metrics=("read.iops",),
    runtime_s=8,
    warmup_s=2,
    parameters={"rw": "read", "size_bytes": 4096},
)
PAIRS = Workload(
    id="memory/pairs",
    title="P",
    device="memory",
    tool="dmabench",
    metrics=("chase",),
    parameters={"kernel": "chase", "pages": "4k", "cpu_node": "{cpu_node}", "memory_node": "{memory_node}"},
)

MAP = Workload(
    id="mapping/m",
    title="M",
    device="mapping",
    tool="dmabench",
    metrics=("map",),
    parameters={"kernel": "map", "pages": "4k", "size_bytes": 2**20},
)
NIC = "0000:02:00.0"


def asked(tmp_path: Path, **more: object) -> Request:
    options = RunOptions(**{"directory": Path("/var/tmp"), **more.pop("options", {})})
    more["environments"] = read_specs(more.pop("environments", ("local",)))
    given = {"workloads": (DISK,), "repeats": 5, "seed": 1, "out": tmp_path / "run"}
    return Request(**{**given, "options": options, **more})


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"options": {"directory": Path("/nowhere")}}, "/nowhere: no such directory"),
        ({"options": {"directory": Path("/proc/self/status")}}, "no such directory"),
        ({"options": {"directory": Path("/dev/shm")}}, "memory, not a disk"),
        ({"options": {"device": "/dev/null"}}, "not a block device"),
        ({"environments": ("local:domain=DMA",)}, "local:domain=DMA changes how a disk is translated: which one is"),
        (
            {"environments": ("local:domain=DMA",), "options": {"device": "/dev/null", "domain": "identity"}},
            "--domain and local:domain=DMA both change",
        ),
        ({"options": {"peer": "shh:root@there"}}, "'shh:root@there' is not a far end of network tests"),
        ({"environments": ("local", "dokcer:x")}, "unknown environment 'dokcer:x'"),
        ({"budget_s": 5.0}, "too short for a single workload"),
        ({"out": Path("/usr")}, "/usr: is not empty"),
        ({"options": {"domain": "identity"}}, "which one is missing"),
        ({"options": {"vfio": (NIC,)}}, "none of these workloads maps memory"),
        ({"options": {"vfio": (NIC,)}, "workloads": (MAP,), "environments": ("docker",)}, "this machine's own trials"),
        ({"environments": (f"docker:vfio={NIC}", f"podman:cpus=1,vfio={NIC[5:]}")}, f"both ask for {NIC}"),
        ({"environments": (f"vm:vfio={NIC},cpus=1", f"docker:vfio={NIC}")}, "keeps it for the whole run"),
        ({"environments": ("vm", "vm:vf=ffff:ff:1f.7")}, "ffff:ff:1f.7: no such PCI function here"),
    ],
)
def test_refused_before_anything_is_read(tmp_path, monkeypatch, more, said) -> None:
    monkeypatch.setattr(session, "open_sites", lambda *_: pytest.fail("the machine was read"))
    with pytest.raises(InputError) as caught:
        measure(asked(tmp_path, **more), progress=None)
    assert said in caught.value.message and caught.value.hint and "\n" not in caught.value.message


def test_a_disk_without_room(tmp_path) -> None:
    large = Workload(**{f: getattr(DISK, f) for f in DISK.__slots__} | {"parameters": {"size_bytes": 2**60}})
    with pytest.raises(InputError, match="the test file needs"):
        refuse_early(asked(tmp_path, workloads=(large,)))


def test_what_is_right_goes_through(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(early, "function", lambda address: address)  # as if this machine had them all
    for environments, budget in itertools.product((("local",), ("ssh:nobody@nowhere",)), (None, 600.0)):
        refuse_early(asked(tmp_path, environments=environments, budget_s=budget))
    refuse_early(asked(tmp_path, workloads=(PAIRS,), options={"directory": Path("/nowhere")}))  # needs no disk
    both = ("local", f"docker:vfio={NIC}", "podman:vfio=03:00.0")
    refuse_early(asked(tmp_path, workloads=(DISK, MAP), options={"vfio": (NIC,)}, environments=both))
    refuse_early(asked(tmp_path, environments=(f"vm:vfio={NIC}", f"vm:vfio={NIC},cpus=2")))  # guests take turns


@pytest.mark.parametrize("more", [{}, {"vfio": (NIC, "0000:02:00.1"), "domain": "identity", "device": "/dev/x"}])
def test_a_resumed_run_has_the_same_options(tmp_path, more) -> None:
    options = RunOptions(directory=tmp_path, **more)
    assert options_of(options.kept()) == options
    assert options.opening().lent == options.vfio
