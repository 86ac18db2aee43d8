"""The trials of the made-up workloads, and the cells that hold them."""

from random import Random

from perfadvisor.model.result import (
    Cell,
    Doubt,
    Estimate,
    Histogram,
    IoPath,
    Output,
    Sample,
    TrialResult,
    TrialState,
    Trust,
)
from perfadvisor.model.timeline import Dip, Timeline
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Environment, EnvironmentKind, Trial
from perfadvisor.specs.spec import Spec
from tests.report.synthetic.workloads import WORKLOADS

START = 1_795_363_200.0
ENVIRONMENTS = {
    "local": (Environment(name="local", spec=Spec(text="local"), kind=EnvironmentKind.BARE_METAL), 1.0),
    "docker": (
        Environment(name="docker", spec=Spec(text="docker"), kind=EnvironmentKind.CONTAINER, parent="local"),
        0.97,
    ),
    "vm": (Environment(name="vm", spec=Spec(text="vm"), kind=EnvironmentKind.VM, parent="local"), 0.52),
}
PATHS = {
    "storage": IoPath(file="/data/perfadvisor.bin", file_system="/data", block="nvme0n1", pci="0000:41:00.0"),
    "network": IoPath(nic="ens3f0", pci="0000:81:00.0"),
}


def _histogram(random: Random, metric: str, centre: float) -> Histogram:
    edges, counts = [], []
    edge = centre * 0.5
    for step in range(220):
        edge *= 1.03
        edges.append(edge)
        height = 2.718 ** (-((step - 24) ** 2) / 40) * 40_000 + 2.718 ** (-((step - 60) ** 2) / 300) * 900
        counts.append(int(height * random.uniform(0.8, 1.2)))
    return Histogram(metric=metric, edges_ns=tuple(edges), counts=tuple(counts))


def _doubts(workload: str, repeat: int) -> tuple[Doubt, ...]:
    if workload == "storage/buffered-read":
        return (
            Doubt(
                trust=Trust.INVALID,
                reason="page cache in the result",
                evidence="the disk read 0.4 % of the bytes fio read (/proc/diskstats, nvme0n1)",
            ),
        )
    if workload == "storage/mixed-4k-qd16" and repeat == 2:
        return (
            Doubt(
                trust=Trust.NOISY,
                reason="other work was running",
                evidence="3.1 other runnable tasks on average (/proc/stat procs_running)",
            ),
        )
    return ()


def _command(tool: str, workload: str) -> tuple[str, ...]:
    fio = ("--output-format=json+", "--ioengine=io_uring", "--direct=1", "--filename=/data/perfadvisor.bin")
    return {
        "fio": ("fio", *fio, f"--name={workload.split('/')[1]}", "--runtime=10"),
        "iperf3": ("iperf3", "-J", "-c", "192.0.2.17", "-t", "10", "-O", "2"),
        "dmabench": ("dmabench", "copy", "--cpu-node", "0", "--memory-node", "1"),
    }[tool]


SECONDS = 9


def _timeline(random: Random, number: int, rate: float, unit: Unit) -> Timeline:
    """Nine seconds; those of every 31st trial have a dip of two."""
    dips = (Dip(start_s=4.5, seconds=2.0, lost_share=0.6, causes=("other programs used 1.8 CPUs",)),)
    edges = tuple(1.5 + second for second in range(SECONDS + 1))
    rates = tuple(
        rate * random.uniform(0.95, 1.05) * (0.4 if number % 31 == 0 and 4.5 <= e < 6.5 else 1) for e in edges
    )
    return Timeline(
        edges_s=edges,
        rates=tuple(float(f"{one:.4g}") for one in rates[:-1]),
        unit=unit,
        dips=dips if number % 31 == 0 else (),
    )


def _result(
    random: Random, number: int, spec, environment: str, repeat: int, factor: float, histograms: bool, series: bool
) -> TrialResult:
    name, _, device, tool, metrics = spec
    drift = random.gauss(0, 1)
    samples = tuple(
        Sample(
            metric=m,
            value=abs(c * (factor if better == "higher" else 1 / factor) * (1 + s * (drift + random.gauss(0, 0.4)))),
            unit=u,
            better=better,
        )
        for m, u, better, c, s in metrics
    )
    details = {"fio_version": "fio-3.33", "iodepth": 32} if tool == "fio" else {}
    parameters = {}
    if device == "memory":
        parameters = {"cpu_node": int(name[-9]), "memory_node": int(name[-1]), "kernel": "copy"}
    latency = next((m for m in metrics if m[0] == "read.lat_p50"), None)
    return TrialResult(
        trial=Trial(
            number=number,
            workload=name,
            environment=environment,
            repeat=repeat,
            position=number % 12,
            runtime_s=10,
            warmup_s=2,
            parameters=parameters,
        ),
        state=TrialState.DONE,
        started=START + number * 13.4,
        duration_s=12.6,
        command=_command(tool, name),
        path=PATHS.get(device, IoPath()),
        doubts=_doubts(name, repeat),
        timeline=_timeline(random, number, samples[0].value, samples[0].unit) if series else None,
        output=Output(
            samples=samples,
            details=details,
            histograms=(_histogram(random, "read.lat", latency[3]),) if histograms and latency else (),
        ),
        deltas={
            "cpu.busy_share": random.uniform(0.02, 0.2),
            "interrupts.per_s": random.uniform(2e4, 9e4),
            "context_switches.per_s": random.uniform(3e4, 2e5),
        },
    )


def estimate(metric: str, unit: Unit, better, values: tuple[float, ...]) -> Estimate:
    ordered, n = sorted(values), len(values)
    known = n >= 3
    return Estimate(
        metric=metric,
        unit=unit,
        better=better,
        median=ordered[n // 2],
        coverage={5: 0.9375}.get(n, 0.95) if known else None,
        low=ordered[n // 10] if known else None,
        high=ordered[-1 - n // 10] if known else None,
        values=values,
    )


def _cell(spec, environment: str, results: tuple[TrialResult, ...]) -> Cell:
    estimates = tuple(
        estimate(m, u, b, tuple(s.value for r in results for s in r.output.samples if s.metric == m))
        for m, u, b, _, _ in spec[4]
    )
    doubts = dict.fromkeys(d for r in results for d in r.doubts)
    return Cell(workload=spec[0], environment=environment, estimates=estimates, trials=results, doubts=tuple(doubts))


def cells(
    repeats: int, environments: tuple[str, ...], copies: int, histograms: bool, series: bool = False
) -> tuple[Cell, ...]:
    random, number, found = Random(7), 0, []
    for copy in range(copies):
        for spec in WORKLOADS:
            named = spec if not copy else (f"{spec[0]}-v{copy}", f"{spec[1]}, variant {copy}", *spec[2:])
            if copy and spec[2] == "memory":
                continue
            for environment in environments:
                results = []
                for repeat in range(repeats):
                    number += 1
                    results.append(
                        _result(
                            random, number, named, environment, repeat, ENVIRONMENTS[environment][1], histograms, series
                        )
                    )
                found.append(_cell(named, environment, tuple(results)))
    if len(environments) == 1:
        found.append(
            Cell(
                workload="network/udp-zero-copy",
                environment="local",
                estimates=(),
                trials=(),
                reason="iperf3 3.12 has no zero-copy send for UDP (needs 3.18)",
            )
        )
    return tuple(found)
