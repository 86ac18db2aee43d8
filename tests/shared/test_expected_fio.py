"""fio output of real machines: every number of it, in one set of units."""

import pytest

from perfadvisor.model.fact import FactTable
from perfadvisor.tools.facts_of_output import facts, recognise

pytestmark = pytest.mark.shared

EXPECTATIONS = ("fio__*", "generated_here__fio*")


def codes(reading, keys, expected):
    return [int(code) for code in reading.value("fio.error_codes").split(",") if code]


def option(reading, keys, expected):
    return reading.value("fio_option.value", "/".join(keys))


def global_option(reading, keys, expected):
    return reading.value("fio_option.value", f"global/{keys[0]}")


def latency(name):
    return f"fio_latency.{name}", "{0}/{1}/{2}"


def percent(value):
    return value * 100


LEAVES = (
    ("bom", "fio.bom"),
    ("json_documents", "fio.json_documents"),
    ("text_before_json", "fio.text_before_json"),
    ("text_after_json", "fio.text_after_json"),
    ("text_head", "fio.text_head"),
    ("text_error_codes", codes),
    ("has_json", "fio.has_json"),
    ("use_document", "fio.used_document"),
    ("fio_version", "fio.version"),
    ("job_entries", "fio.job_entries"),
    ("terse_fields", "fio.terse_fields"),
    ("interrupted", "fio.interrupted"),
    ("failed", "fio.failed"),
    ("global_options/*", global_option),
    ("jobs/*/jobname", "fio_job.name", "{0}"),
    ("jobs/*/error", "fio_job.error", "{0}"),
    ("jobs/*/groupid", "fio_job.group", "{0}"),
    ("jobs/*/options/*", option),
    ("jobs/*/*/iops", "fio_direction.iops", "{0}/{1}"),
    ("jobs/*/*/total_ios", "fio_direction.total_ios", "{0}/{1}"),
    ("jobs/*/*/runtime_ms", "fio_direction.runtime", "{0}/{1}"),
    ("jobs/*/*/bw_bytes_per_s", "fio_direction.bytes_per_s", "{0}/{1}"),
    ("jobs/*/*/io_bytes_unit", "fio_direction.io_bytes_unit", "{0}/{1}"),
    ("jobs/*/*/*/mean_ns", *latency("mean")),
    ("jobs/*/*/*/max_ns", *latency("max")),
    ("jobs/*/*/*/json_unit", *latency("json_unit")),
    ("jobs/*/*/*/bins", *latency("bins")),
    ("jobs/*/*/*/bins_samples", *latency("bins_samples")),
    ("jobs/*/*/*/p50_ns", *latency("p50")),
    ("jobs/*/*/*/p95_ns", *latency("p95")),
    ("jobs/*/*/*/p99_ns", *latency("p99")),
    ("jobs/*/*/*/p99.9_ns", *latency("p999")),
    ("jobs/*/*/*/p99.99_ns", *latency("p9999")),
    ("total_read/iops_sum", "fio_total.iops", "read"),
    ("total_write/iops_sum", "fio_total.iops", "write"),
    ("total_read/bw_bytes_per_s_sum", "fio_total.bytes_per_s", "read"),
    ("total_write/bw_bytes_per_s_sum", "fio_total.bytes_per_s", "write"),
    ("total_read/entries", "fio_total.entries", "read"),
    ("total_write/entries", "fio_total.entries", "write"),
    ("total_read/worst_p99_clat_ns", "fio_total.worst_clat_p99", "read"),
    ("total_write/worst_p99_clat_ns", "fio_total.worst_clat_p99", "write"),
    ("disk_util/*/util", "fio_disk.busy_share", "{0}", percent),
    ("disk_util/*/name", lambda reading, keys, expected: keys[0] if keys[0] in reading.subjects("fio_disk") else None),
)


def read(path):
    data = path.read_bytes()
    assert recognise(data) == "fio"
    return FactTable(facts(data, str(path)))


def test_agrees(expectation, differences):
    assert differences(expectation, read(expectation.path)) == []
