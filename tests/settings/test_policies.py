"""Named policies of values and subjects, files that hold several settings, and features that are held back."""

import json

import pytest

from perfadvisor.model.tree import Tree
from perfadvisor.settings import policies
from perfadvisor.settings.asked import MissingError, PolicyInput
from perfadvisor.settings.catalogue import SETTINGS
from perfadvisor.settings.commands import command, script
from perfadvisor.settings.model import Intent
from perfadvisor.settings.planning import plan, undone

POOL = "node0/hugepages/hugepages-2048kB"
BLKIO = "/sys/fs/cgroup/blkio/job"
MOUNTS = (
    "30 1 254:0 / / rw - ext4 /dev/vda rw\n36 30 7:0 / /mnt/a\\040sync rw,sync - ext4 /dev/loop0 rw,sync,stripe=4\n"
)
TREE = Tree(
    {
        "/sys/devices/system/cpu/isolated": b"1\n",
        "/sys/devices/system/cpu/nohz_full": b"\n",
        f"/sys/devices/system/node/{POOL}/nr_hugepages": b"100\n",
        f"/sys/devices/system/node/{POOL}/free_hugepages": b"90\n",
        "/sys/kernel/mm/hugepages/hugepages-2048kB/resv_hugepages": b"5\n",
        "/sys/class/net/eth0/queues/tx-0/xps_cpus": b"00000000,00000000\n",
        "/sys/class/net/eth0/queues/tx-1/xps_cpus": b"00000000,00000000\n",
        f"{BLKIO}/blkio.throttle.read_iops_device": b"7:0 500\n254:0 900\n",
        "/sys/fs/cgroup/job/io.max": b"7:0 rbps=max wbps=max riops=500 wiops=max\n",
        "/proc/self/mountinfo": MOUNTS.encode(),
        "/sys/block/loop0/loop/dio": b"0\n",
    }
)


def value(policy: str, setting: str, subject: str, argument: str = "", place: int = 0, count: int = 1) -> str:
    asked = PolicyInput(
        setting=SETTINGS[setting], subject=subject, place=place, count=count, argument=argument, tree=TREE
    )
    return policies.VALUES[policy](asked)


def planned(setting: str, subject: str, **to: str):
    return plan([Intent(setting=setting, subject=subject, to=to)], TREE)


def test_each_vector_gets_a_cpu_of_its_own_and_none_that_is_isolated() -> None:
    found = [value("one_each", "irq.affinity", str(30 + place), "0-3", place, 5) for place in range(5)]
    assert found == ["0", "2", "3", "0", "2"]
    assert value("not_quiet", "irq.affinity", "30", "0-3") == "0,2-3"
    with pytest.raises(MissingError, match="no CPU of 1"):
        value("one_each", "irq.affinity", "30", "1")


def test_a_pool_keeps_what_is_used_and_what_is_promised() -> None:
    assert value("in_use", "memory.huge_pages", POOL) == "15"


def test_send_queues_share_the_cpus_in_masks_as_wide_as_the_kernels() -> None:
    queues = policies.SUBJECTS["send_queues"]("eth0", TREE)
    found = [value("mask_share", "nic.xps_cpus", queue, "0-3,32", place, 2) for place, queue in enumerate(queues)]
    assert found == ["00000001,00000005", "00000000,0000000a"]


def test_the_caps_of_a_group_are_lifted_one_by_one_and_come_back() -> None:
    subjects = policies.SUBJECTS["caps"](BLKIO, TREE)
    assert subjects == (
        "blkio/job/blkio.throttle.read_iops_device@7:0",
        "blkio/job/blkio.throttle.read_iops_device@254:0",
    )
    made = plan([Intent(setting="cgroup.io_cap", subject=one, to={"cap": "0"}) for one in subjects], TREE)
    assert command(made.writes[0]) == f"echo '7:0 0' > {BLKIO}/blkio.throttle.read_iops_device"
    assert made.tree.text(f"{BLKIO}/blkio.throttle.read_iops_device") == "", "both are gone from the one file"
    assert [write.text for write in undone(made.writes)] == ["254:0 900", "7:0 500"]


def test_version_2_has_four_caps_in_a_line() -> None:
    (subject,) = policies.SUBJECTS["caps"]("/sys/fs/cgroup/job", TREE)
    made = planned("cgroup.io_cap", subject, cap=value("no_cap", "cgroup.io_cap", subject))
    assert made.writes[0].text == "7:0 rbps=max wbps=max riops=max wiops=max"
    assert made.tree.text("/sys/fs/cgroup/job/io.max") == ""


