"""Can a function be passed through: on a captured server, and on machines made of facts, each with one thing wrong."""

from pathlib import Path

import pytest

from perfadvisor.analyse.devices import words
from perfadvisor.analyse.devices.answer import PassthroughAnswer, Possible, answers
from perfadvisor.facts import catalogue
from perfadvisor.model.fact import FactTable, Scalar
from perfadvisor.report.devices_text import lines
from perfadvisor.saved.saved import load_tree

NVME, NIC, PORT = "0000:81:00.0", "0000:82:00.0", "0000:80:00.0"
MACHINE: dict[tuple[str, str], Scalar] = {
    ("iommu.present", ""): True,
    ("iommu.interrupt_remapping", ""): True,
    ("block.pci_address", "nvme0n1"): NVME,
    ("block.mounted", "nvme0n1"): False,
    ("block.is_swap", "nvme0n1"): False,
    ("nic.pci_address", "eth0"): NIC,
    ("nic.has_default_route", "eth0"): False,
    **{("pci.class", address): code for address, code in ((NVME, "0x010802"), (NIC, "0x020000"), (PORT, "0x060400"))},
    **{("pci.driver", address): name for address, name in ((NVME, "nvme"), (NIC, "igb"), (PORT, "pcieport"))},
    **{("pci.iommu_group", address): group for address, group in ((NVME, "19"), (NIC, "20"), (PORT, "17"))},
    **{("pci.has_reset", address): True for address in (NVME, NIC)},
    ("pci.upstream_port", NVME): PORT,
    ("pci.acs", PORT): "SV RR CR UF",
}


def machine(*changes: tuple[str, str, Scalar | None]) -> FactTable:
    values: dict[tuple[str, str], Scalar | None] = dict(MACHINE)
    values.update({(name, subject): value for name, subject, value in changes})
    known = ((catalogue.CATALOGUE[name], subject, value) for (name, subject), value in values.items())
    return FactTable(spec.given(value, source="made up", subject=subject) for spec, subject, value in known)


def answer(facts: FactTable, address: str) -> PassthroughAnswer:
    return next(one for one in answers(facts) if one.device.address == address)


def test_a_free_function_can_be_passed_through() -> None:
    for address in (NVME, NIC):
        found = answer(machine(), address)
        assert (found.possible, found.obstacles, found.unknown, found.risks) == (Possible.YES, (), (), ())


@pytest.mark.parametrize(
    ("address", "change", "why"),
    [
        (NVME, ("block.mount_points", "nvme0n1", "/data"), words.mounted("/data")),
        (NVME, ("block.is_swap", "nvme0n1", True), words.SWAP),
        (NVME, ("block.holders", "nvme0n1", "dm-0"), words.held("nvme0n1", "dm-0")),
        (NIC, ("nic.has_default_route", "eth0", True), words.routed("eth0")),
        (NIC, ("nic.master", "eth0", "br0"), words.part_of("eth0", "br0")),
        (NIC, ("nic.uppers", "eth0", "macvtap0"), words.part_of("eth0", "macvtap0")),
        (NIC, ("pci.sriov_num_vfs", NIC, 3), words.active_functions(3)),
        (NIC, ("pci.has_reset", NIC, False), words.NO_RESET),
        (NIC, ("pci.iommu_group", NIC, None), words.no_group(NIC)),
        (NIC, ("iommu.interrupt_remapping", "", False), words.NO_REMAPPING),
    ],
)
def test_each_obstacle_is_named_with_what_would_change_it(
    address: str, change: tuple[str, str, Scalar | None], why: str
) -> None:
    found = answer(machine(change), address)
    assert found.possible is Possible.NO
    assert [one.why for one in found.obstacles] == [why]
    assert all(one.change for one in found.obstacles)


@pytest.mark.parametrize(
    ("address", "name", "subject", "unknown"),
    [
        (NVME, "block.mounted", "nvme0n1", "mounted"),
        (NIC, "nic.has_default_route", "eth0", "routes"),
        (NIC, "pci.has_reset", NIC, "reset"),
        (NIC, "pci.driver", NIC, "driver"),
        (NIC, "iommu.interrupt_remapping", "", "remapped"),
    ],
)
def test_what_nobody_read_is_never_a_yes(address: str, name: str, subject: str, unknown: str) -> None:
    found = answer(machine((name, subject, None)), address)
    assert found.possible is Possible.UNKNOWN
    assert any(unknown in why for why in found.unknown)


