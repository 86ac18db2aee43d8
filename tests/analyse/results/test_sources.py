"""Where `result.*` facts come from."""

from perfadvisor.analyse.results.sources import SAMPLES


def test_total_latency_goes_before_completion_latency() -> None:
    for name, percentile in (("latency_p50_ns", "p50"), ("latency_p99_ns", "p99"), ("latency_p999_ns", "p999")):
        ways = ("read", "write", "mixed", "round_trip")
        assert SAMPLES[name] == tuple(f"{way}.{kind}_{percentile}" for kind in ("lat", "clat") for way in ways)
