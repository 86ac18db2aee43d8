"""A workload with other parameters has a name of its own; other times leave it its name."""

import pytest

from perfadvisor.errors import InputError
from perfadvisor.expand import expand
from perfadvisor.model.workload import Workload
from perfadvisor.varying import Changes, base_of, changed, changes_of, varied

READ = Workload(
    id="storage/r",
    title="R",
    device="storage",
    tool="fio",
    metrics=("read.iops",),
    parameters={"rw": "randread", "iodepth": 1},
)
FLOW = Workload(id="network/t", title="T", device="network", tool="iperf3", metrics=("bits_per_s",), parameters={})


def test_the_name_tells_what_was_changed_in_one_order() -> None:
    found = varied(READ, {"iodepth": 8, "hipri": True})
    assert found.id == varied(READ, {"hipri": True, "iodepth": 8}).id == "storage/r+hipri=true+iodepth=8"
    assert (base_of(found.id), changes_of(found.id)) == ("storage/r", {"hipri": "true", "iodepth": "8"})
    assert found.parameters == {"rw": "randread", "iodepth": 8, "hipri": True}
    assert found.title == "R, with hipri=true, iodepth=8"


def test_a_second_change_takes_its_place_in_the_name() -> None:
    assert varied(varied(READ, {"iodepth": 8}), {"iodepth": 4, "fsync": 1}).id == "storage/r+fsync=1+iodepth=4"


def test_what_a_workload_has_already_is_no_change() -> None:
    assert varied(READ, {"iodepth": 1}) is READ
    assert varied(READ, {}) is READ


def test_nodes_stand_before_the_changes() -> None:
    near = varied(Workload(**{**_fields(READ), "parameters": {"cpu_node": "{node}"}}), {"iodepth": 2})
    assert [one.id for one in expand([near])] == ["storage/r-node0+iodepth=2"]


def _fields(workload: Workload) -> dict[str, object]:
    return {name: getattr(workload, name) for name in ("id", "title", "device", "tool", "metrics", "parameters")}


def test_sizes_and_fio_options_reach_storage_alone() -> None:
    disk, flow = changed((READ, FLOW), Changes(size_bytes=1 << 32, fio={"hipri": True}))
    assert disk.parameters["size_bytes"] == 1 << 32
    assert disk.title == "R, with hipri=true, size 4 GiB"
    assert flow is not disk and flow == FLOW


def test_options_of_each_tool_reach_its_own_workloads() -> None:
    disk, flow = changed((READ, FLOW), Changes(fio={"fsync": 1}, iperf3={"congestion_control": "bbr"}))
    assert (disk.id, flow.id) == ("storage/r+fsync=1", "network/t+congestion_control=bbr")


def test_times_change_every_workload_and_no_name() -> None:
    found = changed((READ, FLOW), Changes(runtime_s=60.0, warmup_s=0.0))
    assert [(one.id, one.runtime_s, one.warmup_s) for one in found] == [("storage/r", 60, 0), ("network/t", 60, 0)]


@pytest.mark.parametrize(
    "changes", [Changes(size_bytes=1 << 30), Changes(fio={"hipri": True}), Changes(iperf3={"streams": 2})]
)
def test_what_no_workload_can_take_is_refused(changes: Changes) -> None:
    with pytest.raises(InputError, match="none of these workloads measures"):
        changed((READ,) if changes.iperf3 else (FLOW,), changes)


def test_a_size_below_a_block_is_refused() -> None:
    with pytest.raises(InputError, match="--size should be between 4096 and"):
        changed((READ,), Changes(size_bytes=100))
