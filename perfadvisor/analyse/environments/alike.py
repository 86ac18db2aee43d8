"""Whether the same workload in two environments did the same thing: only then does their ratio mean anything."""

from collections.abc import Iterator

from perfadvisor.model.fact import FactTable, Scalar
from perfadvisor.model.result import Cell, TrialState

# detail of the tool's output -> what it is called; a difference in any withholds the ratio
DETAILS = {
    "block_size_bytes": "block size",
    "iodepth": "queue depth",
    "numjobs": "number of jobs",
    "engine": "I/O engine",
    "direct": "direct I/O",
    "rw": "access pattern",
    "fio_version": "fio version",
    "iperf3_version": "iperf3 version",
    "protocol": "protocol",
    "streams": "number of streams",
    "page_size_bytes": "page size",
    "array_bytes": "size of the arrays",
}


def why_not_alike(cell: Cell, parent: Cell, own: FactTable | None, others: FactTable | None) -> str:
    """The reason to withhold the ratio, "" where there is none. What is not known is not held to differ."""
    differing = (*_settings(cell, parent), *_medium(cell, parent, own, others))
    return "; ".join(differing)


def note(own: FactTable | None, others: FactTable | None) -> str:
    """What to print beside the ratio: another kernel is part of the environment, not a reason to withhold."""
    mine, theirs = (table.value("kernel.release") if table else None for table in (own, others))
    return f"kernel {mine} here, {theirs} in the parent" if mine and theirs and mine != theirs else ""


def _settings(cell: Cell, parent: Cell) -> Iterator[str]:
    for detail, name in DETAILS.items():
        mine, theirs = _values(cell, detail), _values(parent, detail)
        if mine and theirs and mine != theirs:
            yield f"the {name} differs: {_listed(mine)} here, {_listed(theirs)} in the parent"


def _values(cell: Cell, detail: str) -> set[Scalar]:
    done = (trial for trial in cell.trials if trial.state is TrialState.DONE)
    return {trial.output.details[detail] for trial in done if detail in trial.output.details}


def _listed(values: set[Scalar]) -> str:
    return ", ".join(sorted(map(str, values)))


def _medium(cell: Cell, parent: Cell, own: FactTable | None, others: FactTable | None) -> Iterator[str]:
    """The disk or function at the end of the way, as the parent calls it."""
    mine, theirs = _place(cell, own, others), _parent_place(parent)
    for kind in ("disk", "function"):
        if mine.get(kind) and theirs.get(kind) and mine[kind] != theirs[kind]:
            yield f"another {kind} was measured: {mine[kind]} here, {theirs[kind]} in the parent"
            return


def _parent_place(parent: Cell) -> dict[str, str]:
    path = _path(parent)
    return {"disk": path[0], "function": path[1]}


def _place(cell: Cell, own: FactTable | None, others: FactTable | None) -> dict[str, str]:
    """What the environment's disk or function is called on its parent; a container's are its parent's own."""
    block, pci = _path(cell)
    if own is None or own.value("environment.kind") == "container":
        return {"disk": block, "function": pci}
    disk, address = own.value("block.vm_disk", block), own.value("pci.host_address", pci)
    behind = others.value("vm_disk.source_device", str(disk)) if others and disk else None
    return {"disk": str(behind or ""), "function": str(address or "")}


def _path(cell: Cell) -> tuple[str, str]:
    paths = {(trial.path.block, trial.path.pci) for trial in cell.trials if trial.state is TrialState.DONE}
    return paths.pop() if len(paths) == 1 else ("", "")
