"""A gate's report as OpenMetrics text, for a push gateway or a file collector."""

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.openmetrics.exposition import generate_latest

from perfadvisor.model.gate import GateReport, Verdict
from perfadvisor.plaintext import visible_line

LABELS = ("workload", "metric", "unit")


def openmetrics(report: GateReport) -> str:
    """Ratio and interval of every metric, its verdict as one of four states, and the exit code."""
    registry = CollectorRegistry()
    ratio = Gauge("perfadvisor_gate_ratio", "Candidate over baseline", (*LABELS, "bound"), registry=registry)
    state = Gauge("perfadvisor_gate_verdict", "1 for the verdict reached", (*LABELS, "verdict"), registry=registry)
    code = Gauge("perfadvisor_gate_exit_code", "0 good, 1 regression, 3 undecided", registry=registry)
    code.set(report.exit_code)
    for one in report.comparisons:
        labels = tuple(map(visible_line, (one.workload, one.metric, one.unit)))
        for bound, value in (("estimate", one.ratio), ("low", one.low), ("high", one.high)):
            if value is not None:
                ratio.labels(*labels, bound).set(value)
        for verdict in Verdict:
            state.labels(*labels, verdict.value).set(verdict is one.verdict)
    text: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return text.decode()
