"""The clock sources that a program reads without entering the kernel."""

import pytest

from perfadvisor.facts.machine import kernel
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.model.tree import Tree

AVAILABLE = "/sys/devices/system/clocksource/clocksource0/available_clocksource"


@pytest.mark.parametrize(
    ("offered", "fast"),
    [
        ("tsc hpet acpi_pm", "tsc"),
        ("kvm-clock tsc acpi_pm", "tsc"),
        ("kvm-clock acpi_pm", "kvm-clock"),
        ("hyperv_clocksource_tsc_page acpi_pm", "hyperv_clocksource_tsc_page"),
        ("xen acpi_pm", "xen"),
        ("arch_sys_counter", "arch_sys_counter"),
        ("hpet acpi_pm", "none"),
        ("hyperv_clocksource_msr", "none"),
    ],
)
def test_the_best_of_those_offered(offered: str, fast: str) -> None:
    found = FactTable(kernel.facts(Tree({AVAILABLE: f"{offered} \n".encode()})))
    assert found.value("cpu.clocksource_fast") == fast


def test_a_list_that_was_not_read_offers_nothing_either_way() -> None:
    assert isinstance(FactTable(kernel.facts(Tree({}))).find("cpu.clocksource_fast"), Absent)


ARCH, CPUINFO = "/proc/sys/kernel/arch", "/proc/cpuinfo"
LONG_MODE = b"processor\t: 0\nfpu\t\t: yes\nflags\t\t: fpu tsc lm constant_tsc\n"


@pytest.mark.parametrize(
    ("files", "architecture"),
    [
        ({ARCH: b"aarch64\n", CPUINFO: b"Features\t: fp asimd\n"}, "aarch64"),
        ({CPUINFO: LONG_MODE}, "x86_64"),
        ({CPUINFO: b"fdiv_bug\t: no\n" + LONG_MODE}, None),
        ({CPUINFO: LONG_MODE.replace(b" lm", b"")}, None),
        ({CPUINFO: b"Features\t: fp asimd lm\n"}, None),
        ({}, None),
    ],
)
def test_the_architecture_of_kernels_that_have_no_file_for_it(
    files: dict[str, bytes], architecture: str | None
) -> None:
    assert FactTable(kernel.facts(Tree(files))).value("kernel.architecture") == architecture
