"""What a small machine holds for a policy of subjects, as the kernel would show it before the fix."""

import json
from collections.abc import Callable, Iterator, Mapping

from perfadvisor.facts.container.hosted import DIRECTORY
from perfadvisor.facts.net.virtual_ports import LINKS
from perfadvisor.facts.reading import cpulist, mountinfo
from perfadvisor.model.fact import Scalar
from perfadvisor.model.tree import Entry
from perfadvisor.settings.catalogue import SETTINGS
from perfadvisor.settings.model import Setting
from perfadvisor.settings.policies import CPUS, POOLS

NIC, DISK, FUNCTION, NUMBER = "eth0", "sda", "0000:01:00.0", "8:0"
VIRTUAL = f"{NIC}/0"
VECTOR = "30"
POOL = "node0/hugepages/hugepages-2048kB"
CONTAINER = "0123456789abcdef" * 4
CAPPED = "blkio.throttle.read_iops_device"
Entries = Iterator[tuple[str, Entry]]


def _vectors(setting: Setting, _argument: str) -> Entries:
    """A vector that the CPUs 0 and 1 may serve, of which 1 is isolated."""
    yield f"/sys/bus/pci/devices/{FUNCTION}/msi_irqs/{VECTOR}", b"msix\n"
    yield setting.source(VECTOR), b"0-1\n"
    yield f"{CPUS}/isolated", b"1\n"


def _cpus(setting: Setting, argument: str) -> Entries:
    """These CPUs are off, and CPU 0 is on; or all may sleep as deeply as they can."""
    if setting.name == "cpu.resume_latency_us":
        yield from _sleepers(setting, argument)
        return
    yield f"{CPUS}/present", f"0,{argument}\n".encode()
    yield f"{CPUS}/online", b"0\n"
    for cpu in cpulist.parse(argument):
        yield setting.source(f"cpu{cpu}"), b"0\n"


def _sleepers(setting: Setting, cpus: str) -> Entries:
    for cpu in cpulist.parse(cpus):
        yield setting.source(f"cpu{cpu}"), b"0\n"
    for number, (name, latency) in enumerate((("C1", "2"), ("C6", "200"))):
        directory = f"{CPUS}/cpu0/cpuidle/state{number}"
        for file, text in (("name", name), ("latency", latency), ("disable", "0")):
            yield f"{directory}/{file}", f"{text}\n".encode()


def _container(setting: Setting, _argument: str) -> Entries:
    """On a host with two nodes: with CPUs of both, or with CPUs of one and memory of the other."""
    told = {"CpusetCpus": "0-3,4" if setting.name == "container.cpuset" else "0-3", "CpusetMems": "1"}
    yield f"{DIRECTORY}/{CONTAINER}/hostconfig.json", json.dumps(told).encode()
    yield "/sys/devices/system/node/online", b"0-1\n"
    yield "/sys/devices/system/node/node0/cpulist", b"0-3\n"
    yield "/sys/devices/system/node/node1/cpulist", b"4-7\n"


def _caps(_setting: Setting, argument: str) -> Entries:
    yield f"{argument}/{CAPPED}", f"{NUMBER} 1000\n".encode()


def _sync_mounts(_setting: Setting, _argument: str) -> Entries:
    yield f"/sys/block/{DISK}/dev", f"{NUMBER}\n".encode()
    yield f"/sys/block/{DISK}/queue/rotational", b"0\n"
    yield mountinfo.PATH, f"36 35 {NUMBER} / /mnt rw,sync - ext4 /dev/{DISK} rw,sync\n".encode()


def _send_queues(setting: Setting, _argument: str) -> Entries:
    """Two queues of a machine of four CPUs."""
    for number in range(2):
        yield setting.source(f"{NIC}/queues/tx-{number}"), b"0\n"
    yield f"/sys/class/net/{NIC}/ifindex", b"2\n"


def idle_pool() -> Entries:
    """A hundred pages of which ten are in use and five promised."""
    directory = SETTINGS["memory.huge_pages"].source(POOL).removesuffix("/nr_hugepages")
    yield f"{directory}/nr_hugepages", b"100\n"
    yield f"{directory}/free_hugepages", b"90\n"
    yield f"{POOLS}/{POOL.rpartition('/')[2]}/resv_hugepages", b"5\n"


def virtual_function(facts: Mapping[str, Scalar]) -> Entries:
    """The first virtual function of a NIC, as the case has it."""
    told = {"vf": 0, "max_tx_megabits": int(facts.get("nic_vf.tx_bits_per_s_max", 0)) // 1_000_000}
    told |= {"trusted": int(facts.get("nic_vf.trusted", 0)), "spoof_check": int(facts.get("nic_vf.spoof_check", 1))}
    yield LINKS, json.dumps([{"ifname": NIC, "vfs": [told]}]).encode()


def own_group() -> Entries:
    """The group that the case is about, on a machine of eight gigabytes."""
    yield "/proc/self/cgroup", b"4:memory:/group\n"
    yield "/proc/meminfo", b"MemTotal: 8000000 kB\n"


SUBJECTS: Mapping[str, Callable[[Setting, str], Entries]] = {
    "vectors": _vectors,
    "cpus": _cpus,
    "caps": _caps,
    "container": _container,
    "sync_mounts": _sync_mounts,
    "send_queues": _send_queues,
}