def test_without_any_word_on_an_iommu_it_is_unknown_not_off() -> None:
    found = answer(machine(("iommu.present", "", None), ("pci.iommu_group", NIC, None)), NIC)
    assert (found.possible, found.obstacles) == (Possible.UNKNOWN, ())


def test_mates_are_named_unless_nobody_drives_them() -> None:
    shared = answer(machine(("pci.iommu_group", NVME, "20")), NIC)
    (obstacle,) = shared.obstacles
    assert f"{NVME} (" in obstacle.why and "nvme" in obstacle.why
    assert "pcie_acs_override" in obstacle.change and "memory" in obstacle.change
    free = (("pci.iommu_group", NVME, "20"), ("pci.driver", NVME, None), ("pci.vfio_bound", NVME, False))
    alone = answer(machine(*free), NIC)
    assert alone.possible is Possible.YES and "nothing keeps them apart" in alone.risks[0]


def test_a_port_of_its_own_group_is_no_mate_but_an_isa_bridge_is() -> None:
    assert answer(machine(("pci.iommu_group", PORT, "19")), NVME).possible is Possible.YES
    isa = answer(machine(("pci.iommu_group", PORT, "19"), ("pci.class", PORT, "0x060100")), NVME)
    assert PORT in isa.obstacles[0].why


def test_ports_without_acs_are_a_risk_and_unknown_ones_are_not() -> None:
    assert "SV UF" in answer(machine(("pci.acs", PORT, "RR CR")), NVME).risks[0]
    assert answer(machine(("pci.acs", PORT, None)), NVME).risks == ()


def test_unsafe_interrupts_lift_the_obstacle_and_are_said() -> None:
    found = answer(machine(("iommu.interrupt_remapping", "", False), ("vfio.unsafe_interrupts", "", True)), NIC)
    assert found.possible is Possible.YES and "inject interrupts" in found.risks[0]


def test_the_captured_server(data: Path) -> None:
    facts = catalogue.read(load_tree(data / "machines/emulated-server.tar.gz"))
    found = {one.device.address: one for one in answers(facts)}
    assert {address for address, one in found.items() if one.possible is Possible.YES} == {
        "0000:01:00.1",
        "0000:01:00.2",
    }
    assert found["0000:01:00.0"].obstacles[0].why == words.active_functions(2)
    sata = found["0000:00:1f.2"]
    assert "0000:00:1f.0 (ISA bridge, lpc_ich)" in sata.obstacles[0].why
    behind_switch = found["0000:04:00.0"]
    assert [port.missing_acs for port in behind_switch.device.ports] == [("SV", "RR", "CR", "UF"), (), ()]
    assert behind_switch.device.vectors == 10 and behind_switch.device.resets == "flr pm bus"
    text = "\n".join(lines(found.values()))
    assert text.count("pcie_acs_override") == 1  # what would change things is said once


def test_a_bridge_is_known_by_its_name_too() -> None:
    facts = machine(("pci.class", PORT, None), ("pci.class_name", PORT, "PCI bridge"), ("pci.iommu_group", NIC, "17"))
    assert answer(facts, PORT).obstacles[0].why == words.BRIDGE
    assert answer(facts, NIC).possible is Possible.YES


def test_what_rests_on_a_nic_known_by_name_is_unknown_too() -> None:
    facts = machine(
        ("pci.class", NIC, None),
        ("pci.class_name", NIC, "Ethernet controller"),
        ("pci.is_network", NIC, True),
        ("nic.has_default_route", "eth0", None),
    )
    assert answer(facts, NIC).possible is Possible.UNKNOWN


def test_a_mate_whose_driver_was_not_read_is_not_said_to_have_none() -> None:
    facts = machine(("pci.iommu_group", NVME, "20"), ("pci.driver", NVME, None))
    assert answer(facts, NIC).risks == (
        f"shares IOMMU group 20 with {NVME} (unknown class, driver unknown): nothing keeps them apart",
    )


def test_lists_that_contradict_each_other_give_no_mates() -> None:
    """As where one text holds the groups of two machines: the later list counts, and the first one's functions still
    name a group that has no such member."""
    facts = machine(("iommu_group.members", "20", "0000:90:00.0"), ("pci.iommu_group", "0000:90:00.0", "20"))
    found = answer(facts, NIC)
    assert (found.possible, found.unknown, found.device.mates) == (Possible.UNKNOWN, (words.DISPUTED,), ())
    assert answer(facts, "0000:90:00.0").device.mates == ()
