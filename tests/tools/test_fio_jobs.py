"""fio command lines."""

import pytest

from perfadvisor.errors import InputError
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.tools import fio
from perfadvisor.tools.context import Context

FILE = Context(file="/data/perf:advisor")


def workload(**parameters):
    return Workload(
        id="storage/a", title="A", device="storage", tool="fio", parameters=parameters, metrics=("read.iops",)
    )


def argv(context=FILE, **parameters):
    trial = Trial(
        number=1, workload="storage/a", environment="local", repeat=1, position=1, runtime_s=7.5, warmup_s=2.0
    )
    return fio.command(workload(**parameters), trial, context)


def test_a_read_of_a_file():
    found = argv(rw="randread", engine="libaio", block_size_bytes=8192, iodepth=4, numjobs=2)
    for flag in (
        "--name=storage-a",
        "--rw=randread",
        "--ioengine=libaio",
        "--bs=8192",
        "--iodepth=4",
        "--numjobs=2",
        "--direct=1",
        "--thread",
        "--readonly",
        "--allow_file_create=0",
        "--filename=/data/perf\\:advisor",
        "--size=1073741824",
        "--time_based",
        "--runtime=7500ms",
        "--ramp_time=2000ms",
        "--output-format=json+",
        "--lat_percentiles=1",
        "--clat_percentiles=0",
    ):
        assert flag in found
    assert "--group_reporting" not in found and found[0] == "fio"


def test_writes_go_into_the_laid_out_file_in_place():
    found = argv(rw="randwrite")
    assert "--overwrite=1" in found and "--readonly" not in found


def test_a_device_is_read_only_unless_writing_was_confirmed():
    device = Context(device="/dev/nvme0n1")
    found = argv(device, rw="read")
    assert "--readonly" in found and "--filename=/dev/nvme0n1" in found
    assert not any(flag.startswith("--size") for flag in found)
    for pattern in ("write", "randrw", "randwrite", "rw"):
        with pytest.raises(InputError, match="would write to /dev/nvme0n1"):
            argv(device, rw=pattern)
    assert "--overwrite=1" in argv(Context(device="/dev/sdx", writable=True), rw="write")


def test_nothing_is_laid_out_on_a_device_or_for_the_network():
    assert fio.prepare(workload(rw="read"), Context(device="/dev/nvme0n1")) is None
    assert fio.prepare(workload(engine="net"), FILE) is None


def test_the_layout_is_random_synced_and_without_holes():
    found = fio.prepare(workload(rw="read", size_bytes=2**20), FILE)
    for flag in (
        "--rw=write",
        "--refill_buffers",
        "--randrepeat=0",
        "--end_fsync=1",
        "--fallocate=none",
        "--size=1048576",
        "--filename=/data/perf\\:advisor",
    ):
        assert flag in found


def test_the_context_s_size_goes_before_the_workload_s():
    context = Context(file="/x", size_bytes=4096)
    assert "--size=4096" in argv(context, size_bytes=2**30)
    assert "--size=4096" in fio.prepare(workload(), context)


def test_buffers_on_a_node_and_page_size():
    found = argv(rw="randread", memory_node=1, cpu_node=0, page_size_bytes=2**21, fixed_buffers=True)
    for flag in ("--numa_mem_policy=bind:1", "--numa_cpu_nodes=0", "--iomem=mmaphuge", "--hugepage-size=2097152"):
        assert flag in found
    assert found.index("--fixedbufs") > found.index("--ioengine=io_uring")  # an engine's option comes after it
    assert "--iomem=mmap" in argv(page_size_bytes=4096)


def test_both_ends_of_request_and_response():
    context = Context(host="192.0.2.1", port=7777)
    client = argv(context, engine="net", block_size_bytes=64)
    server = fio.server(workload(engine="net", block_size_bytes=64), context)
    for flag in ("--ioengine=net", "--pingpong=1", "--port=7777", "--bs=64", "--nodelay=1", "--thread"):
        assert flag in client and flag in server
    assert client.index("--hostname=192.0.2.1") > client.index("--ioengine=net")
    assert "--listen" in server and not any(flag.startswith("--hostname") for flag in server)
    assert not any(flag.startswith(("--filename", "--direct")) for flag in client)
    assert fio.server(workload(rw="read"), context) is None


def test_the_null_engine_needs_no_file():
    assert not any(flag.startswith("--filename") for flag in argv(engine="null", rw="read"))


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, (0, 0)),
        ({"page_size_bytes": 4096}, (0, 0)),
        ({"page_size_bytes": 2**21, "block_size_bytes": 65536, "iodepth": 16}, (2**21, 2)),
        ({"page_size_bytes": 2**21, "block_size_bytes": 131072, "iodepth": 16}, (2**21, 2)),
        ({"page_size_bytes": 2**21, "block_size_bytes": 131072, "iodepth": 16, "numjobs": 3}, (2**21, 6)),
    ],
)
def test_huge_pages_needed(parameters, expected):
    assert fio.huge_pages(parameters) == expected
