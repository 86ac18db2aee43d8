"""Network interfaces from trees, and this machine's own against ip(8) and ethtool(8)."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from perfadvisor.facts.net import network, network_sysctl, nic_settings
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.model.tree import Entry, Symlink, Tree, Unreadable
from perfadvisor.targets.here.capture import capture

FUNCTION = "/sys/devices/pci0000:80/0000:81:00.0"
NIC = f"{FUNCTION}/net/eth0"
LINKS = [
    {"ifname": "eth0", "qdisc": "mq", "rx_queues": 2},
    {"ifname": "veth1", "qdisc": "noqueue", "kind": "veth"},
    {"no": "name"},
    7,
]
SERVER: dict[str, Entry] = {
    "/sys/bus/pci/devices/0000:81:00.0": Symlink("../../../devices/pci0000:80/0000:81:00.0"),
    f"{FUNCTION}/numa_node": b"1\n",
    f"{FUNCTION}/driver": Symlink("../../../bus/pci/drivers/ice"),
    f"{FUNCTION}/msi_irqs/80": b"msix",
    "/sys/class/net/eth0": Symlink("../../devices/pci0000:80/0000:81:00.0/net/eth0"),
    "/sys/class/net/veth1": Symlink("../../devices/virtual/net/veth1"),
    "/sys/class/net/bonding_masters": b"bond0\n",
    f"{NIC}/device": Symlink("../../../0000:81:00.0"),
    f"{NIC}/speed": b"25000\n",
    f"{NIC}/mtu": b"9000\n",
    f"{NIC}/duplex": b"full\n",
    f"{NIC}/carrier": b"1\n",
    f"{NIC}/operstate": b"up\n",
    f"{NIC}/address": b"aa:bb:cc:dd:ee:ff\n",
    f"{NIC}/type": b"1\n",
    f"{NIC}/tx_queue_len": b"1000\n",
    f"{NIC}/queues/rx-0/rps_cpus": b"0\n",
    f"{NIC}/queues/rx-1/rps_cpus": b"00000000,0000000f\n",
    f"{NIC}/queues/tx-0/xps_cpus": b"1\n",
    f"{NIC}/statistics/rx_dropped": b"5\n",
    f"{NIC}/statistics/rx_missed_errors": b"7\n",
    "/sys/devices/virtual/net/veth1/speed": b"10000\n",
    "/sys/devices/virtual/net/veth1/mtu": b"1500\n",
    network.LINKS: json.dumps(LINKS).encode(),
    "$ ethtool -S eth0": b"NIC statistics:\n     rx_out_of_buffer: 11\n     rx_missed_errors: 4\n"
    b"     outbound_pci_stalled_rd_events: 3\n",
    "/proc/interrupts": b"CPU0 CPU1\n80: 30 10 IR-PCI-MSIX 0-edge ice-eth0-TxRx-0\n",
    "/sys/devices/system/node/node0/cpulist": b"0\n",
    "/sys/devices/system/node/node1/cpulist": b"1\n",
}


def table(**more: Entry) -> FactTable:
    return FactTable(network.facts(Tree({**SERVER, **more})))


@pytest.mark.parametrize(
    ("name", "nic", "value"),
    [
        ("speed_bits_per_s", "eth0", 25_000_000_000),
        ("mtu", "eth0", 9000),
        ("duplex", "eth0", "full"),
        ("carrier", "eth0", True),
        ("driver", "eth0", "ice"),
        ("is_physical", "eth0", True),
        ("is_physical", "veth1", False),
        ("kind", "eth0", "physical"),
        ("kind", "veth1", "veth"),
        ("pci_address", "eth0", "0000:81:00.0"),
        ("pci_address", "veth1", None),
        ("numa_node", "eth0", 1),
        ("rx_queue_count", "eth0", 2),
        ("tx_queue_count", "eth0", 1),
        ("rps_queue_count", "eth0", 1),
        ("xps_queue_count", "eth0", 1),
        ("qdisc", "eth0", "mq"),
        ("rx_dropped", "eth0", 5),
        ("rx_missed", "eth0", 7),
        ("tx_dropped", "eth0", None),
        ("drops_no_buffer", "eth0", 15),
        ("pci_stall_events", "eth0", 3),
        ("irq_count", "eth0", 1),
        ("irq_remote_share", "eth0", 0.75),
        ("irq_hottest_cpu", "eth0", 0),
        ("irq_count", "veth1", None),
    ],
)
def test_facts(name: str, nic: str, value: object) -> None:
    assert table().value(f"nic.{name}", nic) == value


def test_a_file_beside_the_interfaces_is_none() -> None:
    assert table().subjects("nic") == ("eth0", "veth1")


@pytest.mark.parametrize("text", [b"-1\n", b"4294967295\n", b"65535\n", b"0\n", b"", b"fast\n"])
def test_speeds_that_are_none(text: bytes) -> None:
    assert isinstance(table(**{f"{NIC}/speed": text}).find("nic.speed_bits_per_s", "eth0"), Absent)


def test_a_link_that_is_down_says_why() -> None:
    down = table(**{f"{NIC}/speed": Unreadable("Invalid argument")})
    found = down.find("nic.speed_bits_per_s", "eth0")
    assert isinstance(found, Absent) and found.reason == "Invalid argument"


@pytest.mark.parametrize(
    ("uevent", "kind"), [(b"DEVTYPE=bridge\nINTERFACE=br0\n", "bridge"), (b"INTERFACE=br0\n", "virtual")]
)
def test_kinds_without_netlink(uevent: bytes, kind: str) -> None:
    tree = {
        "/sys/class/net/br0": Symlink("../../devices/virtual/net/br0"),
        "/sys/devices/virtual/net/br0/uevent": uevent,
    }
    assert FactTable(network.facts(Tree(tree))).value("nic.kind", "br0") == kind


@pytest.mark.parametrize("data", [b"{", b"[" * 100_000, b"null", b"[[]]", b'[{"ifname": 7}]', b"\xff"])
def test_hostile_json(data: bytes) -> None:
    assert table(**{network.LINKS: data}).value("nic.qdisc", "eth0") is None


SETTINGS: dict[str, Entry] = {
    "/sys/class/net/eth0": Symlink("../../devices/pci0000:80/0000:81:00.0/net/eth0"),
    "netlink:ethtool/coalesce/eth0": b'{"rx_usecs":50,"rx_max_frames":0,"use_adaptive_rx":1}',
    "netlink:ethtool/rings/eth0": b'{"rx":512,"rx_max":4096}',
    "netlink:ethtool/channels/eth0": b'{"combined_count":8,"combined_max":64}',
    "netlink:ethtool/features/eth0": b'{"active":["rx-gro","tx-checksum-ip-generic","tx-tcp6-segmentation"],"hw":[]}',
    "netlink:ethtool/pause/eth0": Unreadable("Operation not supported"),
    "$ ethtool -i eth0": b"driver: ice\nversion: 6.1\nfirmware-version: 4.20 0x8001\nbus-info: 0000:81:00.0\n",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rx_usecs", 50),
        ("rx_frames", 0),
        ("adaptive_rx", True),
        ("adaptive_tx", None),
        ("tx_usecs", None),
        ("ring_rx", 512),
        ("ring_rx_max", 4096),
        ("channels_combined", 8),
        ("channels_combined_max", 64),
        ("channels_rx", None),
        ("tso", True),
        ("gso", False),
        ("gro", True),
        ("hw_gro", False),
        ("tx_checksum", True),
        ("rx_checksum", False),
        ("pause_rx", None),
        ("firmware_version", "4.20 0x8001"),
    ],
)
def test_settings(name: str, value: object) -> None:
    assert FactTable(nic_settings.facts(Tree(SETTINGS))).value(f"nic.{name}", "eth0") == value


def test_settings_that_are_not_supported_say_so() -> None:
    found = FactTable(nic_settings.facts(Tree(SETTINGS)))
    pause, usecs = found.find("nic.pause_rx", "eth0"), found.find("nic.tx_usecs", "eth0")
    assert isinstance(pause, Absent) and pause.reason == "Operation not supported"
    assert isinstance(usecs, Absent) and usecs.reason == "not supported by the driver"


def test_saved_text_says_the_same_as_netlink(data: Path) -> None:
    """The two sources of this machine's adapter, read at the same moment."""
    folder = data / "ethtool"
    saved = {
        f"$ ethtool {option} eth0": (folder / f"virtio{option}.txt").read_bytes() for option in ("-c", "-g", "-k", "-l")
    }
    answers = json.loads((folder / "virtio-netlink.json").read_text())
    asked = {f"netlink:ethtool/{kind}/eth0": json.dumps(answer).encode() for kind, answer in answers.items()}
    link: dict[str, Entry] = {"/sys/class/net/eth0": Symlink("../../devices/pci0000:00/0000:00:03.0/virtio2/net/eth0")}
    by_text = FactTable(nic_settings.facts(Tree({**link, **saved})))
    by_netlink = FactTable(nic_settings.facts(Tree({**link, **asked})))
    names = {fact.name for fact in by_netlink} - {"nic.pause_rx", "nic.pause_tx", "nic.firmware_version"}
    assert len(names) > 20
    for name in names:
        assert by_text.value(name, "eth0") == by_netlink.value(name, "eth0"), name


