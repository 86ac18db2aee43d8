"""`perfadvisor devices`, through the real entry point: this machine, a snapshot, a saved lspci, and wrong words."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from perfadvisor.report.devices_json import SCHEMA

HERE = Path("/sys/bus/pci/devices")


def devices(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "perfadvisor", "devices", *arguments], capture_output=True, text=True)


@pytest.mark.skipif(not HERE.is_dir(), reason="this machine shows no PCI bus")
def test_this_machine_as_its_sysfs_has_it() -> None:
    told = json.loads(devices("--format", "json").stdout)
    Draft202012Validator(SCHEMA).validate(told)
    rows = {row["address"]: row for row in told["machines"][0]["devices"]}
    assert set(rows) == {entry.name for entry in HERE.iterdir()}
    for address, row in rows.items():
        driver, group = HERE / address / "driver", HERE / address / "iommu_group"
        assert row["driver"] == (driver.resolve().name if driver.exists() else "")
        assert row["group"] == (group.resolve().name if group.exists() else None)
        registers = [line.split() for line in (HERE / address / "resource").read_text().splitlines()[:6]]
        sizes = {str(n): int(b, 16) - int(a, 16) + 1 for n, (a, b, flags) in enumerate(registers) if int(flags, 16)}
        assert row["bar_bytes"] == sizes
        if not group.exists():
            assert row["possible"] == "no"


def test_a_snapshot_and_one_function_of_it(data: Path) -> None:
    archive = str(data / "machines/emulated-server.tar.gz")
    assert "yes  0000:01:00.1  NVMe controller" in devices(archive).stdout
    alone = devices(archive, "01:00.0").stdout
    assert "it has 2 active virtual functions" in alone and "0000:01:00.1  NVMe" not in alone
    written = devices(archive, "--for", "libvirt", "0000:81:00.0")
    assert "bus='0x81'" in written.stdout and written.returncode == 0


def test_a_saved_lspci_leaves_unknown_what_it_does_not_say(data: Path) -> None:
    told = json.loads(devices(str(data / "lspci/server-vvvnnxxxx.txt"), "--format", "json").stdout)
    Draft202012Validator(SCHEMA).validate(told)
    rows = {row["address"]: row for row in told["machines"][0]["devices"]}
    assert {row["possible"] for row in rows.values()} == {"no", "unknown"}
    disk = rows["0000:81:00.0"]
    assert (disk["group"], disk["msix_vectors"], disk["bar_bytes"], disk["has_reset"]) == ("19", 65, {"0": 16384}, None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--for", "vm"), "needs the PCI function"),
        (("no/such/file",), "no such file"),
        (("01:00.0", "02:00.0"), "more than one"),
        (("ffff:ff:1f.7",), "no such PCI function"),
    ],
)
def test_wrong_words(arguments: tuple[str, ...], words: str) -> None:
    done = devices(*arguments)
    assert done.returncode == 2 and words in done.stderr


GPU = "  02:00.0 VGA compatible controller [0300]: Example [10de:1c81]"
NIC = "  03:00.0 Ethernet controller [0200]: Example [8086:1533]"
LIST = f"IOMMU group 1\n{GPU}\nIOMMU group 2\n{NIC}\n"


@pytest.mark.parametrize("between", ["\n", "```\n\nand mine\n\n```\n"])
def test_the_lists_of_two_machines_in_one_text_are_said_to_differ(tmp_path: Path, between: str) -> None:
    file = tmp_path / "two.txt"
    file.write_text(f"```\n{LIST}{between}IOMMU group 1\n{NIC}\n```\n")
    said = devices(str(file))
    assert "lists of its IOMMU group contradict each other" in said.stdout
    assert "shares" not in said.stdout
    assert ("note: iommu_group.members [1]: 0000:02:00.0 in" in said.stderr) == (between != "\n")
