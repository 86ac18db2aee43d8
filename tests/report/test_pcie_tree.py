"""The PCI hierarchy as a tree: everything once, ports above their devices, degraded links marked, quickly."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from perfadvisor.judge import judge
from perfadvisor.model.fact import Fact, FactTable
from perfadvisor.report.html import render
from perfadvisor.report.pcie_tree import DEEPEST, PcieFunction, root_complexes
from tests.report.test_html import Page

SERVER = Path(__file__).resolve().parent.parent / "data" / "machines" / "emulated-server.tar.gz"


def facts(*rows: tuple[str, str, object]) -> FactTable:
    return FactTable(Fact(name=name, subject=subject, value=value, source="s") for name, subject, value in rows)


def flat(functions: tuple[PcieFunction, ...]) -> Iterator[PcieFunction]:
    for one in functions:
        yield one
        yield from flat((*one.behind, *one.virtual, *one.quiet))


@pytest.fixture(scope="module")
def server():
    return judge(SERVER)


def test_every_function_stands_in_it_once(server) -> None:
    table = next(iter(server.facts.values()))
    found = [one.address for each in root_complexes(table) for one in flat((*each.behind, *each.quiet))]
    assert sorted(f"0000:{address}" for address in found) == sorted(table.subjects("pci"))
    assert sum(each.count for each in root_complexes(table)) == len(found)


def test_the_switch_carries_the_adapter_and_the_bridge_of_node_1_its_disk(server) -> None:
    table = next(iter(server.facts.values()))
    tops = {each.name: each for each in root_complexes(table)}
    behind = {one.address: [each.address for each in one.behind] for top in tops.values() for one in flat(top.behind)}
    (port,) = (above for above, below in behind.items() if "04:00.0" in below)
    assert any(port in below for below in behind.values()), "behind a downstream port of a switch, below its upstream"
    far = next(each for each in tops.values() if any(one.address == "81:00.0" for one in flat(each.behind)))
    assert far.name == "0000:80"


def test_virtual_functions_stand_below_their_device(server) -> None:
    table = next(iter(server.facts.values()))
    owners = [one for each in root_complexes(table) for one in flat(each.behind) if one.virtual]
    assert [(one.address, len(one.virtual)) for one in owners] == [("01:00.0", 2)]


def test_a_link_below_what_it_could_be_is_marked_on_the_page(view) -> None:
    page = Page(render(view()))
    assert "▲ could be 16 GT/s x4" in page.text
    assert "link below what it could be" in page.text or "links below what they could be" in page.text


def test_interrupts_groups_drivers_and_guests_are_named() -> None:
    at = "0000:01:00.0"
    table = facts(
        ("pci.class", at, "0x030200"),
        ("pci.driver", at, "vfio-pci"),
        ("pci.iommu_group", at, "7"),
        ("irq.pci_address", "40", at),
        ("irq.effective_affinity", "40", "2"),
        ("irq.pci_address", "41", at),
        ("irq.affinity", "41", "4-5"),
        ("vm_hostdev.pci_address", f"web/{at}", at),
        ("vm_hostdev.domain", f"web/{at}", "web"),
    )
    ((one,),) = (each.behind for each in root_complexes(table))
    assert one.about == ("driver vfio-pci", "IOMMU group 7", "interrupts on CPU 2,4-5", "in guest web")


def test_ports_without_a_device_and_the_chipset_are_folded() -> None:
    table = facts(
        ("pci.class", "0000:00:01.0", "0x060400"),
        ("pci.class", "0000:00:02.0", "0x060400"),
        ("pci.class", "0000:00:1f.0", "0x088000"),
        ("pci.class", "0000:02:00.0", "0x010802"),
        ("pci.upstream_port", "0000:02:00.0", "0000:00:02.0"),
    )
    (one,) = root_complexes(table)
    assert [each.address for each in one.behind] == ["00:02.0"]
    assert [each.address for each in one.quiet] == ["00:01.0", "00:1f.0"]


@pytest.mark.parametrize(
    "rows",
    [
        [("a", "b"), ("b", "a")],
        [("a", "a")],
        [(f"{n}", f"{n + 1}") for n in range(50 * DEEPEST)],
    ],
)
def test_rings_and_endless_chains_lose_nothing(rows: list[tuple[str, str]]) -> None:
    table = facts(
        *(("pci.upstream_port", at, port) for at, port in rows), *(("pci.class", at, "0x02") for at, _ in rows)
    )
    assert sum(each.count for each in root_complexes(table)) == len(rows)
    circle = facts(*(("pci.physical_function", at, port) for at, port in rows))
    assert sum(each.count for each in root_complexes(circle)) == len(rows)


def test_three_hundred_functions_take_less_than_half_a_second() -> None:
    rows: list[tuple[str, str, object]] = []
    for n in range(300):
        at, port = f"0000:{n // 8 + 16:02x}:{n % 8:02x}.0", f"0000:{n // 64 * 32:02x}:{n // 8 % 8 + 1:02x}.0"
        rows += [("pci.class", at, "0x020000"), ("pci.upstream_port", at, port), ("pci.class", port, "0x060400")]
        rows += [(f"pci.{name}", at, 8) for name in ("link_width", "link_expected_width", "numa_node")]
        rows += [("irq.pci_address", f"{n * 4 + irq}", at) for irq in range(4)]
        rows += [("irq.affinity", f"{n * 4 + irq}", f"{irq}-{irq + 7}") for irq in range(4)]
    table = facts(*rows)
    started = time.process_time()
    found = root_complexes(table)
    assert time.process_time() - started < 0.5
    assert sum(each.count for each in found) == len(table.subjects("pci")) and not any(
        each.unfolded for each in found[:1]
    )
