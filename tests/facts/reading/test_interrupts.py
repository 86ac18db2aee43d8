"""/proc/interrupts and its kin: tables as several architectures write them, and any bytes."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.facts.reading import interrupts
from perfadvisor.model.fact import Absent, FactTable

X86 = b"""           CPU0       CPU2
  1:          9          0  IR-IO-APIC   1-edge      i8042
 80:        100        300  IR-PCI-MSIX-0000:81:00.0   1-edge      eth0-TxRx-0
LOC:       1000       2000   Local timer interrupts
ERR:          3
"""
ARM = b"""           CPU0       CPU1
  3:      25441      30011     GICv3  27 Level     arch_timer
IPI0:        10         20       Rescheduling interrupts
"""
S390 = b"""           CPU0       CPU1
EXT:       5000       6000
CLK:       3000       3500  [EXT] Clock Comparator
"""


def table(data: bytes) -> FactTable:
    return FactTable(interrupts.facts(data))


@pytest.mark.parametrize(
    ("data", "name", "subject", "value"),
    [
        (X86, "interrupts.cpu_columns", "", 2),
        (X86, "interrupts.first_cpu", "", "CPU0"),
        (X86, "interrupts.last_cpu", "", "CPU2"),
        (X86, "interrupts.numeric_count", "", 2),
        (X86, "interrupts.named_count", "", 2),
        (X86, "interrupts.total", "", 3412),
        (X86, "irq.total", "80", 400),
        (X86, "irq.total", "ERR", 3),
        (X86, "irq.chip", "80", "IR-PCI-MSIX-0000:81:00.0"),
        (X86, "irq.description", "LOC", "Local timer interrupts"),
        (X86, "irq.hottest_cpu", "80", 2),
        (X86, "irq.hottest_cpu_share", "80", 0.75),
        (ARM, "irq.chip", "3", "GICv3"),
        (ARM, "interrupts.named_count", "", 1),
        (ARM, "irq.total", "IPI0", 30),
        (S390, "irq.total", "EXT", 11000),
        (S390, "interrupts.numeric_count", "", 0),
    ],
)
def test_facts(data: bytes, name: str, subject: str, value: object) -> None:
    assert table(data).value(name, subject) == value


@pytest.mark.parametrize(
    ("name", "subject"), [("irq.hottest_cpu", "ERR"), ("irq.chip", "LOC"), ("irq.description", "ERR")]
)
def test_absent(name: str, subject: str) -> None:
    assert isinstance(table(X86).find(name, subject), Absent)


def test_a_column_is_the_cpu_its_head_names_not_its_place() -> None:
    parsed = interrupts.parse(X86)
    assert parsed is not None
    assert parsed.per_cpu(("80", "1")) == {0: 109, 2: 300}
    assert parsed.per_cpu(("ERR",)) == {}
    assert parsed.per_cpu(()) == {}


@pytest.mark.parametrize("data", [b"", b"\n", b"no columns\n1: 2\n", b"CPU0 CPU0\n", b"CPU0 x\n", b"\0" * 4096])
def test_no_table(data: bytes) -> None:
    assert interrupts.parse(data) is None
    assert isinstance(next(interrupts.facts(data)), Absent)


def test_a_count_longer_than_64_bits_is_not_one() -> None:
    parsed = interrupts.parse(b"CPU0 CPU1\nLOC: " + b"9" * 5000 + b" 1 text\n")
    assert parsed is not None and parsed.rows["LOC"].counts == ()


def test_this_machines_own(data: Path) -> None:
    found = table((data / "interrupts/2cpu-vm.txt").read_bytes())
    assert found.value("interrupts.cpu_columns") == 2
    assert found.value("irq.description", "LOC") == "Local timer interrupts"
    softirqs = table((data / "interrupts/2cpu-vm-softirqs.txt").read_bytes())
    assert softirqs.value("interrupts.named_count") == 10


def test_sums_agree_with_awk(data: Path) -> None:
    """Independent oracle: plain addition over the columns of the text."""
    text = (data / "interrupts/2cpu-vm.txt").read_text()
    total = sum(int(word) for line in text.splitlines()[1:] for word in line.split()[1:3] if word.isdigit())
    assert table(text.encode()).value("interrupts.total") == total


@given(st.binary(max_size=2000))
@settings(max_examples=100, deadline=None)
def test_any_bytes(data: bytes) -> None:
    list(interrupts.facts(data))
    list(interrupts.facts(b"CPU0 CPU1\n" + data))


@given(st.integers(0, 2000), st.binary(max_size=8))
@settings(max_examples=60, deadline=None)
def test_a_damaged_table(data: Path, place: int, put: bytes) -> None:
    text = (data / "interrupts/2cpu-vm.txt").read_bytes()
    list(interrupts.facts(text[:place] + put + text[place + len(put) :]))
