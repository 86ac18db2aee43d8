"""Names for what was measured elsewhere: the same configuration gets the same id on every machine."""

from collections.abc import Iterator, Sequence

from perfadvisor.model.result import WAYS
from perfadvisor.model.workload import Workload
from perfadvisor.tools.configuration import Configuration, slug


def identity(configuration: Configuration) -> tuple[str, str, str]:
    """What repeats of one workload have in common: tool, configuration and target."""
    return configuration.tool, configuration.key, configuration.target


def workload_ids(configurations: Sequence[Configuration]) -> dict[tuple[str, str, str], str]:
    """Identity -> id. The target is named only where one configuration was measured on several."""
    targets: dict[tuple[str, str], set[str]] = {}
    for one in configurations:
        targets.setdefault((one.tool, one.key), set()).add(one.target)
    found: dict[tuple[str, str, str], str] = {}
    for (tool, key), several in targets.items():
        names = _apart(sorted(several))
        for target in several:
            suffix = f"-{names[target]}" if len(several) > 1 else ""
            found[tool, key, target] = f"imported/{tool}-{key}{suffix}"
    return found


def _apart(targets: Sequence[str]) -> dict[str, str]:
    """A short name for each: its last part, the whole of it where two share that, a number where even that is equal."""
    short = {target: slug(target.rstrip("/").rsplit("/", 1)[-1]) or "none" for target in targets}
    if len(set(short.values())) < len(targets):
        short = {target: slug(target) or "none" for target in targets}
    if len(set(short.values())) < len(targets):
        short = {target: f"{name}-{number}" for number, (target, name) in enumerate(short.items(), 1)}
    return short


def workload(id: str, configuration: Configuration, files: Sequence[str]) -> Workload:
    """What was run, as far as the files that hold it say."""
    samples = {sample.metric for sample in configuration.output.samples}
    return Workload(
        id=id,
        title=f"Imported: {configuration.tool} {configuration.label.replace('-', ' ')} ({_named(files)})",
        device=configuration.device,
        tool=configuration.tool,
        parameters=configuration.parameters,
        metrics=tuple(dict.fromkeys(_known(_headline(configuration), samples))) or tuple(sorted(samples)),
        runtime_s=configuration.runtime_s,
        warmup_s=configuration.warmup_s,
        why="Measured outside perfadvisor.",
    )


def _named(files: Sequence[str]) -> str:
    return files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"


def _known(wanted: Iterator[str], samples: set[str]) -> Iterator[str]:
    """Those that were measured; completion latency stands in where the file has no percentiles of total latency."""
    for metric in wanted:
        instead = metric.replace(".lat_", ".clat_")
        if metric in samples or instead in samples:
            yield metric if metric in samples else instead


def _headline(configuration: Configuration) -> Iterator[str]:
    """Bandwidth first for large blocks, latency first where one request was in flight, else I/Os per second."""
    if configuration.tool == "iperf3":
        yield from ("bits_per_s", "sent_bits_per_s", "reverse.bits_per_s", "retransmits", "lost_share", "rtt_mean")
        return
    parameters = configuration.parameters
    size, alone = parameters.get("block_size_bytes"), parameters.get("iodepth") == parameters.get("numjobs", 1) == 1
    first = "bytes_per_s" if isinstance(size, int) and size >= 65536 else "iops"
    kinds = ("lat_p50", first, "lat_p99") if alone and first == "iops" else (first, "lat_p50", "lat_p99")
    yield from (f"{way}.{kind}" for kind in kinds for way in WAYS)
    yield from (f"{way}.{kind}" for kind in ("iops", "bytes_per_s") for way in WAYS)
