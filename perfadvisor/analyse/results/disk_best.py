"""The best a run got out of each disk, so that a shallow result can be compared with it and nothing else."""

from collections.abc import Iterable, Iterator, Mapping

from perfadvisor.model.fact import Absent, Fact, FactSpec, FactTable, Scalar

ALIKE = ("environment", "block", "block_size_bytes", "is_read", "is_write", "is_random")
WHY_NOT = "no other result of this run has the same disk, block size, direction and pattern"


def best_of_disks(
    facts: FactTable, subjects: Iterable[str], catalogue: Mapping[str, FactSpec]
) -> Iterator[Fact | Absent]:
    """`result.best_iops` and its depth for every result on a disk that another, comparable result also ran on."""
    groups: dict[tuple[Scalar | None, ...], list[str]] = {}
    for subject in subjects:
        key = tuple(facts.value(f"result.{name}", subject) for name in ALIKE)
        if facts.value("result.block", subject) and facts.value("result.trust", subject) != "INVALID":
            groups.setdefault(key, []).append(subject)
    for members in groups.values():
        yield from _of_group(facts, members, catalogue)


def _of_group(facts: FactTable, members: list[str], catalogue: Mapping[str, FactSpec]) -> Iterator[Fact | Absent]:
    rates = {one: float(rate) for one in members if (rate := facts.value("result.iops", one)) is not None}
    if len(rates) < 2:
        return
    best = max(rates, key=rates.__getitem__)
    depth = facts.value("result.queue_depth", best)
    for subject in members:
        source = f"the best of {len(rates)} results on this disk: {best}"
        yield catalogue["result.best_iops"].fact(rates[best], source=source, subject=subject)
        whole = round(float(depth)) if isinstance(depth, int | float) else None
        yield catalogue["result.best_iops_queue_depth"].given(whole, source=source, subject=subject, reason=WHY_NOT)
