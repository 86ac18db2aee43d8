"""Each tool declares the metrics it can give, and gives no other."""

from perfadvisor.tools import dmabench_parse, fio_latency, fio_parse
from perfadvisor.tools.catalogue import TOOLS
from perfadvisor.tools.fio_parameters import METRICS


def test_every_percentile_that_is_shown_is_declared() -> None:
    names = {fio_parse.percentile_name(at) for at in fio_latency.SHOWN}
    assert names == {metric.removeprefix("read.lat_") for metric in METRICS if metric.startswith("read.lat_p")}


def test_dmabench_s_costs_and_rates_are_declared() -> None:
    rates = {f"{kernel}.bytes_per_s" for kernel in dmabench_parse.BANDWIDTHS}
    assert rates | set(dmabench_parse.COSTS) < set(TOOLS["dmabench"].METRICS)