def test_a_mount_is_made_asynchronous_by_a_command_and_its_name_is_left_alone() -> None:
    made = planned("mount.sync", "/mnt/a sync", sync="async")
    assert script(made.writes) == "mount -o remount,async '/mnt/a sync'"
    assert script(undone(made.writes)) == "mount -o remount,sync '/mnt/a sync'"
    assert made.tree.text("/proc/self/mountinfo") == MOUNTS.replace("rw,sync", "rw").strip()
    assert planned("mount.sync", "/nowhere", sync="async").refusals[0].unread


def test_a_loop_device_is_told_by_losetup() -> None:
    made = planned("loop.direct_io", "loop0", direct_io="on")
    assert script(made.writes) == "losetup --direct-io=on /dev/loop0"
    assert script(undone(made.writes)) == "losetup --direct-io=off /dev/loop0"
    assert made.tree.text("/sys/block/loop0/loop/dio") == "1"


def test_what_a_nic_decides_for_a_virtual_function_is_told_by_ip() -> None:
    links = [{"ifname": "eth0", "vfs": [{"vf": 1, "max_tx_megabits": 100, "trusted": 1}]}]
    tree = Tree({"netlink:route/links": json.dumps(links).encode()})
    wanted = [("nic_vf.max_rate", {"max_rate": "0"}), ("nic_vf.trust", {"trust": "off"})]
    made = plan([Intent(setting=name, subject="eth0/1", to=to) for name, to in wanted], tree)
    assert script(made.writes) == "ip link set dev eth0 vf 1 max_tx_rate 0\nip link set dev eth0 vf 1 trust off"
    assert (
        script(undone(made.writes)) == "ip link set dev eth0 vf 1 trust on\nip link set dev eth0 vf 1 max_tx_rate 100"
    )
    (after,) = json.loads(made.tree.read("netlink:route/links") or b"")[0]["vfs"]
    assert after == {"vf": 1, "max_tx_megabits": 0, "trusted": 0}, "both are in the one answer"
    assert plan([Intent(setting="nic_vf.spoof_check", subject="eth0/1", to={"spoof_check": "on"})], tree).refusals


def test_a_feature_that_another_held_back_stays_wanted_when_the_other_is_switched_off_again() -> None:
    """Scatter-gather off takes segmentation with it, which is still wanted: `off [requested on]`."""
    answer = {
        "hw": ["tx-scatter-gather", "tx-generic-segmentation"],
        "wanted": ["tx-generic-segmentation"],
        "active": [],
    }
    tree = Tree({"netlink:ethtool/features/eth0": json.dumps(answer).encode()})
    made = plan([Intent(setting="nic.features", subject="eth0", to={"scatter_gather": "on", "gso": "on"})], tree)
    assert script(made.writes) == "ethtool -K eth0 sg on gso on"
    assert script(undone(made.writes)) == "ethtool -K eth0 sg off"


@pytest.mark.parametrize("text", ["", "�", "-1", "1.5", "9" * 5000, "٣", "x\n1"])
def test_numbers_that_are_none_are_missing(text: str) -> None:
    """Whatever a damaged capture holds in the place of a number."""
    pool = f"/sys/devices/system/node/{POOL}"
    meminfo = f"HugePages_Free: {text}\nHugepagesize: {text} kB\n".encode()
    files = {f"{pool}/nr_hugepages": text.encode(), f"{pool}/free_hugepages": text.encode(), "/proc/meminfo": meminfo}
    tree = Tree({**files, "/proc/sys/net/ipv4/tcp_rmem": f"1 2 {text}".encode()})
    for policy, setting, subject, argument in (
        ("more_pages", "memory.huge_pages", POOL, "4096"),
        ("in_use", "memory.huge_pages", POOL, ""),
        ("page_kib", "memory.huge_pages", POOL, ""),
        ("third_at_least", "sysctl", "net/ipv4/tcp_rmem", "7"),
    ):
        asked = PolicyInput(setting=SETTINGS[setting], subject=subject, place=0, count=1, argument=argument, tree=tree)
        with pytest.raises(MissingError):
            policies.VALUES[policy](asked)


def test_huge_pages_of_no_size_are_not_divided_by() -> None:
    tree = Tree({"/proc/meminfo": b"HugePages_Free: 0\nHugepagesize: 0 kB\n"})
    setting = SETTINGS["memory.huge_pages"]
    asked = PolicyInput(setting=setting, subject=POOL, place=0, count=1, argument="1", tree=tree)
    with pytest.raises(MissingError, match="no size"):
        policies.VALUES["more_pages"](asked)
