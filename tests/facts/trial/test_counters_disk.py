"""What a disk moved during a trial, also behind NVMe multipath."""

import pytest

from perfadvisor.facts.trial.counters_path import deltas
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Tree

WAY = " 259 0 nvme0c0n1 {reads} 0 {sectors} 274 128 0 131072 134 0 {busy} 409 0 0 0 0 0 0\n"
OTHER_WAY = " 259 3 nvme0c1n1 0 0 {sectors} 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
STRANGER = " 259 4 nvme0c0n12 0 0 {sectors} 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
IDLE = " 259 1 nvme0n1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
COUNTING = " 259 1 nvme0n1 {reads} 0 {sectors} 1 0 0 0 0 0 {busy} 0 0 0 0 0 0 0\n"


def moved(text: str, **rise: int) -> dict[str, float | None]:
    before, after = (
        Tree({"/proc/diskstats": text.format(reads=9 * r, sectors=1000 + r * rise["sectors"], busy=r * 500).encode()})
        for r in (0, 1)
    )
    return dict(deltas(before, after, 2.0, IoPath(block="nvme0n1"), Tree({})))


@pytest.mark.parametrize(
    ("text", "read_bytes"),
    [
        (WAY + IDLE, 80 * 512),  # as Linux 6.1 counted in the emulated server
        (WAY + OTHER_WAY + IDLE, 2 * 80 * 512),
        (WAY + COUNTING, 80 * 512),  # newer kernels count in both places: once is enough
        (COUNTING, 80 * 512),
        (STRANGER + IDLE, 0.0),
    ],
)
def test_the_hidden_ways_count_for_a_disk_that_does_not(text: str, read_bytes: float) -> None:
    found = moved(text, sectors=80)
    assert found["path.block.read_bytes"] == read_bytes
    if text.startswith(WAY):
        assert found["path.block.busy_share"] == 0.25
