"""Inputs made anew after threads in public issue trackers, with what their people found beside them: what is said of
each, and what must not be. The threads are named in docs/results/threads.md."""

from pathlib import Path

import pytest

from perfadvisor.judge import judge
from perfadvisor.model.rule import Outcome

DATA = Path(__file__).resolve().parents[1] / "data" / "threads"

# file -> rules that must be among the findings; nothing else of medium severity or above may be there, but for MORE
SAYS = {
    "qemu-emulated.txt": {"vm-emulated-disk", "vm-nic-emulated-model"},
    "iostat-frozen.txt": set(),
    "virtio-ring.txt": set(),
    "pi-ssd.txt": {"pcie-link-below-device"},
    "gpu-at-rest.txt": set(),
    "dmesg-limited.txt": {"pcie-bandwidth-limited-in-log"},
    "accelerator-x8.txt": set(),
    "numastat-qemu.txt": {"numa-process-memory-spread"},
    "one-cpu.txt": {"irq-one-cpu-since-boot"},
    "lspci-tree.txt": set(),
}
MORE = {"qemu-emulated.txt": {"vm-disk-in-main-loop", "vm-disk-aio-threads"}}


@pytest.mark.parametrize("name", SAYS)
def test_what_is_said_of_a_thread(name: str) -> None:
    view = judge(DATA / name)
    fired = {one.rule.id for one in view.findings if one.outcome is Outcome.FIRES}
    assert SAYS[name] <= fired
    assert fired - SAYS[name] - MORE.get(name, set()) == set()
