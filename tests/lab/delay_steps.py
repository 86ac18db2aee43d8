"""Delays of known length in the way of a disk and of a network: the limit that is named must be theirs."""

from pathlib import Path
from typing import Any

from tests.lab.inside import HERE, perfadvisor, text
from tests.lab.server import NIC, PLAIN_NVME
from tests.lab.steps import FAR, NEAR, SHORT, WORKLOADS
from tests.lab.steps import _disk as disk_of
from tests.lab.steps import _do as do
from tests.lab.steps import _far_end as far_end
from tests.planted.delays import DELAY_MS, WINDOW_BYTES

Seen = dict[str, Any]
SEND_BUFFER = Path("/proc/sys/net/ipv4/tcp_wmem")


def delayed_disk() -> Seen:
    """Reads of a disk behind device mapper's delay."""
    below = disk_of(PLAIN_NVME)
    sectors = text(f"/sys/class/block/{Path(below).name}/size")
    do("modprobe", "dm-delay")
    do("dmsetup", "create", "slow", "--noudevsync", "--table", f"0 {sectors} delay {below} 0 {DELAY_MS}")
    do("dmsetup", "mknodes")
    code = _run("storage", "--device", "/dev/mapper/slow")
    do("dmsetup", "remove", "--noudevsync", "--retry", "slow")
    return {"exit": code}


def delayed_line() -> Seen:
    """A flow whose acknowledgements netem holds back; its window is this end's send buffer."""
    do("modprobe", "sch_netem")
    far, usual = far_end(), text(SEND_BUFFER)
    do("tc", "qdisc", "add", "dev", far, "root", "netem", "delay", f"{DELAY_MS}ms")
    SEND_BUFFER.write_text(f"4096 16384 {WINDOW_BYTES}")
    code = _run("network", "--env", f"local:nic={NIC},address={NEAR}/24", "--peer", f"local:{FAR}")
    SEND_BUFFER.write_text(usual)
    do("tc", "qdisc", "del", "dev", far, "root")
    return {"exit": code}


def _run(kind: str, *way: str) -> int:
    times = ("--repeats", "3", "--runtime", "4s", "--ramp", "2s", "--seed", "1", "--wait-quiet", "0s")
    given = ("--workloads", str(SHORT), "--out", str(HERE / f"run-{kind}"))
    return perfadvisor("run", WORKLOADS[kind], *way, *times, *given)
