"""Caps planted on control groups and interfaces of our own: the limit named is the planted one, at its value."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.exam.stages import groups, network

pytestmark = [pytest.mark.slow, pytest.mark.tools]
WITHIN = 0.05
TBF = "tc qdisc add dev {nic} root tbf rate 200mbit burst 128k latency 50ms"
HTB = (
    "tc qdisc add dev {nic} root handle 1: htb default 10 && "
    "tc class add dev {nic} parent 1: classid 1:10 htb rate 300mbit ceil 300mbit"
)


def measured(inside: Sequence[str], out: Path, *words: str) -> dict:
    """The result of a run of three trials, as JSON."""
    run = (*inside, sys.executable, "-m", "perfadvisor", "run", *words)
    times = ("--repeats", "3", "--runtime", "1.5s", "--ramp", "0.3s", "--out", str(out))
    done = subprocess.run((*run, *times), capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    told = subprocess.run(
        (sys.executable, "-m", "perfadvisor", "advise", str(out), "--format", "json"),
        capture_output=True,
        text=True,
        timeout=60,
    )
    (cell,) = json.loads(told.stdout)["cells"]
    return cell


def named(cell: dict, kind: str, value: float) -> None:
    """The nearest limit is of this kind, its value the planted one, and the result lies at it."""
    if cell["trust"] == "INVALID":
        pytest.skip(f"the machine was too busy: {cell['doubts']}")
    applying = [one for one in cell["ceilings"] if one["share"] <= 1.1]
    assert applying and applying[0]["kind"] == kind, (cell["ceiling_verdict"], cell["ceilings"])
    assert abs(applying[0]["limit"] / value - 1) <= WITHIN
    assert abs(applying[0]["reached"] / value - 1) <= WITHIN, applying
    assert cell["ceiling_verdict"].startswith("at ")


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
        named(measured(inside, folder / "run", *words), "cap", value)


@pytest.mark.parametrize(("plant", "rate"), [(TBF, 200e6), (HTB, 300e6)], ids=["tbf", "htb"])
def test_a_shaper_of_an_interface(tmp_path: Path, plant: str, rate: float) -> None:
    with network.network("veth") as stage:
        nic = stage.names["nic"]
        subprocess.run((*stage.near, "sh", "-c", plant.format(nic=nic)), check=True, timeout=20)
        mtu = int(
            subprocess.run((*stage.near, "cat", f"/sys/class/net/{nic}/mtu"), capture_output=True, check=True).stdout
        )
        words = ("network/tcp-stream", *stage.options)
        cell = measured((*stage.near, *stage.inside), tmp_path / "run", *words)
        named(cell, "shaper", rate * (mtu - 52) / (mtu + 14))


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
