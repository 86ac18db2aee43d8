"""Faults planted in the lab: everything set up well and read, then badly; kept for tests/planted/test_server.py."""

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from perfadvisor.analyse.devices.answer import answers
from perfadvisor.facts import catalogue
from perfadvisor.facts.pci.address import is_address
from perfadvisor.report.devices_json import document
from perfadvisor.targets.here.local import LocalTarget
from tests.lab.by_lspci import differences
from tests.lab.inside import HERE, driver, perfadvisor, say, text
from tests.lab.server import PLAIN_NVME, SRIOV_NVME
from tests.lab.steps import _disk as disk_of
from tests.lab.steps import _do as do
from tests.lab.steps import _ready_for_guests
from tests.lab.steps import _wait_for as wait_for
from tests.planted.guests import Guest, running
from tests.planted.server import EMULATED, GROUPED, HELD, TRANSLATING
from tests.planted.server_guests import GUESTS, WELL

DEVICES = Path("/sys/bus/pci/devices")
THP = Path("/sys/kernel/mm/transparent_hugepage/enabled")
UPSTREAM = "0x8232"  # a port of Texas Instruments' XIO3130
GROUPS = Path("/sys/fs/cgroup")
BURN_S = 2.0
POOLS = Path("/sys/kernel/mm/hugepages")
PAGES = 1400  # for a guest of 2 GiB, and those that others are to have
WATCHED = "5s"
PASTE = Path(__file__).parents[1] / "planted" / "paste.sh"
Seen = dict[str, Any]


def faulted() -> Seen:
    """Both states, what was read of each, and the names that rules speak of."""
    return _states("good", "bad")


def well() -> Seen:
    """The good state alone, with more guests that are set up well."""
    (POOLS / "hugepages-2048kB/nr_hugepages").write_text(str(PAGES))
    return {**_states("good", more=WELL), **_counted()}


def uneven() -> Seen:
    """What the firmware and the kernel's options did badly, and two functions given away that belong to nobody."""
    for module in ("vfio-pci", "e1000"):
        do("modprobe", module)
    with ExitStack() as stack:
        for address in (_of_kind(GROUPED), _of_kind(TRANSLATING)):
            if address:
                stack.enter_context(_given_away(address))
        code = perfadvisor("snapshot", "-o", str(HERE / "uneven.tar.gz"))
    clock = Path("/sys/devices/system/clocksource/clocksource0/current_clocksource")
    clock.write_text("hpet")  # for what follows
    return {"exit": code, "clock": text(clock)}


def _of_kind(device: str) -> str:
    """The first function with this vendor and device, "" for none."""
    found = sorted(one.name for one in DEVICES.iterdir() if f"{text(one / 'vendor')}:{text(one / 'device')}" == device)
    return found[0] if found else ""


def _counted() -> Seen:
    """How busy the CPUs are, as mpstat prints it; nothing where it was not put beside the script."""
    if not (HERE / "mpstat").exists():
        return {}
    done = subprocess.run([HERE / "mpstat", "-P", "ALL", "1", "3"], capture_output=True, check=False)
    (HERE / "mpstat.txt").write_bytes(done.stdout)
    return {"mpstat": done.returncode}


def _states(*sides: str, more: Sequence[Guest] = ()) -> Seen:
    _ready_for_guests()
    for module in ("vfio-pci", "tun", "vhost_net", "igb", "ahci", "sd_mod"):
        do("modprobe", module)
    kinds = {"NIC": "e1000e", "IGB": "igb"}
    names = {name: nic for name, kind in kinds.items() if (nic := _interface(kind))}
    names["BELOW"] = _below()
    (GROUPS / "cgroup.subtree_control").write_text("+cpu +memory +io")
    (GROUPS / "held").mkdir()
    seen: Seen = {"names": names, "failed_lines": [], **listed()}
    for side in sides:
        seen[side] = _state(side, seen["failed_lines"], names, more)
    return seen


def listed() -> Seen:
    """Where `perfadvisor devices` says anything else than lspci."""
    said = document({"here": answers(catalogue.read(LocalTarget().tree(catalogue.PATTERNS)))})
    return {"lspci_differs": differences(json.dumps(said))}


def pasted() -> Seen:
    """What programs print of what is set up well and badly in here."""
    with (HERE / "paste.txt").open("wb") as file, (HERE / "paste.err").open("wb") as said:  # a pipe would be held open
        done = subprocess.run(["sh", str(PASTE)], stdout=file, stderr=said, check=False)
    return {"exit": done.returncode, "said": text(HERE / "paste.err")[-2000:]}


def _state(side: str, failed: list[str], names: dict[str, str], more: Sequence[Guest]) -> int:
    """A snapshot with all guests and faults of one side."""
    THP.write_text("never")
    given_away = [PLAIN_NVME, names["BELOW"]]
    with ExitStack() as stack:
        for address in given_away:
            stack.enter_context(_given_away(address))
        stack.enter_context(
            running([_at_hand(guest) for guest in (*(getattr(pair, side) for pair in GUESTS), *more)], HERE)
        )
        for fault in EMULATED:
            if fault.needs and fault.needs not in names:
                continue
            line = getattr(fault, side)
            say(line)
            done = subprocess.run(["sh", "-c", line], capture_output=True, env=os.environ | names, check=False)
            if done.returncode:
                failed.append(f"{line}: {done.stderr.decode()}")
        with _held(HELD[side]):
            return perfadvisor("snapshot", "-o", str(HERE / f"{side}.tar.gz"), *(("--for", WATCHED) if more else ()))


@contextmanager
def _held(limits: Mapping[str, str]) -> Iterator[None]:
    """In a control group with these limits, which were felt."""
    for name, value in limits.items():
        (GROUPS / "held" / name).write_text(value)
    (GROUPS / "held" / "cgroup.procs").write_text("0")
    began = time.process_time()
    while time.process_time() - began < BURN_S:
        pass
    try:
        yield
    finally:
        (GROUPS / "cgroup.procs").write_text("0")


def _at_hand(guest: Guest) -> Guest:
    words = guest.words.replace("{vfio}", PLAIN_NVME).replace("{disk}", disk_of(SRIOV_NVME))
    return replace(guest, words=words)


@contextmanager
def _given_away(address: str) -> Iterator[None]:
    """Bound to VFIO by hand, as a host's administrator does."""
    device = DEVICES / address
    (device / "driver" / "unbind").write_text(address)
    (device / "driver_override").write_text("vfio-pci")
    Path("/sys/bus/pci/drivers_probe").write_text(address)
    assert driver(address) == "vfio-pci"
    try:
        yield
    finally:
        (device / "driver" / "unbind").write_text(address)
        (device / "driver_override").write_text("\n")
        Path("/sys/bus/pci/drivers_probe").write_text(address)
        wait_for(lambda: disk_of(address) if address == PLAIN_NVME else driver(address))


def _interface(name: str) -> str:
    """That of this driver, "" for none."""
    links = [entry / "device" / "driver" for entry in Path("/sys/class/net").iterdir()]
    return next((link.parents[1].name for link in links if link.exists() and link.resolve().name == name), "")


def _below() -> str:
    """A function below the switch that something drives."""
    switch = next(entry for entry in DEVICES.iterdir() if text(entry / "device") == UPSTREAM)
    found = (one for one in sorted(switch.glob("*:*/*:*")) if is_address(one.name) and (one / "driver").exists())
    return next(found).name
