"""What a sweep goes over, in a user's words."""

import pytest

from perfadvisor.errors import InputError
from perfadvisor.model.workload import Workload
from perfadvisor.sweeping import Sweep, read_sweep, read_target

READ = Workload(
    id="storage/r",
    title="R",
    device="storage",
    tool="fio",
    metrics=("read.iops",),
    parameters={"rw": "randread", "iodepth": 4},
)
FLOW = Workload(id="network/t", title="T", device="network", tool="iperf3", metrics=("bits_per_s",), parameters={})


@pytest.mark.parametrize(
    ("text", "parameter", "values"),
    [
        ("queue_depth=1..16", "iodepth", (1, 2, 4, 8, 16)),
        ("iodepth=1..10", "iodepth", (1, 2, 4, 8, 10)),
        ("depth=8,1,2", "iodepth", (1, 2, 8)),
        ("block_size=4k..16k,1m", "block_size_bytes", (4096, 8192, 16384, 1 << 20)),
        ("jobs=1,2", "numjobs", (1, 2)),
    ],
)
def test_read_sweep(text: str, parameter: str, values: tuple[int, ...]) -> None:
    assert read_sweep(text, READ) == Sweep(parameter=parameter, values=values)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("queue_dept=1..4", "unknown parameter `queue_dept`"),
        ("direct=1,2", "`direct` is not a number"),
        ("iodepth=0..4", "'0..4' is neither a number nor a range"),
        ("iodepth=", "'' is neither"),
        ("iodepth=4", "1 values; give from 2 to 40"),
        ("iodepth=1..100000", "between 1 and 65536"),
        ("iodepth=a..b", "neither a number nor a range"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_sweep(text, READ)
    assert said in caught.value.message and caught.value.hint


def test_each_value_is_a_workload_of_its_own_and_its_own_value_is_the_plain_one() -> None:
    found = read_sweep("iodepth=1..4", READ).of(READ)
    assert [one.id for one in found] == ["storage/r+iodepth=1", "storage/r+iodepth=2", "storage/r"]


def test_read_target() -> None:
    found = read_target("p99=500us", READ)
    assert (found.metric, found.most_ns) == ("read.lat_p99", 5e5)
    assert read_target("p999=1.5ms", READ).most_ns == 1.5e6
    for text in ("p99", "p98=1ms", "p99=500", "p99=-1us"):
        with pytest.raises(InputError, match="should be a percentile with a time"):
            read_target(text, READ)
    with pytest.raises(InputError, match="tells no latency percentiles"):
        read_target("p99=1ms", FLOW)
