"""One disk, three ways to it: host, guest with virtio, guest that has the disk. The guests run inside the emulated
server, which is booted once for all tests here."""

from typing import Any

import pytest
from click.testing import CliRunner

from perfadvisor.bundle import load
from perfadvisor.cli import group
from perfadvisor.judge import judge_run
from perfadvisor.model.result import TrialState
from perfadvisor.model.rule import Outcome
from perfadvisor.packs.rules import load_rules
from tests.lab.server import PLAIN_NVME

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1600)]


@pytest.fixture(scope="session")
def lab(guests: Any) -> Any:
    """The boot with guests."""
    return guests


def test_host_virtio_guest_and_passthrough_guest_on_one_disk(lab: Any) -> None:
    """One run, and the disk is back on its driver at the end."""
    said = lab.saw("mission")
    assert (said["exit"], said["driver"]) == (0, "nvme")
    assert said["disk"]
    run = load(lab.folder / "mission")
    done, specs = run.results, said["environments"]
    assert all(one.state is TrialState.DONE for one in done), [one.reason for one in done]
    assert [environment.spec.text for environment in run.environments] == specs
    assert [sum(one.trial.environment == spec for one in done) for spec in specs] == [2, 2, 2]
    passed = [one for one in done if one.trial.environment == specs[2]]
    assert all(one.path.pci and one.path.block.startswith("nvme") for one in passed)
    assert all(one.deltas["path.irq.count"] > 0 for one in passed), "the guest counts the disk's own MSI-X interrupts"
    virtio = [one for one in done if one.trial.environment == specs[1]]
    assert all(one.path.block.startswith("vd") for one in virtio)


def test_the_report_holds_all_three(lab: Any) -> None:
    lab.saw("mission")
    page = lab.folder / "report.html"
    made = CliRunner().invoke(group, ["report", str(lab.folder / "mission"), "-o", str(page)])
    assert made.exit_code == 0, made.output
    text = page.read_text()
    assert all(name in text for name in lab.saw("mission")["environments"])
    assert "proves the path, not the speed" in text, "of the guests"
    assert "this machine is emulated" in text


def test_the_run_can_be_put_beside_itself(lab: Any) -> None:
    lab.saw("mission")
    made = CliRunner().invoke(group, ["compare", str(lab.folder / "mission"), str(lab.folder / "mission")])
    assert made.exit_code == 0, made.output


def test_host_and_guests_meet_in_one_view(lab: Any) -> None:
    """What was plugged in after the boot is in the host's reading, and each guest knows which of it is its own."""
    _, virtio, passed = lab.saw("mission")["environments"]
    view = judge_run(load(lab.folder / "mission"), load_rules(), source="mission")
    host, one, other = (view.facts[name] for name in ("local", virtio, passed))
    assert set(host.subjects("vm")) == {virtio, passed}
    assert host.value("vm_disk.source_device", f"{virtio}/disk") == lab.saw("mission")["disk"].removeprefix("/dev/")
    assert (one.value("environment.domain"), other.value("environment.domain")) == (virtio, passed)
    assert set(one.of("block.vm_disk").values()) == {f"{virtio}/disk"}
    assert set(other.of("pci.host_address").values()) == {PLAIN_NVME}
    device = f"{passed}/{PLAIN_NVME}"
    assert host.value("vm_hostdev.on_guest_node", device) is True, "nothing keeps the guest away from it"
    assert host.value("vm_hostdev.guest_interrupts_per_s", device) > 0
    assert host.value("vm_hostdev.host_interrupts_per_s", device) > 0, "nothing posts interrupts in here"
    assert host.value("vm.iothread_busy_share", virtio) > 0


def test_rules_on_guests_apply_to_the_run(lab: Any) -> None:
    lab.saw("mission")
    view = judge_run(load(lab.folder / "mission"), load_rules(), source="mission")
    asked = {one.rule.id for one in view.findings if one.outcome is not Outcome.NOT_APPLICABLE}
    of_guests = {one for one in asked if one.startswith(("passthrough-", "vm-"))}
    print(len(asked), "rules apply, of them about guests:", sorted(of_guests))
    assert {"numa-vm-device-remote", "passthrough-vfio-small-pages", "passthrough-balloon"} <= asked
    assert {"vm-disk-cache-mode", "vm-disk-aio-threads", "vm-disk-in-main-loop", "vm-vcpu-not-pinned"} <= asked
