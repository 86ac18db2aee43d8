"""`perfadvisor devices` on lists of groups in each form that is read, against a script that reads them by itself."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.cli import group
from tests.analyse.devices.by_text import differences, read

BRIDGE = "00:01.0 PCI bridge [0604]: Example Root Port [8086:1901] (rev 07)"
LPC = "00:1f.0 ISA bridge [0601]: Example LPC [8086:a145] (rev 31)"
SMBUS = "00:1f.4 SMBus [0c05]: Example SMBus [8086:a123] (rev 31)"
GPU = "01:00.0 VGA compatible controller [0300]: Example Graphics [10de:1401] (rev a1)"
SOUND = "01:00.1 Audio device [0403]: Example Audio [10de:0fba] (rev a1)"
GROUPS = {"1": (BRIDGE, GPU, SOUND), "10": (LPC, SMBUS)}
DRIVERS = {BRIDGE: "pcieport", GPU: "nouveau", SMBUS: "i801_smbus"}


def headed(head: str, indent: str) -> str:
    return "".join(f"{head.format(n)}\n" + "".join(f"{indent}{one}\n" for one in them) for n, them in GROUPS.items())


def each(form: str) -> str:
    return "".join(form.format(n=number, one=one) for number, members in GROUPS.items() for one in members)


def verbose(one: str, number: str) -> str:
    driver = f"\tKernel driver in use: {DRIVERS[one]}\n" if one in DRIVERS else ""
    return f"{one}\n\tFlags: bus master, fast devsel, latency 0, IRQ 16, IOMMU group {number}\n{driver}\n"


FORMS = {
    "headed": headed("IOMMU group {}", "  "),
    "colons": headed("IOMMU Group {}:", "\t"),
    "marked": headed("IOMMU group {}", "[RESET]\t").replace(f"[RESET]\t{SOUND}", f"\t{SOUND}"),
    "a line each": each("IOMMU Group {n} {one}\n"),
    "by unit": "IOMMU: dmar0\n" + headed("  IOMMU Group: {}", "    Group Device: 0000:"),
    "links": "".join(
        f"/sys/kernel/iommu_groups/{number}/devices/0000:{one[:7]}\n" for number, them in GROUPS.items() for one in them
    ),
    "lspci -v": "".join(verbose(one, number) for number, members in GROUPS.items() for one in members),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_answered_as_it_says(tmp_path: Path, form: str) -> None:
    file = tmp_path / "pasted.txt"
    file.write_text(FORMS[form])
    said = CliRunner().invoke(group, ["devices", "--format", "json", str(file)])
    assert said.exit_code == 0, said.output
    assert len(read(FORMS[form])) == 5
    assert differences(FORMS[form], said.stdout) == []


def test_another_answer_differs() -> None:
    said = '{"machines": [{"devices": []}]}'
    assert "0000:01:00.0: in one of them alone" in differences(FORMS["headed"], said)
