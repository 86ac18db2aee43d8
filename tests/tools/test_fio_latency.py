"""Latency distributions of several jobs as one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.tools import fio_latency
from perfadvisor.tools.fio_document import FioDirection, FioLatency


def way(percentiles=None, bins=None, mean=10.0, ios=100, kind="clat"):
    latency = FioLatency(
        count=ios,
        mean_ns=mean,
        min_ns=1.0,
        max_ns=99.0,
        percentiles_ns=percentiles or {},
        bins=bins or {},
        json_unit="ns",
    )
    return FioDirection(
        name="read",
        iops=1.0,
        bytes_per_s=1.0,
        io_bytes=1.0,
        io_bytes_unit="bytes",
        total_ios=ios,
        runtime_ms=1.0,
        latencies={kind: latency},
    )


def test_one_job_s_percentiles_are_its_own():
    assert fio_latency.percentiles_ns([way({50.0: 5.0, 77.0: 6.0})], "clat") == {50.0: 5.0}


def test_bins_add_up_exactly():
    both = fio_latency.percentiles_ns([way({99.0: 1.0}, {10: 98, 20: 2}), way({99.0: 1.0}, {10: 96, 30: 4})], "clat")
    assert both[50.0] == 10.0 and both[99.0] == 30.0 and both[95.0] == 10.0


def test_without_bins_the_worst_job_stands():
    both = [way({50.0: 5.0, 99.0: 9.0}), way({99.0: 7.0}, {10: 1})]
    assert fio_latency.percentiles_ns(both, "clat") == {99.0: 9.0}


def test_means_are_weighted_by_ios():
    assert fio_latency.mean_ns([way(mean=10.0, ios=300), way(mean=50.0, ios=100)], "clat") == 20.0
    assert fio_latency.mean_ns([way(mean=10.0), way(mean=None)], "clat") is None


def groups(value):
    """fio's stat.h, plat_val_to_idx and plat_idx_to_val, written out: the bin's middle and end for a latency."""
    msb = value.bit_length() - 1
    if msb <= 6:
        return value, value + 1
    bits = msb - 6
    low = (value >> bits) << bits
    return low + (1 << bits) // 2, low + (1 << bits)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**40))
def test_the_upper_edge_is_the_end_of_fio_s_bin(value):
    middle, end = groups(value)
    assert fio_latency.upper_edge(middle) == end


def test_a_histogram_has_ascending_edges():
    found = fio_latency.histogram("read.clat", [way(bins={1: 2, 129: 3}), way(bins={1: 1, 4000: 1})], "clat")
    assert found.edges_ns == (2.0, 130.0, 4000 + 16.0) and found.counts == (3, 3, 1)
    assert fio_latency.histogram("read.clat", [way()], "clat") is None


@pytest.mark.parametrize("at", [50.0, 99.0])
def test_percentiles_follow_fio_s_own_counting(at):
    # calc_clat_percentiles: the bin in which the running sum reaches at/100 of all, not the one after it
    assert (
        fio_latency.percentiles_ns([way(bins={1: 50, 2: 49, 3: 1}), way(bins={1: 50, 2: 49, 3: 1})], "clat")[at]
        == {
            50.0: 1.0,
            99.0: 2.0,
        }[at]
    )
