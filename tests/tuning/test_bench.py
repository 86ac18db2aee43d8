"""What a fix is measured with, and why a workload says nothing about it."""

from collections.abc import Mapping
from types import SimpleNamespace

import pytest

from perfadvisor.model.result import IoPath
from perfadvisor.tuning import bench
from perfadvisor.tuning.model import PlannedFix, WantedGroup


class Workloads:
    """A bench whose workloads cross sda and eth0."""

    workloads: Mapping[str, tuple[SimpleNamespace, ...]] = {
        name: (SimpleNamespace(id=name, metrics=("iops",)),) for name in ("storage/a", "network/a")
    }

    def path(self, name: str, spec: str) -> IoPath:
        return IoPath(block="sda", nic="eth0")

    def refusal(self, name: str, spec: str) -> str:
        return ""


@pytest.mark.parametrize(
    ("setting", "subject", "refusal"),
    [
        ("block.scheduler", "sda", ""),
        ("block.scheduler", "sdb", "its workload crosses sda, not sdb; use --dir DIRECTORY on that disk"),
        ("nic.xps_cpus", "eth0/queues/tx-0", ""),
        ("nic.mtu", "eth1", "its workload crosses eth0, not eth1; use --peer ssh:HOST behind that interface"),
        ("guest.definition", "db/iothreads", "it acts in the guest, where this workload does not run"),
        ("container.cpuset", "a1", "it acts in the container, where this workload does not run"),
    ],
)
def test_a_workload_elsewhere_is_refused_with_the_reason(setting: str, subject: str, refusal: str) -> None:
    fix = PlannedFix(
        rule="r",
        title="",
        subject="",
        wanted=(WantedGroup(setting=setting, subject=subject, to={}),),
        differences=(),
        commands=(),
        undo=(),
        disturbs="none",
        workloads=("storage/a", "network/a"),
    )
    measuring = bench._of([fix], Workloads())  # type: ignore[arg-type]
    assert measuring.refusal.startswith(refusal)
    assert bool(measuring.refusal) == bool(refusal)
