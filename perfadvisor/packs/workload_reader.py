"""Read workload files: every mistake in every file is reported at once, at its place."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import Field

from perfadvisor.model.workload import RUNTIME_S, WARMUP_S, Workload
from perfadvisor.packs.check import Strict, checked, read
from perfadvisor.packs.problems import PackError, Problem, collect, did_you_mean
from perfadvisor.packs.scaffold import gaps
from perfadvisor.packs.yamltext import Document
from perfadvisor.tools.catalogue import TOOLS
from perfadvisor.tools.own import command
from perfadvisor.tools.own.values import METRIC
from perfadvisor.tools.parameters import complaints
from perfadvisor.tools.typed import translated

Place = tuple[Path, str]  # a file, and the id its place asks for


class WorkloadFile(Strict):
    """A workload as people write it. Its id is its place: `storage/randread-4k.yaml` is `storage/randread-4k`."""

    id: str
    title: str = Field(min_length=1, max_length=120)
    why: str = Field(min_length=1)
    tool: str
    parameters: dict[str, bool | int | float | str]
    metrics: list[str] = Field(min_length=1)
    runtime_s: float = Field(default=RUNTIME_S, gt=0, le=86400)
    warmup_s: float = Field(default=WARMUP_S, ge=0, le=3600)
    requires: list[str] = Field(default_factory=list)


def read_workloads(places: Sequence[Place]) -> tuple[Workload, ...]:
    """The workloads in these files. Raises PackError with the problems of all of them."""
    found = collect(lambda place: _workload(*place), places)
    _no_twins([(workload.id, path) for workload, (path, _) in zip(found, places, strict=True)])
    return found


def _no_twins(named: Sequence[tuple[str, Path]]) -> None:
    first: dict[str, Path] = {}
    problems = [
        Problem(file=str(path), line=1, column=1, message=f"`{name}` is already defined in {first[name]}")
        for name, path in named
        if first.setdefault(name, path) is not path
    ]
    if problems:
        raise PackError(problems, "give your own workload another name")


def _workload(path: Path, name: str) -> Workload:
    document = read(path)
    given = checked(document, WorkloadFile)
    problems = _mistakes(document, given, name)
    if problems:
        raise PackError(problems)
    return Workload(
        id=given.id,
        title=given.title,
        device=given.id.split("/")[0],
        tool=given.tool,
        parameters=dict(translated(TOOLS[given.tool].PARAMETERS, *each) for each in given.parameters.items()),
        metrics=tuple(given.metrics),
        runtime_s=given.runtime_s,
        warmup_s=given.warmup_s,
        requires=tuple(given.requires),
        why=given.why.strip(),
    )


def _mistakes(document: Document, given: WorkloadFile, name: str) -> list[Problem]:
    found = list(gaps(document))
    if given.id != name:
        found.append(document.problem(("id",), f"`id` should be `{name}`, as the file's place says"))
    if "/" not in name:
        found.append(document.problem(("id",), "a workload lies in a directory named after its device: storage/..."))
    if given.tool not in TOOLS:
        hint = did_you_mean(given.tool, TOOLS)
        found.append(document.problem(("tool",), f"unknown tool `{given.tool}`{hint}; known are {', '.join(TOOLS)}"))
        return found
    found += _of_parameters(document, given)
    if given.tool == command.NAME and command.NAME not in given.parameters:
        found.append(document.problem(("parameters",), "`command` is missing: the program to run"))
    return found + [document.problem(("metrics", number), text) for number, text in _metrics(given)]


def _metrics(given: WorkloadFile) -> Iterator[tuple[int, str]]:
    """What is wrong with a metric, by its place: tools without a list take any name."""
    known = TOOLS[given.tool].METRICS
    for number, metric in enumerate(given.metrics):
        if known and metric not in known:
            hint = did_you_mean(metric, known) or "; known are " + ", ".join(known[:12])
            yield number, f"unknown metric `{metric}`{hint}"
        if not known and not re.fullmatch(METRIC, metric):
            yield number, f"`{metric}` is not a name of a metric: letters, digits, dots and underscores"


def _of_parameters(document: Document, given: WorkloadFile) -> Iterator[Problem]:
    known, seen = TOOLS[given.tool].PARAMETERS, dict[str, str]()
    for name, value in given.parameters.items():
        ours, meant = translated(known, name, value)
        for _, complaint in complaints(known, {ours: meant}):
            yield document.problem(("parameters", name), complaint)
        if seen.setdefault(ours, name) != name:
            yield document.problem(("parameters", name), f"`{name}` and `{seen[ours]}` are the same", at_key=True)
