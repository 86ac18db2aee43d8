"""dmabench's JSON as samples. It prints one object; where it measured nothing, that object says why."""

from collections.abc import Iterator, Mapping
from typing import Any

from perfadvisor.model.fact import Scalar
from perfadvisor.model.result import Better, Output, Sample
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Parameters
from perfadvisor.tools.jsontext import decode, split
from perfadvisor.tools.numbers import at, integer, number, objects, text

BANDWIDTHS = ("copy", "read", "write", "triad")
COSTS = ("map", "unmap", "pin", "unpin")
LONGEST_TEXT = 300
_WHOLE = (
    "page_size_bytes",
    "cpu_node",
    "memory_node",
    "node_count",
    "array_bytes",
    "threads",
    "last_level_cache_bytes",
    "transparent_huge_bytes",
    "mapped_bytes",
    "locked_bytes",
    "group",
    "bytes_per_copy",
    "load_threads",
)
_TEXTS = ("instructions", "placement", "nodes", "device", "pin_unmeasured")
_REALS = ("node_share", "touch_ns")


def parse(stdout: bytes, stderr: bytes = b"", returncode: int = 0, parameters: Parameters | None = None) -> Output:
    """What one run of dmabench measured; with `error` set, and no samples, where it measured nothing.

    Units: bytes_per_s (`copy.bytes_per_s` and its like; `load.bytes_per_s` of the threads beside a chase), ns (`chase`;
    `map`, `unmap`, `pin`, `unpin` for all of the memory, with the pages and MiB appended where the run had several:
    `map.2m.256`), bytes (`verified_bytes`)."""
    del parameters
    found = split(stdout)
    document = next((one for one in reversed(found.documents) if "dmabench" in one), None)
    if document is None:
        return Output(samples=(), error=_nothing(found.broken, decode(stderr), returncode))
    error = _failure(document, returncode)
    samples = () if error else tuple(_samples(document))
    if not error and not samples:
        error = "dmabench printed no usable figure"
    return Output(samples=samples, details=_details(document), error=error)


def _nothing(broken: str, stderr: str, returncode: int) -> str:
    if broken:
        return f"dmabench's output is incomplete: {broken}"
    said = next((line.strip()[:LONGEST_TEXT] for line in stderr.splitlines() if line.strip()), "")
    return said or f"dmabench printed no result and ended with {returncode}"


def _failure(document: Mapping[str, Any], returncode: int) -> str:
    if document.get("verified") is False:
        return f"dmabench found wrong data in memory: {integer(document, 'wrong') or 'some'} values differ"
    if document.get("measured") is not True:
        return _line(document, "reason") or _reasons(document) or "dmabench measured nothing and did not say why"
    return f"dmabench ended with {returncode}" if returncode else ""


def _line(found: object, key: str) -> str:
    """A text on one line, of bounded length, that can be written as UTF-8."""
    line = " ".join((text(found, key) or "").split())[:LONGEST_TEXT]
    return line.encode("utf-8", "replace").decode()


def _reasons(document: Mapping[str, Any]) -> str:
    reasons = (_line(result, "reason") for result in objects(document, "results"))
    return "; ".join(dict.fromkeys(filter(None, reasons)))[:LONGEST_TEXT]


def _samples(document: Mapping[str, Any]) -> Iterator[Sample]:
    command = text(document, "command")
    if command in BANDWIDTHS:
        yield from _sample(f"{command}.bytes_per_s", document, "bytes_per_s", Unit.BYTES_PER_SECOND)
    elif command == "chase":
        yield from _sample("chase", document, "load_ns", Unit.NANOSECONDS)
        meanwhile = number(document, "load_bytes_per_s")
        if meanwhile is not None and meanwhile > 0:
            yield Sample(metric="load.bytes_per_s", value=meanwhile, unit=Unit.BYTES_PER_SECOND, better="higher")
    elif command == "edu":
        copies, size = integer(document, "copies"), integer(document, "bytes_per_copy")
        if copies and size and copies > 0 < size:
            yield Sample(metric="verified_bytes", value=float(copies * size), unit=Unit.BYTES, better="higher")
    else:
        yield from _costs([result for result in objects(document, "results") if result.get("measured") is True])


def _costs(results: list[dict[str, Any]]) -> Iterator[Sample]:
    for result in results:
        size = integer(result, "bytes") or 0
        suffix = f".{_line(result, 'pages')}.{size >> 20}" if len(results) > 1 else ""
        for cost in COSTS:
            yield from _sample(f"{cost}{suffix}", result, f"{cost}_ns", Unit.NANOSECONDS)


def _sample(metric: str, found: Mapping[str, Any], key: str, unit: Unit) -> Iterator[Sample]:
    median = number(found, key, "median")
    if median is not None and median > 0:
        better: Better = "higher" if unit is Unit.BYTES_PER_SECOND else "lower"
        yield Sample(metric=metric, value=median, unit=unit, better=better)


def _details(document: Mapping[str, Any]) -> dict[str, Scalar]:
    """Scalars about the run; of a run of several amounts or kinds of page, what they have in common."""
    measured = [result for result in objects(document, "results") if result.get("measured") is True]
    found = [{**document, **result} for result in measured] or [dict(document)]
    common = [_scalars(one) for one in found]
    return {name: value for name, value in common[0].items() if all(one.get(name) == value for one in common)}


def _scalars(found: Mapping[str, Any]) -> dict[str, Scalar]:
    scalars: dict[str, Scalar | None] = {
        "dmabench_version": _line(found, "dmabench") or None,
        "kernel": _line(found, "command") or None,
        "pages_got": _pages_got(found),
        "memory_bytes": integer(found, "bytes"),
        "non_temporal": found["non_temporal"] if isinstance(found.get("non_temporal"), bool) else None,
        "best_bytes_per_s": number(found, "bytes_per_s", "max"),
        "rounds": _rounds(found),
    }
    scalars |= {name: integer(found, name) for name in _WHOLE}
    scalars |= {name: number(found, name) for name in _REALS}
    scalars |= {name: _line(found, name) or None for name in _TEXTS}
    return {name: value for name, value in scalars.items() if value is not None}


def _pages_got(found: Mapping[str, Any]) -> str | None:
    """In words, from what the kernel reported of the mapping: "4 KiB", "2 MiB", "2 MiB (97 % of the memory)"."""
    size = integer(found, "page_size_bytes")
    if not size or size <= 0:
        return None
    words = f"{size >> 30} GiB" if size >= 2**30 else f"{size >> 20} MiB" if size >= 2**20 else f"{size >> 10} KiB"
    huge, mapped = number(found, "transparent_huge_bytes"), number(found, "mapped_bytes")
    share = huge / mapped if found.get("pages") == "thp" and huge and mapped else 1
    return f"{words} ({share * 100:.0f} % of the memory)" if 0 < share < 1 else words


def _rounds(found: Mapping[str, Any]) -> int | None:
    keys = ("bytes_per_s", "load_ns", "map_ns", "pin_ns", "copy_ns")
    values = next((values for key in keys if isinstance(values := at(found, key, "values"), list)), None)
    return None if values is None else len(values)