def test_sysctls() -> None:
    tree = Tree(
        {
            "/proc/sys/net/ipv4/tcp_rmem": b"4096\t131072\t6291456\n",
            "/proc/sys/net/ipv4/tcp_wmem": b"4096 16384\n",
            "/proc/sys/net/core/busy_read": b"0\n",
            "/proc/sys/net/ipv4/tcp_congestion_control": b"cubic\n",
        }
    )
    found = FactTable(network_sysctl.facts(tree))
    assert found.value("network.tcp_rmem_max_bytes") == 6291456
    assert found.value("network.tcp_wmem_max_bytes") is None
    assert found.value("network.busy_read") == 0
    assert found.value("network.congestion_control") == "cubic"


@pytest.mark.skipif(not shutil.which("ip"), reason="ip is not installed")
def test_agrees_with_ip_on_this_machine() -> None:
    """Independent oracle: `ip -j -s link`."""
    found = FactTable(network.facts(capture(network.PATTERNS)))
    text = subprocess.run(["ip", "-j", "-s", "-d", "link"], capture_output=True, text=True, check=True).stdout
    listed = {link["ifname"]: link for link in json.loads(text)}
    both = set(found.subjects("nic")) & set(listed)  # another test may be making or removing interfaces just now
    assert "lo" in both
    for nic, link in ((nic, listed[nic]) for nic in both):
        assert found.value("nic.mtu", nic) == link["mtu"]
        assert found.value("nic.qdisc", nic) == link["qdisc"]
        assert found.value("nic.address", nic) == link["address"]
        assert found.value("nic.operstate", nic) == link["operstate"].lower()
        assert found.value("nic.tx_queue_len", nic) == link["txqlen"]
        assert found.value("nic.rx_missed", nic) == link["stats64"]["rx"].get("missed_errors", 0)
        assert found.value("nic.kind", nic) == link.get("linkinfo", {}).get(
            "info_kind", "loopback" if nic == "lo" else "physical"
        )


