"""How the made-up environments compare."""

from collections.abc import Iterator

from perfadvisor.model.ratio import EnvironmentRatio, Explanation
from perfadvisor.model.result import Cell
from tests.report.synthetic.trials import ENVIRONMENTS


def ratios(found: tuple[Cell, ...]) -> Iterator[EnvironmentRatio]:
    for cell in found:
        if cell.environment == "local" or not cell.estimates:
            continue
        withheld = "page cache in the result on both sides" if cell.workload == "storage/buffered-read" else ""
        factor = ENVIRONMENTS[cell.environment][1]
        head = cell.estimates[0]
        why = (
            (
                Explanation(rule_id="vm-disk-no-iothread", share=0.7),
                Explanation(rule_id="nic-irq-on-remote-node", subject="ens3f0"),
            )
            if cell.environment == "vm" and "rand" in cell.workload
            else ()
        )
        yield EnvironmentRatio(
            workload=cell.workload,
            metric=head.metric,
            better=head.better,
            environment=cell.environment,
            parent="local",
            ratio=None if withheld else factor,
            low=None if withheld else factor * 0.96,
            high=None if withheld else factor * 1.03,
            n=head.n,
            trust=cell.trust,
            withheld=withheld,
            note="guest kernel 6.1, host 6.1" if cell.environment == "vm" else "",
            counters={"interrupts.per_s": 41_200.0, "context_switches.per_s": 96_000.0, "cpu.steal_share": 0.002},
            explanations=why,
        )
