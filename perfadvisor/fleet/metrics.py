"""A fleet as OpenMetrics text, for Prometheus' textfile collector: findings, results and drift of each host."""

from collections import Counter
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.openmetrics.exposition import generate_latest

from perfadvisor.fleet.baselines import Baseline, drifted
from perfadvisor.fleet.kept import time_of
from perfadvisor.model.fleet import HostRecord
from perfadvisor.model.result import Trust
from perfadvisor.plaintext import visible_line

RESULT = ("host", "workload", "environment", "metric", "unit")


def fleet_metrics(records: Iterable[HostRecord], baseline: Baseline) -> str:
    """The text. A host that could not be judged has no findings, which is not the same as zero."""
    registry = CollectorRegistry()
    judged = Gauge("perfadvisor_fleet_judged", "1 where the host could be judged", ("host",), registry=registry)
    read = Gauge("perfadvisor_fleet_read_timestamp_seconds", "When it was read", ("host",), registry=registry)
    findings = Gauge("perfadvisor_fleet_findings", "Rules that fire", ("host", "severity"), registry=registry)
    results = Gauge("perfadvisor_fleet_result", "Median of sound results", RESULT, registry=registry)
    drift = Gauge("perfadvisor_fleet_drifted_settings", "Settings off the baseline", ("host",), registry=registry)
    for record in records:
        host = visible_line(record.host)
        judged.labels(host).set(not record.error)
        if record.error:
            continue
        read.labels(host).set(time_of(record))
        for severity, count in Counter(one.severity for one in record.findings).items():
            findings.labels(host, severity).set(count)
        for cell in record.cells:
            if cell.better and Trust(cell.trust).sound:
                labels = (cell.workload, cell.environment, cell.metric, cell.unit)
                results.labels(host, *map(visible_line, labels)).set(cell.median)
        if baseline:
            drift.labels(host).set(sum(1 for _ in drifted([record], baseline)))
    text: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return text.decode()
