"""Where `result.*` facts come from."""

from perfadvisor.analyse.result_sources import SAMPLES


def test_total_latency_goes_before_completion_latency() -> None:
    for name, percentile in (("latency_p50_ns", "p50"), ("latency_p99_ns", "p99"), ("latency_p999_ns", "p999")):
        assert SAMPLES[name] == (
            f"read.lat_{percentile}", f"write.lat_{percentile}", f"read.clat_{percentile}", f"write.clat_{percentile}",
        )  # fmt: skip
