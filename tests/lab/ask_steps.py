"""What a running guest's QEMU, its agent and the kernel tell of the options that take a device of this machine; all
others are asked of a QEMU without devices (tests/targets/vm/test_qmp.py)."""

from pathlib import Path
from typing import Any

from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.opening import Opening
from perfadvisor.targets.vm import plug
from perfadvisor.targets.vm.boot import RunningGuest
from perfadvisor.targets.vm.vm import VmTarget, open_vm
from perfadvisor.targets.vm.wire import DESCRIPTOR
from tests.lab.inside import driver, text
from tests.lab.server import EDU, FAR_NIC, SRIOV_NVME
from tests.lab.steps import _do as do
from tests.lab.steps import _ready_for_guests

DEVICES, NETS = Path("/sys/bus/pci/devices"), Path("/sys/class/net")
ADDRESS = "169.254.79.9/24"
Seen = dict[str, Any]


def asked() -> Seen:
    """A guest with a whole function, a virtual one, and a NIC on another interface's wire: of each option what this
    machine knows, and what was answered. They have to be the same."""
    _ready_for_guests()
    for module in ("macvtap", "vhost_net", "tun"):
        do("modprobe", module)
    (nic,) = (one.name for one in (DEVICES / FAR_NIC / "net").iterdir())
    do("ip", "link", "set", nic, "up")
    spec = f"vm:vfio={EDU},vf={SRIOV_NVME},macvtap={nic},address={ADDRESS},cpus=1,memory=512M"
    target = open_vm(read_spec(spec), Opening())
    try:
        target.take()
        answers = _answers(target)
    finally:
        target.give()
        target.close()
    left = {"functions": text(DEVICES / SRIOV_NVME / "sriov_numvfs"), "driver": driver(EDU), "tap": _taps()}
    different = [option for option, (known, told) in answers.items() if known != told]
    return {"spec": spec, "answers": answers, "different": different, "left": left}


def _answers(target: VmTarget) -> dict[str, tuple[object, object]]:
    guest = target._guest
    assert guest is not None, "booted"
    virtual = (DEVICES / SRIOV_NVME / "virtfn0").resolve().name
    (tap,) = _taps()
    mac = text(NETS / tap / "address")
    return {
        "vfio": (EDU, _host(guest, EDU)),
        "vfio, its numbers in the guest": (_numbers(EDU), _numbers_told(guest, EDU)),
        "vf": (virtual, _host(guest, virtual)),
        "vf, its numbers in the guest": (_numbers(virtual), _numbers_told(guest, virtual)),
        "macvtap": (f"fd={DESCRIPTOR}, {mac}", _network(guest)),
        "macvtap, the kernel": (
            f"/dev/tap{text(NETS / tap / 'ifindex')}",
            str(Path(f"/proc/{guest.pid}/fd/{DESCRIPTOR}").readlink()),
        ),
        "address": (ADDRESS, _address_of(guest, mac)),
    }


def _taps() -> list[str]:
    return sorted(one.name for one in NETS.iterdir() if one.name.startswith("pm"))


def _host(guest: RunningGuest, address: str) -> str:
    """The host's address of a function, as QEMU has it."""
    path = f"/machine/peripheral/{plug.name_of(address)}"
    return str(guest.monitor.ask("qom-get", {"path": path, "property": "host"}))


def _numbers(address: str) -> list[int]:
    return [int(text(DEVICES / address / name), 16) for name in ("vendor", "device")]


def _numbers_told(guest: RunningGuest, address: str) -> list[int]:
    """Vendor and device of what has QEMU's name for it, on the guest's buses."""
    found = [root["devices"] for root in guest.monitor.ask("query-pci")]
    while found:
        for one in found.pop():
            if one.get("qdev_id") == plug.name_of(address):
                return [one["id"]["vendor"], one["id"]["device"]]
            found.append(one.get("pci_bridge", {}).get("devices", []))
    return []


def _network(guest: RunningGuest) -> str:
    """What QEMU says of the only cable: the open file it got, and the address on its card."""
    said = guest.monitor.ask("human-monitor-command", {"command-line": "info network"})
    words = said.replace(",", " ").split()
    return ", ".join([*(one for one in words if one.startswith("fd=")), *_after("macaddr=", words)])


def _after(name: str, words: list[str]) -> list[str]:
    return [one.removeprefix(name) for one in words if one.startswith(name)]


def _address_of(guest: RunningGuest, mac: str) -> str:
    """What the guest's own agent says the NIC with this hardware address has."""
    interfaces = guest.agent._channel.ask("guest-network-get-interfaces")
    (nic,) = (one for one in interfaces if one.get("hardware-address") == mac)
    own = [one for one in nic.get("ip-addresses", ()) if one["ip-address-type"] == "ipv4"]
    return " ".join(f"{one['ip-address']}/{one['prefix']}" for one in own)
