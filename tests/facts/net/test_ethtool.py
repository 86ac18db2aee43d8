"""ethtool outputs: every kind, its refusals, and any bytes."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.facts.net import ethtool
from perfadvisor.model.fact import Absent, FactTable

OPTIONS = ("settings", "-c", "-g", "-k", "-l", "-a", "-i", "-S", "-T")


def captured(data: Path, option: str) -> bytes:
    return (data / "ethtool" / f"virtio{'-' if option == 'settings' else ''}{option}.txt").read_bytes()


@pytest.mark.parametrize(
    ("option", "name", "value"),
    [
        ("settings", "carrier", True),
        ("settings", "speed_bits_per_s", None),
        ("settings", "duplex", None),
        ("-c", "rx_usecs", 0),
        ("-c", "rx_frames", 1),
        ("-c", "adaptive_rx", False),
        ("-c", "adaptive_tx", None),
        ("-g", "ring_rx", 256),
        ("-l", "channels_combined", 1),
        ("-l", "channels_rx", None),
        ("-k", "gro", True),
        ("-k", "lro", False),
        ("-i", "driver", "virtio_net"),
        ("-i", "firmware_version", None),
    ],
)
def test_this_machines_adapter(data: Path, option: str, name: str, value: object) -> None:
    found = FactTable(ethtool.facts(captured(data, option), subject="eth0"))
    assert found.value(f"nic.{name}", "eth0") == value


@pytest.mark.parametrize(
    ("text", "kind", "nic"),
    [
        (b"Settings for eno1:\n\tSpeed: 10000Mb/s\n", "settings", "eno1"),
        (b"Coalesce parameters for eth0:\n", "coalesce", "eth0"),
        (b"NIC statistics:\n  a: 1\n", "statistics", ""),
        (b"driver: e1000e\n", "driver", ""),
        (b"ethtool: bad command line argument(s)\nFor more information run ethtool -h\n", "usage error", ""),
        (b"\xef\xbb\xbfRing parameters for eth0:\r\nRX: 5\r\n", "rings", "eth0"),
        (b"", "other", ""),
    ],
)
def test_kinds(text: bytes, kind: str, nic: str) -> None:
    report = ethtool.parse(text)
    assert (report.kind, report.nic) == (kind, nic)


def test_speed_and_maxima() -> None:
    assert (
        FactTable(ethtool.facts(b"Settings for e:\n Speed: 10000Mb/s\n")).value("nic.speed_bits_per_s", "e") == 10**10
    )
    rings = b"Ring parameters for e:\nPre-set maximums:\nRX: 4096\nCurrent hardware settings:\nRX: 512\n"
    found = FactTable(ethtool.facts(rings))
    assert (found.value("nic.ring_rx_max", "e"), found.value("nic.ring_rx", "e")) == (4096, 512)


@pytest.mark.parametrize(
    "text",
    [b"Cannot get device ring settings: Operation not supported\nRing parameters for e:\n", b"netlink error: x\n"],
)
def test_a_refusal_is_an_absence_with_what_was_said(text: bytes) -> None:
    first = next(ethtool.facts(text))
    assert isinstance(first, Absent) and first.reason in text.decode()


def test_a_zero_is_no_value_where_an_old_ethtool_prints_one_for_unsupported() -> None:
    old = (
        b"Coalesce parameters for e:\nAdaptive RX: off  TX: off\nrx-usecs: 0\nrx-frames: 0\ntx-usecs: 0\ntx-frames: 1\n"
    )
    found = FactTable(ethtool.facts(old))
    assert found.value("nic.rx_usecs", "e") is None
    assert found.value("nic.tx_usecs", "e") == 0
    new = FactTable(ethtool.facts(old + b"rx-usecs-irq: n/a\n"))
    assert new.value("nic.rx_usecs", "e") == 0


def test_statistics_with_colons_in_their_names() -> None:
    counts = ethtool.statistics(b"NIC statistics:\n    rxq0: rx_pkts: 5\n    rx_missed_errors: 2\n    odd: n/a\n")
    assert counts == {"rxq0: rx_pkts": 5, "rx_missed_errors": 2}


@given(st.binary(max_size=2000))
@settings(max_examples=100, deadline=None)
def test_any_bytes(data: bytes) -> None:
    list(ethtool.facts(data))


@given(st.sampled_from(OPTIONS), st.integers(0, 1500), st.binary(max_size=8))
@settings(max_examples=100, deadline=None)
def test_damaged_outputs(data: Path, option: str, place: int, put: bytes) -> None:
    text = captured(data, option)
    list(ethtool.facts(text[:place] + put + text[place + len(put) :]))


def test_several_reports_in_one_file_stay_apart() -> None:
    """As `for n in eth0 eth1; do ethtool -c $n; ethtool -g $n; done > FILE` leaves them."""
    text = b"""Coalesce parameters for eth0:
Adaptive RX: on  TX: off
rx-usecs: 8
rx-frames: 128

Ring parameters for eth0:
Pre-set maximums:
RX:\t\t8192
Current hardware settings:
RX:\t\t1024

Cannot get device coalesce settings: Operation not supported
Coalesce parameters for eth1:
Adaptive RX: off  TX: off
rx-usecs: 64
rx-frames: n/a
"""
    found = FactTable(ethtool.facts(text))
    assert [found.value("nic.rx_usecs", nic) for nic in ("eth0", "eth1")] == [8, 64]
    assert [found.value("nic.adaptive_rx", nic) for nic in ("eth0", "eth1")] == [True, False]
    assert (found.value("nic.ring_rx", "eth0"), found.value("nic.ring_rx_max", "eth0")) == (1024, 8192)
    assert found.value("nic.ring_rx", "eth1") is None


@pytest.mark.parametrize(
    "prompt", ["# ethtool -S ens5", "[me@host ~]$ ethtool -S ens5", "$ sudo ethtool -S ens5 | grep x"]
)
def test_the_prompt_names_the_interface(prompt):
    """Statistics and drivers do not name theirs; counters of one interface never go to another."""
    text = f"{prompt}\nNIC statistics:\n     bw_in_allowance_exceeded: 2\n     bw_out_allowance_exceeded: 3\n"
    table = FactTable(ethtool.facts(text.encode()))
    assert table.value("nic_allowance.over_bandwidth", "ens5") == 5
    assert table.value("nic_statistic.value", "ens5/bw_in_allowance_exceeded") == 2
    assert isinstance(table.find("nic_allowance.over_packets", "ens5"), Absent)
    assert table.value("nic_allowance.nic", "ens5") == "ens5"
    other = FactTable(ethtool.facts(text.replace("allowance", "other").encode()))
    assert other.subjects("nic_allowance") == () and other.value("nic.drops_no_buffer", "ens5") is None
    second = FactTable(ethtool.facts((text + "$ ethtool -i eth9\ndriver: ena\n").encode()))
    assert second.value("nic.driver", "eth9") == "ena" and second.value("nic.driver", "ens5") is None
