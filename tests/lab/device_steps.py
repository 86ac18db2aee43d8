"""More of what is done inside the lab: containers on control groups version 2, devices in them, and mapping."""

import os
import signal
from pathlib import Path
from typing import Any

from tests.lab.containers import CONFIGURATION, IMAGE, STORE
from tests.lab.inside import HERE, driver, perfadvisor, start, text
from tests.lab.server import EDU, NIC, PLAIN_NVME
from tests.lab.steps import FAR, NEAR
from tests.lab.steps import _disk as disk_of
from tests.lab.steps import _far_end as far_end
from tests.lab.steps import _wait_for as wait_for

DEVICES = Path("/sys/bus/pci/devices")
Seen = dict[str, Any]

WORKLOADS = {
    "storage/lab-busy": """
tool: fio
parameters: {rw: randread, block_size_bytes: 4096, iodepth: 16, numjobs: 2, engine: libaio, size_bytes: 67108864}
metrics: [read.iops]
runtime_s: 4
warmup_s: 0
""",
    "mapping/edu": """
tool: dmabench
parameters: {kernel: edu, repeats: 3}
metrics: [verified_bytes]
""",
    "network/lab-wire": """
tool: iperf3
parameters: {protocol: tcp, streams: 1}
metrics: [bits_per_s]
runtime_s: 2
warmup_s: 0
""",
}


def lent() -> Seen:
    """Every kind of page mapped for a device that is lent for the run."""
    before = _binding()
    code = _run("lent", "mapping", "--vfio", EDU)
    return {"exit": code, "before": before, "after": _binding()}


def lent_and_killed() -> Seen:
    """SIGKILL while a device is lent for a run: the guardian gives it back."""
    before = _binding()
    child = start(*_words("killed", "mapping", "--vfio", EDU))
    during = wait_for(lambda: _binding() if driver(EDU) == "vfio-pci" else None)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return {"before": before, "during": during, "after": wait_for(lambda: driver(EDU) != "vfio-pci" and _binding())}


def contained() -> Seen:
    """Random reads with two jobs in a container with half a CPU and in one without a limit, which was also given a
    device's group: it maps memory for it and has it do DMA."""
    before, limited, free = _binding(), f"podman:{IMAGE},cpus=0.5", f"podman:{IMAGE},vfio={EDU}"
    names = ("storage/lab-busy", "mapping/map-4k", "mapping/edu")
    code = _run("contained", *names, "--env", limited, "--env", free, "--device", disk_of(PLAIN_NVME))
    version_2 = Path("/sys/fs/cgroup/cgroup.controllers").exists()
    return {
        "exit": code,
        "limited": limited,
        "free": free,
        "version_2": version_2,
        "before": before,
        "after": _binding(),
    }


def identity() -> Seen:
    """A disk is read under identity instead of translated addresses, and gets back what it had."""
    kind = DEVICES / PLAIN_NVME / "iommu_group" / "type"
    disk, was = disk_of(PLAIN_NVME), text(kind)
    code = _run("identity", "storage/lab-busy", "--device", disk, "--domain", "identity")
    back = wait_for(lambda: disk_of(PLAIN_NVME))
    return {
        "exit": code,
        "was": was,
        "after": text(kind),
        "driver": driver(PLAIN_NVME),
        "disk": back == disk,
        "group": kind.parent.resolve().name,
    }


def wired() -> Seen:
    """What leaves by a NIC in a namespace of its own, without and with translation, in turns; and the NIC back."""
    far_end()
    kind = DEVICES / NIC / "iommu_group" / "type"
    was, kinds = text(kind), ("identity", "DMA")
    environments = [f"local:nic={NIC},address={NEAR}/24,domain={one}" for one in kinds]
    words = [word for one in environments for word in ("--env", one)]
    code = _run("wired", "network/lab-wire", *words, "--peer", f"local:{FAR}")
    back = [one.name for one in (DEVICES / NIC / "net").iterdir()]
    return {"exit": code, "environments": environments, "was": was, "after": text(kind), "back": back}


def _run(name: str, *words: str) -> int:
    return perfadvisor(*_words(name, *words))


def _words(name: str, *words: str) -> tuple[str, ...]:
    storage = HERE / "storage.conf"
    storage.write_text(CONFIGURATION.format(store=HERE.parent / STORE))
    os.environ["CONTAINERS_STORAGE_CONF"] = str(storage)
    for workload, rest in WORKLOADS.items():
        file = HERE / "own" / f"{workload}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        head = f"id: {workload}\ntitle: In the lab\nwhy: Short, because everything is emulated.\n"
        file.write_text(f"{head}{rest.strip()}\n")
    given = ("--repeats", "1", "--seed", "1", "--workloads", str(HERE / "own"), "--out", str(HERE / name))
    return ("run", *words, *given)


def _binding() -> Seen:
    return {"driver": driver(EDU), "override": text(DEVICES / EDU / "driver_override")}
