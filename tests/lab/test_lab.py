"""Real passthrough on an emulated two-socket server: booted once, every step done inside, judged out here."""

from pathlib import Path
from typing import Any

import pytest

from perfadvisor.analyse.results.cells import cells
from perfadvisor.bundle import load
from perfadvisor.facts import catalogue
from perfadvisor.model.fact import FactTable
from perfadvisor.model.result import TrialState, Trust
from perfadvisor.saved.saved import load_snapshot
from perfadvisor.tools.dmabench_parse import parse
from tests.lab.server import NIC, PLAIN_NVME, SRIOV_NVME

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1600)]


def facts_of(archive: Path) -> FactTable:
    return catalogue.read(load_snapshot(archive).tree)


def test_facts_say_what_was_configured(lab: Any) -> None:
    nic = lab.saw("configured")["nic"]
    facts = facts_of(lab.folder / "configured.tar.gz")
    assert facts.value("numa.node_count") == 2
    assert [facts.value("node.cpu_list", node) for node in "01"] == ["0-1", "2-3"]
    assert [facts.value("node.distances", node) for node in "01"] == ["10 31", "31 10"]
    assert 5 << 30 < facts.value("node.memory_total_bytes", "0") < 6 << 30
    assert facts.value("pci.class", PLAIN_NVME) == "0x010802"
    assert facts.value("pci.numa_node", PLAIN_NVME) == 1
    assert facts.value("pci.sriov_total_vfs", SRIOV_NVME) == 4
    assert facts.value("pci.driver", NIC) == "e1000e"
    assert facts.value("nic.rx_usecs", nic) == 50
    assert facts.value("node_hugepages.total", "0/2048kB") + facts.value("node_hugepages.total", "1/2048kB") == 320
    assert facts.value("node_hugepages.total", "0/1048576kB") == 1
    assert facts.value("iommu.present") is True
    assert facts.value("iommu.interrupt_remapping") is True
    assert facts.value("iommu.default_domain") == "DMA"


def test_what_is_in_use_is_refused(lab: Any) -> None:
    said = lab.saw("refused")
    assert "mounted on /mnt" in said["mounted"]
    assert "open in process" in said["opened"]
    assert "a group changes hands as a whole" in said["neighbours"]
    assert said["driver"] == "nvme"


def test_a_virtual_function_comes_and_goes(lab: Any) -> None:
    said = lab.saw("virtual_function")
    facts = facts_of(lab.folder / "virtual.tar.gz")
    assert facts.value("pci.is_vf", said["made"]) is True
    assert facts.value("pci.physical_function", said["made"]) == SRIOV_NVME
    assert facts.value("pci.iommu_group", said["made"]) != facts.value("pci.iommu_group", SRIOV_NVME)
    assert facts.value("pci.sriov_num_vfs", SRIOV_NVME) == 1
    assert said["after"] == "0"


LENT = {"driver": "vfio-pci", "override": "vfio-pci", "functions": "1", "autoprobe": "0"}


def test_restore_after_sigkill_gives_everything_back(lab: Any) -> None:
    said = lab.saw("killed")
    assert said["before"] == {"driver": "nvme", "override": "(null)", "functions": "0", "huge": "320", "autoprobe": "1"}
    for state in (said["during"], said["left"]):
        assert state | LENT == state
        assert int(state["huge"]) >= 400
    assert said["guardians"] >= 1
    assert said["restored"] == said["before"]
    assert (said["exit"], said["again"]) == (0, 0)


def test_the_guardian_gives_everything_back(lab: Any) -> None:
    said = lab.saw("guarded")
    assert said["during"] | LENT == said["during"]
    assert said["after"] == said["before"]


def test_identity_against_translated(lab: Any) -> None:
    said = lab.saw("domain_type")
    before, during = facts_of(lab.folder / "configured.tar.gz"), facts_of(lab.folder / "identity.tar.gz")
    assert before.value("iommu_group.type", said["group"]) == said["was"] == said["after"] == "DMA"
    assert during.value("iommu_group.type", said["group"]) == "identity"


def test_mapping_large_pages_costs_less(lab: Any) -> None:
    """Only this order is asserted: the figures are an emulator's."""
    said = lab.saw("mapping")
    samples = {one.metric: one.value for one in parse(said["figures"].encode()).samples}
    print(said["figures"], said["giant"])
    assert samples["map.2m.64"] < samples["map.4k.64"]
    assert samples["map.thp.64"] > 0
    assert parse(said["giant"].encode()).samples, said["giant"]
    assert said["during"] == "vfio-pci"
    assert said["after"] == ""


def test_a_device_moves_bytes_through_the_iommu(lab: Any) -> None:
    output = parse(lab.saw("mapping")["edu"].encode())
    assert not output.error, output
    assert output.samples


def test_a_disk_that_is_pulled_out_fails_its_trials_and_the_run_goes_on(lab: Any) -> None:
    said = lab.saw("pulled")
    assert said["exit"] == 0
    run = load(lab.folder / "pulled")
    assert run.state == "complete"
    states = [one.state for one in run.results]
    assert states[:2] == [TrialState.DONE] * 2
    assert TrialState.FAILED in states[2:] or TrialState.NOT_MEASURED in states[2:]
    assert states[-1] is TrialState.DONE, "it came back while the run went on"
    lost = [one for one in run.results if one.state is not TrialState.DONE]
    assert all(one.reason for one in lost)
    print([one.reason for one in lost])
    assert any("during trial" in one.reason for one in lost), "the device is named, not the tool's error alone"
    made = cells(run)[0]
    assert made.trust is not Trust.VALID, "trials that failed count"
    assert any(f"{len(lost)} of {len(run.results)} trials gave no result" in doubt.evidence for doubt in made.doubts)
