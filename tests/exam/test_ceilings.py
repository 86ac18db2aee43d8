"""Caps planted on control groups and interfaces of our own: the limit named is the planted one, at its value."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from perfadvisor.analyse.ceilings.ceiling import Ceiling, CeilingKind
from perfadvisor.formatting import quantity
from perfadvisor.judge import judge
from perfadvisor.report.ceilings import limits_of
from tests.exam.stages import groups, network

pytestmark = [pytest.mark.slow, pytest.mark.tools]
WITHIN = 0.05
WINDOW_BYTES = 262144
TBF = "tc qdisc add dev {nic} root tbf rate 200mbit burst 128k latency 50ms"
HTB = (
    "tc qdisc add dev {nic} root handle 1: htb default 10 && "
    "tc class add dev {nic} parent 1: classid 1:10 htb rate 300mbit ceil 300mbit"
)


def measured(inside: Sequence[str], out: Path, *words: str) -> tuple[bool, tuple[Ceiling, ...]]:
    """A run of three trials: whether conclusions may rest on it, and its limits whatever else ran on the machine."""
    run = (*inside, sys.executable, "-m", "perfadvisor", "run", *words)
    times = ("--repeats", "3", "--runtime", "1.5s", "--ramp", "0.3s", "--out", str(out))
    done = subprocess.run((*run, *times), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    view = judge(out)
    (cell,) = view.cells
    plain = replace(cell, doubts=(), trials=tuple(replace(trial, doubts=()) for trial in cell.trials))
    return cell.trust.sound, limits_of(view)(plain).applying


def named(seen: tuple[bool, tuple[Ceiling, ...]], kind: CeilingKind, value: float) -> None:
    """The planted limit is there at its value; on a machine left alone it is the nearest, and the result lies at it."""
    sound, found = seen
    (planted,) = [one for one in found if one.kind is kind]
    print(planted.words, quantity(planted.reached, planted.unit), sound)
    assert abs(planted.limit / value - 1) <= WITHIN, found
    if sound:
        assert found[0] is planted, found
        assert abs(planted.reached / value - 1) <= WITHIN, found


@pytest.mark.parametrize(
    ("file", "value", "workload"),
    [
        ("blkio.throttle.read_iops_device", 2000, "storage/randread-4k-qd1"),
        ("blkio.throttle.read_bps_device", 50_000_000, "storage/read-1m-qd8"),
        ("blkio.throttle.write_iops_device", 500, "storage/randwrite-4k-qd1"),
    ],
)
def test_a_cap_of_a_control_group(tmp_path_factory, file: str, value: int, workload: str) -> None:
    folder = tmp_path_factory.mktemp("disk")
    device = _device_of(folder)
    with groups.group() as (directories, inside):
        blkio = next((one for one in directories if (one / file).exists()), None)
        if blkio is None or not device:
            pytest.skip("no blkio hierarchy of version 1, or no disk below the temporary directory")
        (blkio / file).write_text(f"{device} {value}")
        words = (workload, "--dir", str(folder), "--size", "64m")
        named(measured(inside, folder / "run", *words), CeilingKind.CAP, value)


@pytest.mark.parametrize(("plant", "rate"), [(TBF, 200e6), (HTB, 300e6)], ids=["tbf", "htb"])
def test_a_shaper_of_an_interface(tmp_path: Path, plant: str, rate: float) -> None:
    with network.network("veth") as stage:
        nic = stage.names["nic"]
        subprocess.run((*stage.near, "sh", "-c", plant.format(nic=nic)), check=True, timeout=20)
        mtu = int(
            subprocess.run((*stage.near, "cat", f"/sys/class/net/{nic}/mtu"), capture_output=True, check=True).stdout
        )
        words = ("network/tcp-stream", *stage.options)
        seen = measured((*stage.near, *stage.inside), tmp_path / "run", *words)
        named(seen, CeilingKind.SHAPER, rate * (mtu - 52) / (mtu + 14))


def test_a_delay_of_a_line(tmp_path: Path) -> None:
    """Each way takes 10 ms, and the send buffer is the window."""
    with network.network("line") as stage:
        buffer = f"net.ipv4.tcp_wmem=4096 16384 {WINDOW_BYTES}"
        subprocess.run((*stage.near, "sysctl", "-qw", buffer), check=True, timeout=20)
        sound, found = measured((*stage.near, *stage.inside), tmp_path / "run", "network/tcp-stream", *stage.options)
        (planted,) = [one for one in found if one.kind is CeilingKind.WINDOW]
        print(planted.words, quantity(planted.reached, planted.unit), sound)
        round_trip_s = 2 * int(network.DELAY_US) / 1e6
        assert abs(planted.limit / (WINDOW_BYTES * 8 / round_trip_s) - 1) <= WITHIN, found
        assert found[0] is planted, found


def _device_of(folder: Path) -> str:
    """The whole disk that the directory lies on, as "254:0"; "" for none."""
    told = subprocess.run(
        ("df", "--output=source", str(folder)), capture_output=True, text=True, check=True
    ).stdout.split()[-1]
    name = Path(told).resolve().name
    here = Path("/sys/class/block") / name
    if not here.exists():
        return ""
    real = here.resolve()
    whole = real.parent if (real / "partition").exists() else real
    return (whole / "dev").read_text().strip()
