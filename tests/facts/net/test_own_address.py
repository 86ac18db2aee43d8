"""From one of the machine's own addresses to its device, and this machine's own against ip(8)."""

import json
import shutil
import subprocess

import pytest

from perfadvisor.facts.net.own_address import PATTERNS, nic_of
from perfadvisor.model.tree import Tree
from perfadvisor.targets.here.capture import capture

TRIE = """\
Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 192.0.2.10
        /32 host LOCAL
     |-- 192.0.2.255
        /32 link BROADCAST
     |-- 198.51.100.7
        /32 host LOCAL
"""
HEAD = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
ETH0 = "eth0 000200C0 00000000 0001 0 0 0 00FFFFFF 0 0 0\n"
DEFAULT = "eth0 00000000 010200C0 0003 0 0 0 00000000 0 0 0\n"
SIX = "20010db8000000000000000000000001 02 40 00 80 eth1\n"


def tree(routes=HEAD + DEFAULT + ETH0):
    texts = {"/proc/net/route": routes, "/proc/net/fib_trie": TRIE, "/proc/net/if_inet6": SIX}
    return Tree({path: text.encode() for path, text in texts.items()})


@pytest.mark.parametrize(
    ("address", "nic"),
    [
        ("192.0.2.10", "eth0"),
        ("::ffff:192.0.2.10", "eth0"),
        ("2001:db8::1", "eth1"),
        ("192.0.2.11", None),
        ("192.0.2.255", None),
        ("198.51.100.7", None),
        ("2001:db8::2", None),
        ("host", None),
        ("", None),
    ],
)
def test_addresses(address, nic):
    assert nic_of(tree(), address) == nic


def test_two_devices_in_one_network_leave_it_open():
    assert nic_of(tree(HEAD + ETH0 + ETH0.replace("eth0", "eth1")), "192.0.2.10") is None


def test_the_narrower_network_wins():
    wide = ETH0.replace("eth0", "eth1").replace("00FFFFFF", "0000FFFF").replace("000200C0", "000000C0")
    assert nic_of(tree(HEAD + wide + ETH0), "192.0.2.10") == "eth0"


@pytest.mark.skipif(not shutil.which("ip"), reason="ip is not installed")
def test_this_machine_s_own_addresses():
    """Independent oracle: what ip says over netlink."""
    done = subprocess.run(["ip", "-j", "address"], capture_output=True, check=True)
    here = capture(PATTERNS)
    for device in json.loads(done.stdout):
        for one in device.get("addr_info", []):
            if one["scope"] == "global" and one["family"] in ("inet", "inet6"):
                assert nic_of(here, one["local"]) in (device["ifname"], None)
