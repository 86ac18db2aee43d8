"""fio's options as typed values."""

import pytest

from perfadvisor.tools.fio_options import describe, size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4k", 4096),
        ("4K", 4096),
        ("4kb", 4096),
        ("4ki", 4000),
        ("1m", 2**20),
        ("4096", 4096),
        ("2g", 2**31),
        ("1t", 2**40),
        ("", None),
        ("k", None),
        ("4k,8k", None),
        ("9" * 30, None),
        ("٤k", None),
    ],
)
def test_sizes(text, expected):
    assert size(text) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {"rw": "read", "block_size_bytes": 4096, "iodepth": 1, "numjobs": 1, "direct": False}),
        ({"readwrite": "randrw", "blocksize": "8k"}, {"rw": "randrw", "block_size_bytes": 8192}),
        ({"direct": "1"}, {"direct": True}),
        ({"buffered": "0"}, {"direct": True}),
        ({"iodepth": "ten", "numjobs": "-1"}, {"iodepth": 1, "numjobs": 1}),
        ({"numa_mem_policy": "bind:1", "numa_cpu_nodes": "0"}, {"memory_node": 1, "cpu_node": 0}),
        ({"iomem": "mmaphuge", "hugepage-size": "1g"}, {"page_size_bytes": 2**30}),
        ({"mem": "mmaphuge:/dev/hugepages/x"}, {"page_size_bytes": 2**21}),
        ({"fixedbufs": "1"}, {"fixed_buffers": True}),
    ],
)
def test_described(options, expected):
    found = describe(options)
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("options", "absent"),
    [
        ({"bs": "4k,8k"}, "block_size_bytes"),
        ({"bssplit": "4k/50:8k/50"}, "block_size_bytes"),
        ({"ioengine": "net"}, "direct"),
        ({"numa_mem_policy": "interleave:0-1"}, "memory_node"),
        ({"mem": "malloc"}, "page_size_bytes"),
        ({}, "engine"),
    ],
)
def test_what_is_not_said_is_absent(options, absent):
    assert absent not in describe(options)
