"""Mapping memory for a device: what is said where none was given, and that nothing is lent that must stay."""

from pathlib import Path

import pytest

from perfadvisor import bundle

pytestmark = [pytest.mark.tools, pytest.mark.slow]


def test_without_a_device_it_is_not_measured_and_says_what_to_do(bench) -> None:
    done = bench.run("mapping/map-4k", "storage/tiny", more=("--repeats", "1"))
    assert done.returncode == 0, done.stderr
    reasons = {result.trial.workload: result.reason for result in bundle.load(bench.out).results}
    said = "no device is bound to vfio-pci for it (next: as root: perfadvisor run mapping --vfio BDF"
    assert reasons["mapping/map-4k"].startswith(said)
    assert reasons["storage/tiny"] == ""


def test_what_must_stay_ends_the_run_before_it_begins(bench) -> None:
    """On every machine: there is no IOMMU, no such function, or it is a bridge."""
    devices = sorted(Path("/sys/bus/pci/devices").glob("*/class"))
    bridge = next((file.parent.name for file in devices if file.read_text().startswith("0x06")), "0000:00:00.0")
    done = bench.run("mapping", more=("--vfio", bridge))
    assert done.returncode in (2, 3)
    assert bridge in done.stderr
    assert "Traceback" not in done.stderr
    assert not bench.out.exists()
    assert bench.left_behind() == []
