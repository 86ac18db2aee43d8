"""NIC settings over netlink, held against ethtool(8) and ip(8) on this machine."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from perfadvisor.model.tree import Unreadable
from perfadvisor.targets.here import netlink

NICS = (*sorted(p.name for p in Path("/sys/class/net").glob("*") if (p / "device").exists()), "lo")
needs_ethtool = pytest.mark.skipif(not shutil.which("ethtool"), reason="ethtool is not installed")


def ethtool(option: str, nic: str) -> dict[str, str]:
    """The lines "Key: value" ethtool prints, and {} where it says the request is not supported."""
    text = subprocess.run(["ethtool", option, nic], capture_output=True, text=True, check=False).stdout
    pairs = (line.partition(":") for line in text.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs if value.strip()}


def ask(kind: str, nic: str) -> dict[str, object] | None:
    entry = netlink.read([f"netlink:ethtool/{kind}/{{nic}}"], NICS)[f"netlink:ethtool/{kind}/{nic}"]
    return json.loads(entry) if isinstance(entry, bytes) else None


@needs_ethtool
@pytest.mark.parametrize("nic", NICS)
def test_coalesce_agrees_with_ethtool(nic: str) -> None:
    expected, found = ethtool("-c", nic), ask("coalesce", nic) or {}
    for ours, theirs in (
        ("rx_usecs", "rx-usecs"),
        ("rx_max_frames", "rx-frames"),
        ("tx_usecs", "tx-usecs"),
        ("rx_usecs_irq", "rx-usecs-irq"),
        ("tx_max_frames_high", "tx-frame-high"),
    ):
        assert str(found.get(ours, "n/a")) == expected.get(theirs, "n/a")
    adaptive = re.match(r"(\S+)", expected.get("Adaptive RX", "n/a")).group(1)
    assert {0: "off", 1: "on"}.get(found.get("use_adaptive_rx"), "n/a") == adaptive


@needs_ethtool
@pytest.mark.parametrize("nic", NICS)
def test_channels_agree_with_ethtool(nic: str) -> None:
    expected, found = ethtool("-l", nic), ask("channels", nic) or {}
    assert str(found.get("combined_count", "n/a")) == expected.get("Combined", "n/a")
    assert str(found.get("rx_count", "n/a")) == expected.get("RX", "n/a")


@needs_ethtool
@pytest.mark.parametrize("nic", NICS)
def test_rings_agree_with_ethtool(nic: str) -> None:
    expected, found = ethtool("-g", nic), ask("rings", nic) or {}
    assert str(found.get("rx", "n/a")) == expected.get("RX", "n/a")
    assert str(found.get("tx", "n/a")) == expected.get("TX", "n/a")


@needs_ethtool
@pytest.mark.parametrize("nic", NICS)
def test_features_agree_with_ethtool(nic: str) -> None:
    expected, active = ethtool("-k", nic), (ask("features", nic) or {})["active"]
    for ours, theirs in (
        ("rx-gro", "generic-receive-offload"),
        ("rx-lro", "large-receive-offload"),
        ("tx-generic-segmentation", "generic-segmentation-offload"),
        ("rx-checksum", "rx-checksumming"),
        ("tx-scatter-gather", "tx-scatter-gather"),
        ("rx-gro-hw", "rx-gro-hw"),
        ("tx-tcp-segmentation", "tx-tcp-segmentation"),
    ):
        assert (ours in active) == (expected[theirs].split()[0] == "on"), theirs


@pytest.mark.skipif(not shutil.which("ip"), reason="ip is not installed")
def test_links_agree_with_ip() -> None:
    found = {link["ifname"]: link for link in json.loads(netlink.read([netlink.LINKS], NICS)[netlink.LINKS])}
    text = subprocess.run(["ip", "-j", "-d", "link"], capture_output=True, text=True, check=True).stdout
    expected = {link["ifname"]: link for link in json.loads(text)}
    both = set(found) & set(expected)  # another test may be making or removing interfaces just now
    assert "lo" in both
    for name, link in ((name, expected[name]) for name in both):
        assert found[name].get("qdisc") == link.get("qdisc")
        assert found[name].get("kind") == link.get("linkinfo", {}).get("info_kind")
        assert found[name]["rx_queues"] == link["num_rx_queues"]


def test_what_the_driver_does_not_do_is_unreadable_and_not_zero() -> None:
    entry = netlink.read(["netlink:ethtool/coalesce/lo"], NICS)["netlink:ethtool/coalesce/lo"]
    assert entry == Unreadable("Operation not supported")


@pytest.mark.parametrize("source", ["netlink:ethtool/nothing/lo", "netlink:other/x/y", "netlink:", "netlink:ethtool"])
def test_unknown_requests_are_unreadable(source: str) -> None:
    assert isinstance(netlink.read([source], NICS)[source], Unreadable)


def test_one_broken_driver_does_not_hide_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dump that ends in an error falls back to one question for each interface."""
    real = netlink._request

    def request(socket, kind, name):
        if name is None:
            raise OSError(19, "No such device")
        return real(socket, kind, name)

    whole = netlink.read(["netlink:ethtool/features/{nic}"], NICS)
    monkeypatch.setattr(netlink, "_request", request)
    single = netlink.read(["netlink:ethtool/features/{nic}"], (*NICS, "gone0"))
    assert single.pop("netlink:ethtool/features/gone0") == Unreadable("No such device")
    assert single == whole


def test_canonical_json_has_one_form() -> None:
    assert netlink.canonical({"b": 1, "a": [2]}) == b'{"a":[2],"b":1}'
