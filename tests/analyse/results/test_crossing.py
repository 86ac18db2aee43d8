"""Which network results left the machine."""

import pytest

from perfadvisor.analyse.results.crossing import crosses_nic
from perfadvisor.model.fact import Fact, FactTable
from perfadvisor.model.result import IoPath, Output, TrialResult, TrialState
from perfadvisor.model.workload import Trial


def trial(command=(), **details):
    asked = Trial(number=1, workload="w", environment="e", repeat=1, position=1, runtime_s=8.0, warmup_s=0.0)
    return TrialResult(
        trial=asked,
        state=TrialState.DONE,
        started=0.0,
        duration_s=8.0,
        command=command,
        output=Output(samples=(), details=details),
    )


def machine(**facts):
    rows = (
        Fact(name=f"nic.{name}", subject=nic, value=value, source="")
        for nic, values in facts.items()
        for name, value in values.items()
    )
    return FactTable(rows)


@pytest.mark.parametrize(
    ("near", "far", "expected"),
    [
        ("192.0.2.10", "192.0.2.20", True),
        ("::ffff:192.0.2.10", "192.0.2.20", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("127.0.0.1", "127.0.0.1", False),
        ("127.0.0.1", "127.0.0.2", False),
        ("::1", "::1", False),
        ("192.0.2.10", "192.0.2.10", False),
        ("::ffff:192.0.2.10", "192.0.2.10", False),
        ("", "192.0.2.20", None),
        ("192.0.2.10", "server", None),
    ],
)
def test_an_imported_result_by_its_addresses(near, far, expected):
    given = {name: value for name, value in (("local_host", near), ("remote_host", far)) if value}
    assert crosses_nic(IoPath(), [trial(**given)], None) is expected


def test_imports_that_differ_are_not_known():
    ours, theirs = ({"local_host": "192.0.2.1", "remote_host": far} for far in ("192.0.2.1", "192.0.2.2"))
    assert crosses_nic(IoPath(), [trial(**ours), trial(**theirs)], None) is None


def test_our_own_result_without_a_device_did_not_leave():
    assert crosses_nic(IoPath(), [trial(("iperf3",))], None) is False
    assert crosses_nic(None, [trial(("iperf3",))], None) is None


@pytest.mark.parametrize(
    ("path", "facts", "expected"),
    [
        (IoPath(nic="eth0", pci="0000:01:00.0"), {}, True),
        (IoPath(nic="v0"), {"v0": {"kind": "veth", "is_physical": False}}, False),
        (IoPath(nic="tap0"), {"tap0": {"kind": "tun", "is_physical": False}}, False),
        (IoPath(nic="x"), {"x": {"kind": "virtual", "is_physical": False}}, False),
        (IoPath(nic="br0"), {"br0": {"kind": "bridge"}, "eth0": {"master": "br0", "is_physical": True}}, True),
        (IoPath(nic="br0"), {"br0": {"kind": "bridge"}, "v0": {"master": "br0", "is_physical": False}}, False),
        (IoPath(nic="bond0"), {"bond0": {"kind": "bond", "is_physical": False}}, True),
        (IoPath(nic="usb0"), {"usb0": {"kind": "physical", "is_physical": True}}, True),
        (IoPath(nic="gone"), {}, True),
    ],
)
def test_a_device_counts_where_hardware_is_behind_it(path, facts, expected):
    assert crosses_nic(path, [trial(("iperf3",))], machine(**facts)) is expected
