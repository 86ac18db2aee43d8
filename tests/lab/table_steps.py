"""One disk and one network in every way at once: the runs whose tables tests/lab/table.py keeps.

They take a NIC with virtual functions, which this machine's own QEMU need not have, and longer than a test may take.
"""

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.lab.containers import CONFIGURATION, IMAGE, STORE
from tests.lab.inside import HERE, driver, perfadvisor, text
from tests.lab.server import EDU, NIC, PLAIN_NVME, SRIOV_NVME
from tests.lab.steps import FAR, NEAR, SHORT, WORKLOADS, _ready_for_guests
from tests.lab.steps import _disk as disk_of
from tests.lab.steps import _do as do
from tests.lab.steps import _far_end as far_end

DEVICES = Path("/sys/bus/pci/devices")
SHAPE = "cpus=1,memory=512M"
OWN = {"mapping/lab-edu": "tool: dmabench\nparameters: {kernel: edu, repeats: 3}\nmetrics: [verified_bytes]\n"}
LIBVIRT = "libvirt"  # where it was unpacked
# Faults of both sides: a setting of the host, two of the first guest's disk (below), and two settings in each guest,
# which the loading of a module there changes.
HOST_FAULT, ZONE = "1", Path("/proc/sys/vm/zone_reclaim_mode")
PLANTED = Path("/etc/modprobe.d/planted.conf")
GUEST_FAULTS = "echo 1 >/sys/kernel/mm/ksm/run; echo never >/sys/kernel/mm/transparent_hugepage/enabled"
ALONE = Path("/proc/sys/net/ipv4/conf/all/arp_ignore")  # a port answers for its own address alone
FOUR = ("--repeats", "4", "--runtime", "2s")  # fewer turns give no interval
KINDS = ("identity", "DMA", "DMA-FQ")
Seen = dict[str, Any]


def table() -> Seen:
    """The host with a fault, a virtio guest with two more, one with the disk itself and its NIC on a wire, one with
    virtual functions of disk and NIC, a container with a group and a virtual function: all in one run. Each guest has
    two faults in it."""
    do("udevadm", "control", "--exit")  # a name that it gives an interface later would come too late
    _ready_for_guests()
    for module in ("igb", "igbvf", "macvtap", "vhost_net", "tun"):
        do("modprobe", module)
    ALONE.write_text("1")
    ZONE.write_text(HOST_FAULT)
    PLANTED.write_text(f"install nvme {GUEST_FAULTS}; modprobe --ignore-install nvme\n")
    disk, far, (first, second) = _filled(SRIOV_NVME), far_end(), _nics()
    for name in (first, second):
        do("ip", "link", "set", name, "up")
    functions = [(Path("/sys/class/net") / name / "device").resolve().name for name in (first, second)]
    environments = {
        "host": "local",
        "virtio": f"vm:name=virtio,iothread=off,cache=writeback,{SHAPE}",
        "vfio": f"vm:name=whole-disk,vfio={SRIOV_NVME},macvtap={second},address=169.254.79.3/24,{SHAPE}",
        "virtual": f"vm:name=virtual-functions,vf={SRIOV_NVME},vf={functions[0]},address=169.254.79.4/24,{SHAPE}",
        "container": f"podman:{IMAGE},name=container,vfio={EDU},vf={functions[1]},address=169.254.79.5/24",
    }
    lent = (SRIOV_NVME, *functions, EDU)
    before, names = _as_they_are(lent), (*WORKLOADS.values(), *OWN)
    code = _run("table", names, environments.values(), "--device", disk, "--peer", f"local:{FAR}", "--repeats", "1")
    return {"exit": code, "environments": environments, "far": far, "before": before, "after": _as_they_are(lent)}


def _as_they_are(functions: Iterable[str]) -> Seen:
    """What has to be as before in the end: of each function its driver, its group and the kind of translation, its
    virtual functions and interfaces; and all interfaces of the machine."""
    found: Seen = {one: [driver(one), *_settings(DEVICES / one), *_names(DEVICES / one / "net")] for one in functions}
    return found | {"interfaces": _names(Path("/sys/class/net"))}


def _settings(function: Path) -> list[str]:
    group = function / "iommu_group"
    files = (group / "type", function / "sriov_numvfs", function / "driver_override")
    return [group.resolve().name, *(text(file) for file in files if file.exists())]


def _names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir()) if folder.exists() else []


def domains_disk() -> Seen:
    """A disk under every kind of translation in turns."""
    environments = [f"local:domain={kind}" for kind in KINDS]
    code = _run("domains-disk", (WORKLOADS["storage"],), environments, "--device", disk_of(PLAIN_NVME), *FOUR)
    return _afterwards(code, PLAIN_NVME)


def domains_nic() -> Seen:
    """The same of a NIC, whose packets cross a cable to another port."""
    far_end()
    environments = [f"local:nic={NIC},address={NEAR}/24,domain={kind}" for kind in KINDS]
    code = _run("domains-nic", (WORKLOADS["network"],), environments, "--peer", f"local:{FAR}", *FOUR)
    return _afterwards(code, NIC)


def domains_map() -> Seen:
    """What VFIO maps, by kind of page: a device that it holds has a domain of its own."""
    return _afterwards(_run("domains-map", ("mapping",), (), "--vfio", EDU, "--repeats", "4"), EDU)


def _afterwards(code: int, address: str) -> Seen:
    return {"exit": code, "after": text(DEVICES / address / "iommu_group/type"), "driver": driver(address)}


def nodedev() -> Seen:
    """Every PCI function as libvirt describes it, two virtual ones among them, and as perfadvisor reads it then."""
    physical = DEVICES / SRIOV_NVME
    (physical / "sriov_drivers_autoprobe").write_text("0")
    (physical / "sriov_numvfs").write_text("2")
    with (HERE / "nodedev.xml").open("wb") as file:
        words = ("sh", str(Path(__file__).with_name("nodedev.sh")), str(HERE / LIBVIRT))
        done = subprocess.run(words, stdout=file, stderr=subprocess.PIPE, check=False)
    code = perfadvisor("snapshot", "-o", str(HERE / "nodedev.tar.gz"))
    (physical / "sriov_numvfs").write_text("0")
    (physical / "sriov_drivers_autoprobe").write_text("1")
    return {"exit": code, "said": done.stderr.decode()[-2000:]}


def _run(name: str, workloads: tuple[str, ...], environments: Any, *more: str) -> int:
    storage = HERE / "storage.conf"
    storage.write_text(CONFIGURATION.format(store=HERE.parent / STORE))
    os.environ["CONTAINERS_STORAGE_CONF"] = str(storage)
    for workload, rest in OWN.items():
        file = HERE / "own" / f"{workload}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"id: {workload}\ntitle: In the lab\nwhy: Short, because everything is emulated.\n{rest}")
    words = [word for spec in environments for word in ("--env", spec)]
    packs = ("--workloads", str(SHORT), "--workloads", str(HERE / "own"))
    return perfadvisor("run", *workloads, *words, *more, *packs, "--seed", "1", "--out", str(HERE / name))


def _filled(address: str) -> str:
    disk = disk_of(address)
    do("dd", "if=/dev/urandom", f"of={disk}", "bs=1M", "count=64", "oflag=direct")
    return disk


def _nics() -> list[str]:
    """The interfaces that igb drives, by PCI address."""
    links = [one / "device" for one in Path("/sys/class/net").iterdir() if (one / "device/driver").exists()]
    found = [link for link in links if (link / "driver").resolve().name == "igb"]
    return [link.parent.name for link in sorted(found, key=lambda link: link.resolve().name)]
