"""Which subjects of each setting a tree holds."""

import pytest

from perfadvisor.model.tree import Symlink, Tree, Unreadable
from perfadvisor.settings.catalogue import SETTINGS
from perfadvisor.settings.subjects import subjects

CPUFREQ = "/sys/devices/system/cpu/cpufreq"
TREE = Tree(
    {
        "/sys/block/sda": Symlink("../devices/sda"),
        "/sys/devices/sda/queue/scheduler": b"[none]\n",
        "/sys/block/sdb/queue/read_ahead_kb": b"128\n",
        f"{CPUFREQ}/policy0/scaling_governor": b"powersave\n",
        f"{CPUFREQ}/policy1/scaling_governor": b"powersave\n",
        f"{CPUFREQ}/boost": b"1\n",
        "/sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages": b"0\n",
        "/sys/class/net/eth0/queues/rx-0/rps_cpus": b"0\n",
        "/proc/sys/net/core/rmem_max": b"1\n",
        "netlink:ethtool/rings/eth0": Unreadable("Operation not supported"),
    }
)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("block.scheduler", ("sda",)),
        ("block.read_ahead_kb", ("sdb",)),
        ("cpu.governor", ("policy0", "policy1")),
        ("memory.huge_pages", ("node0/hugepages/hugepages-2048kB",)),
        ("nic.rps_cpus", ("eth0/queues/rx-0",)),
        ("nic.rings", ("eth0",)),
        ("sysctl", ("net/core/rmem_max",)),
        ("memory.ksm_run", ()),
        ("irq.affinity", ()),
    ],
)
def test_subjects(setting: str, expected: tuple[str, ...]) -> None:
    assert subjects(SETTINGS[setting], TREE) == expected
