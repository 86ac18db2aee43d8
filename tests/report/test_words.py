"""Names as people say them."""

import pytest

from perfadvisor.report.words import metric_words


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("read.lat_p999", "read latency p99.9"),
        ("read.lat_p995", "read latency p99.5"),
        ("round_trip.lat_p50", "round trip latency p50"),
        ("round_trip.iops", "round trip operations"),
        ("reverse.bits_per_s", "reverse throughput"),
        ("chase", "latency of one load"),
        ("something_new", "something new"),
    ],
)
def test_metrics(metric: str, words: str) -> None:
    assert metric_words(metric) == words
