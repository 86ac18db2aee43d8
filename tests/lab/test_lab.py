"""Real passthrough on an emulated two-socket server: booted once, every step done inside, judged out here."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from perfadvisor.bundle import load
from perfadvisor.cli import group
from perfadvisor.dmabench import build
from perfadvisor.errors import MeasureError
from perfadvisor.facts import catalogue
from perfadvisor.model.fact import FactTable
from perfadvisor.model.result import TrialState
from perfadvisor.targets import vm_kernel
from perfadvisor.targets.saved import load_snapshot
from perfadvisor.tools.dmabench_parse import parse
from tests.lab.server import NIC, PLAIN_NVME, SRIOV_NVME, Server

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1800)]
STEPS = "configured refused virtual_function killed guarded domain_type mapping mission mission_virtual"
RUN_S = 1700.0  # bounds a hang; 15 minutes where two cores are free

Results = Mapping[str, Any]


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory that the server left behind, with results.json in it."""
    for program in ("qemu-system-x86_64", "mke2fs", "fio"):
        if shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin") is None:
            pytest.skip(f"{program} is not installed")
    try:
        vm_kernel.vng(), vm_kernel.choose()
    except MeasureError as error:
        pytest.skip(f"the lab cannot boot: {error.message}")
    if os.geteuid() != 0:
        pytest.skip("inside the lab everything belongs to whoever starts it: needs root")
    build.program()  # the compiler would take minutes in there
    folder = tmp_path_factory.mktemp("lab")
    ran = Server(directory=folder).run(f"python -m tests.lab.inside {STEPS}", RUN_S)
    assert ran.returncode == 0, ran.output
    return folder


@pytest.fixture(scope="session")
def seen(lab: Path) -> Results:
    """What every step saw."""
    return json.loads((lab / "results.json").read_text())


def of(seen: Results, step: str) -> dict[str, Any]:
    """A step's own report; the test fails with the step's traceback where it has none."""
    assert "failed" not in seen[step], seen[step]["failed"]
    return seen[step]


def facts_of(archive: Path) -> FactTable:
    return catalogue.read(load_snapshot(archive).tree)


def test_facts_say_what_was_configured(lab: Path, seen: Results) -> None:
    nic = of(seen, "configured")["nic"]
    facts = facts_of(lab / "configured.tar.gz")
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


def test_what_is_in_use_is_refused(seen: Results) -> None:
    said = of(seen, "refused")
    assert "mounted on /mnt" in said["mounted"]
    assert "open in process" in said["opened"]
    assert "a group changes hands as a whole" in said["neighbours"]
    assert said["driver"] == "nvme"


def test_a_virtual_function_comes_and_goes(lab: Path, seen: Results) -> None:
    said = of(seen, "virtual_function")
    facts = facts_of(lab / "virtual.tar.gz")
    assert facts.value("pci.is_vf", said["made"]) is True
    assert facts.value("pci.physical_function", said["made"]) == SRIOV_NVME
    assert facts.value("pci.iommu_group", said["made"]) != facts.value("pci.iommu_group", SRIOV_NVME)
    assert facts.value("pci.sriov_num_vfs", SRIOV_NVME) == 1
    assert said["after"] == "0"


LENT = {"driver": "vfio-pci", "override": "vfio-pci", "functions": "1", "autoprobe": "0"}


def test_restore_after_sigkill_gives_everything_back(seen: Results) -> None:
    said = of(seen, "killed")
    assert said["before"] == {"driver": "nvme", "override": "(null)", "functions": "0", "huge": "320", "autoprobe": "1"}
    for state in (said["during"], said["left"]):
        assert state | LENT == state
        assert int(state["huge"]) >= 400
    assert said["guardians"] >= 1
    assert said["restored"] == said["before"]
    assert (said["exit"], said["again"]) == (0, 0)


def test_the_guardian_gives_everything_back(seen: Results) -> None:
    said = of(seen, "guarded")
    assert said["during"] | LENT == said["during"]
    assert said["after"] == said["before"]


def test_identity_against_translated(lab: Path, seen: Results) -> None:
    said = of(seen, "domain_type")
    before, during = facts_of(lab / "configured.tar.gz"), facts_of(lab / "identity.tar.gz")
    assert before.value("iommu_group.type", said["group"]) == said["was"] == said["after"] == "DMA"
    assert during.value("iommu_group.type", said["group"]) == "identity"


def test_mapping_large_pages_costs_less(seen: Results) -> None:
    """Only this order is asserted: the figures are an emulator's."""
    said = of(seen, "mapping")
    samples = {one.metric: one.value for one in parse(said["figures"].encode()).samples}
    print(said["figures"], said["giant"])
    assert samples["map.2m.64"] < samples["map.4k.64"]
    assert samples["map.thp.64"] > 0
    assert parse(said["giant"].encode()).samples, said["giant"]
    assert said["during"] == "vfio-pci"
    assert said["after"] == ""


def test_a_device_moves_bytes_through_the_iommu(seen: Results) -> None:
    output = parse(of(seen, "mapping")["edu"].encode())
    assert not output.error, output
    assert output.samples


def test_a_virtual_function_goes_into_a_guest(lab: Path, seen: Results) -> None:
    said = of(seen, "mission_virtual")
    assert (said["exit"], said["functions"], said["driver"]) == (0, "0", "nvme")
    run = load(lab / "virtual")
    assert [one.state for one in run.results] == [TrialState.DONE] * 2, [one.reason for one in run.results]


def test_the_mission(lab: Path, seen: Results) -> None:
    """Host, guest with virtio, guest with the disk itself: one run, and the disk is back on its driver at the end."""
    said = of(seen, "mission")
    assert said["exit"] == 0
    assert said["driver"] == "nvme"
    assert said["disk"]
    run = load(lab / "mission")
    assert [environment.spec for environment in run.environments] == said["environments"]
    done = [one for one in run.results if one.state is TrialState.DONE]
    counts = {name: sum(one.trial.environment == name for one in done) for name in said["environments"]}
    assert counts == dict.fromkeys(said["environments"], 4), [one.reason for one in run.results]
    page = lab / "report.html"
    assert CliRunner().invoke(group, ["report", str(lab / "mission"), "-o", str(page)]).exit_code == 0
    assert all(name in page.read_text() for name in said["environments"])
    passed = [one for one in done if one.trial.environment == said["environments"][2]]
    assert all(one.path.pci for one in passed)
    assert all(one.deltas["path.irq.count"] > 0 for one in passed), "the guest counts the disk's own MSI-X interrupts"