def test_a_collection_without_sysfs_of_the_network() -> None:
    """sosreport keeps what ethtool said, and no /sys/class/net."""
    entries: dict[str, Entry] = {
        "/proc/cpuinfo": b"processor : 0\n",
        "$ ethtool eno1": b"Settings for eno1:\n\tSpeed: 1000Mb/s\n\tDuplex: Half\n\tLink detected: yes\n",
        "$ ethtool -i eno1": b"driver: igb\nbus-info: 0000:81:00.0\n",
        "$ ethtool -g eno1": b"Ring parameters for eno1:\nPre-set maximums:\nRX:\t4096\n"
        b"Current hardware settings:\nRX:\t256\n",
        "$ ethtool -i br0": b"driver: bridge\nbus-info: N/A\n",
    }
    tree = Tree(entries)
    found = FactTable([*network.facts(tree), *nic_settings.facts(tree)])
    assert found.subjects("nic") == ("br0", "eno1")
    told = {
        name: found.value(f"nic.{name}", "eno1")
        for name in (
            "speed_bits_per_s",
            "duplex",
            "carrier",
            "driver",
            "pci_address",
            "is_physical",
            "ring_rx",
            "ring_rx_max",
            "mtu",
        )
    }
    assert told == {
        "speed_bits_per_s": 10**9,
        "duplex": "half",
        "carrier": True,
        "driver": "igb",
        "pci_address": "0000:81:00.0",
        "is_physical": True,
        "ring_rx": 256,
        "ring_rx_max": 4096,
        "mtu": None,
    }
    assert found.value("nic.is_physical", "br0") is None
