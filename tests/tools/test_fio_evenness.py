"""How even a job ran, what held it back on purpose, and latencies that nobody took."""

import json

import pytest

from perfadvisor.tools.fio_parse import parse


def direction(**more):
    return {"io_bytes": 40960, "bw_bytes": 4096, "iops": 1.0, "runtime": 10000, "total_ios": 10, **more}


def latency(**more):
    return {"min": 400, "max": 1100, "mean": 1000.0, "stddev": 1.0, "N": 10, **more}


def details(*ways, options=None):
    jobs = [{"jobname": "a", "groupid": 0, "error": 0, "job options": options or {}, "read": way} for way in ways]
    return parse(json.dumps({"fio version": "fio-3.33", "jobs": jobs}).encode()).details


def test_a_latency_that_was_not_taken_is_absent(data):
    """A real fio with gtod_reduce=1: it prints 0 for every latency, with N 0."""
    output = parse((data / "fio" / "gtod-reduce.json").read_bytes())
    assert {sample.metric for sample in output.samples} == {"read.iops", "read.bytes_per_s"}
    assert output.details["latency_off"] == "gtod_reduce=1"
    assert output.details["depth_reached_share"] > 0.99
    assert "latency_min_ns" not in output.details


def test_before_version_3_only_the_largest_value_tells():
    zero, taken = {"min": 0, "max": 0, "mean": 0.0, "stddev": 0.0}, {"min": 0, "max": 9, "mean": 0.4, "stddev": 0.1}
    document = {"fio version": "fio-2.2.10", "jobs": [{"jobname": "a", "read": direction(lat=zero, clat=taken)}]}
    found = parse(json.dumps(document).encode()).samples
    assert {sample.metric for sample in found if "lat" in sample.metric} == {"read.clat_mean"}


@pytest.mark.parametrize("option", ["gtod_reduce", "disable_lat", "disable_clat"])
def test_the_option_that_took_the_latency_away_is_named(option):
    assert details(direction(), options={option: "1"})["latency_off"] == f"{option}=1"
    assert "latency_off" not in details(direction(), options={option: "0"})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"rate_iops": "100"}, "rate_iops=100"),
        ({"rate": "1m,0"}, "rate=1m,0"),
        ({"thinktime": "5", "rate_iops": "0"}, "thinktime=5"),
        ({"rate": "0,0", "thinktime": "0"}, None),
    ],
)
def test_an_own_limit_is_named(options, said):
    assert details(direction(), options=options).get("rate_options") == said


def test_the_variation_of_the_rate_is_its_deviation_over_its_mean():
    even = direction(iops_mean=3000.0, iops_stddev=3.0, iops_samples=20)
    uneven = direction(iops_mean=3000.0, iops_stddev=300.0, iops_samples=20)
    assert details(even)["rate_variation"] == pytest.approx(0.001)
    assert details(even, uneven)["rate_variation"] == pytest.approx(0.1)
    assert "rate_variation" not in details(direction(iops_mean=3000.0, iops_stddev=3.0, iops_samples=9))
    assert "rate_variation" not in details(even, direction())


def test_old_versions_sample_the_bandwidth_alone():
    assert details(direction(bw_mean=100.0, bw_dev=2.0))["rate_variation"] == pytest.approx(0.02)


def test_of_several_jobs_the_widest_span_counts():
    flat = direction(lat_ns=latency(percentile={"5.000000": 990, "95.000000": 1010}))
    wide = direction(lat_ns=latency(min=10, percentile={"5.000000": 500, "95.000000": 1500}))
    found = details(flat, wide)
    assert (found["latency_p5_ns"], found["latency_p95_ns"], found["latency_min_ns"]) == (500.0, 1500.0, 10.0)
    assert "latency_p5_ns" not in details(flat, direction())


def test_bins_tell_percentiles_that_were_not_printed():
    bins = {"100": 1, "200": 18, "300": 1}
    found = details(direction(lat_ns=latency(bins=bins)))
    assert (found["latency_p5_ns"], found["latency_p95_ns"]) == (100.0, 200.0)
