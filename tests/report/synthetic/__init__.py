"""A plausible two-socket server, measured and judged by nobody: made up, so that reports can be looked at and timed."""

from perfadvisor.model.fact import FactTable
from perfadvisor.model.run import Run
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Tree, Unreadable
from perfadvisor.report.view import ReportView
from tests.report.synthetic.findings import findings
from tests.report.synthetic.machine import HOST, facts
from tests.report.synthetic.ratios import ratios
from tests.report.synthetic.rules import rule
from tests.report.synthetic.trials import ENVIRONMENTS, START, cells, estimate
from tests.report.synthetic.workloads import workloads

__all__ = ["estimate", "rule", "view"]


def view(
    *,
    repeats: int = 5,
    environments: tuple[str, ...] = ("local",),
    copies: int = 1,
    histograms: bool = True,
    series: bool = False,
    host: str = HOST,
) -> ReportView:
    """One report's worth: `repeats` trials of some 12 workloads times `copies` in each environment, with what they
    tell of their seconds where `series` are asked for."""
    found = cells(repeats, environments, copies, histograms, series)
    table = FactTable(facts())
    results = tuple(result for cell in found for result in cell.trials)
    tree = Tree({"/proc/cpuinfo": b"x", "/sys/bus/pci/devices/0000:41:00.0/config": Unreadable("Permission denied")})
    run = Run(
        id="20261122-153000-7f3a",
        started=START,
        seed=7,
        argv=("perfadvisor", "run", "standard", "--out", "run-07"),
        state="complete",
        versions={"perfadvisor": "0.1.0", "fio": "fio-3.33", "iperf3": "iperf 3.12", "python": "3.11.7"},
        host={"name": host, "kernel": "6.1.0-28-amd64", "model": "PowerEdge R7525"},
        environments=tuple(ENVIRONMENTS[name][0] for name in environments),
        workloads=workloads(),
        plan=tuple(result.trial for result in results),
        results=results,
        before={
            name: Snapshot(environment=name, taken=START - 4, tree=tree, clock_source="tsc", version="0.1.0")
            for name in environments
        },
        after={
            name: Snapshot(
                environment=name, taken=START + 13.4 * len(results), tree=tree, clock_source="tsc", version="0.1.0"
            )
            for name in environments
        },
        notes=("The budget of 15 min left out: storage/randwrite-4k-qd32, storage/seqwrite-1m.",),
    )
    return ReportView(
        source="run-07",
        now="2026-11-22 17:30 UTC",
        version="0.1.0",
        run=run,
        cells=found,
        findings=tuple(findings()),
        facts=dict.fromkeys(environments, table),
        ratios=tuple(ratios(found)),
        meanings={"nic.irq_remote_share": "Share of this NIC's interrupts counted on CPUs of other nodes"},
    )
