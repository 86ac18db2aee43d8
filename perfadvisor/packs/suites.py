"""Suites: `workloads/suites/<name>.yaml`, lists of workloads by id or pattern; and choosing workloads by name."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import Field

from perfadvisor.errors import InputError
from perfadvisor.model.workload import Suite, Workload
from perfadvisor.packs.check import Strict, checked, did_you_mean, read
from perfadvisor.packs.locate import directories, name_of, yaml_files
from perfadvisor.packs.problems import PackError, Problem, collect
from perfadvisor.packs.workloads import SUITES, unknown
from perfadvisor.packs.yamltext import Document


class SuiteFile(Strict):
    """A suite as people write it; `workloads` are ids, or patterns such as `storage/*`."""

    id: str
    title: str = Field(min_length=1, max_length=120)
    workloads: list[str] = Field(min_length=1)
    repeats: int = Field(default=5, ge=1, le=1000)


def load_suites(workloads: Mapping[str, Workload], own: Sequence[Path] = ()) -> dict[str, Suite]:
    """Every suite by id, its patterns filled in from `workloads`. Raises PackError with all mistakes of all files."""
    places = [
        (path, name_of(path, directory).removeprefix(SUITES))
        for directory in directories("workloads", own)
        for path in yaml_files(directory)
        if name_of(path, directory).startswith(SUITES)
    ]
    found = collect(lambda place: _suite(place[0], place[1], workloads), places)
    return {suite.id: suite for suite in found}  # a user's own suite of the same name goes before the shipped one


def _suite(path: Path, name: str, workloads: Mapping[str, Workload]) -> Suite:
    document = read(path)
    given = checked(document, SuiteFile)
    problems = list(_mistakes(document, given, name, workloads))
    if problems:
        raise PackError(problems)
    chosen = dict.fromkeys(id for pattern in given.workloads for id in _matching(pattern, workloads))
    return Suite(id=given.id, title=given.title, workloads=tuple(chosen), repeats=given.repeats)


def _mistakes(document: Document, given: SuiteFile, name: str, workloads: Mapping[str, Workload]) -> list[Problem]:
    found: list[Problem] = []
    if given.id != name:
        found.append(document.problem(("id",), f"`id` should be `{name}`, as the file's name says"))
    for place, pattern in enumerate(given.workloads):
        if not _matching(pattern, workloads):
            hint = did_you_mean(pattern, workloads)
            found.append(document.problem(("workloads", place), f"no workload is called `{pattern}`{hint}"))
    return found


def _matching(pattern: str, workloads: Mapping[str, Workload]) -> list[str]:
    return [id for id in workloads if fnmatchcase(id, pattern)]


def select(
    names: Sequence[str], workloads: Mapping[str, Workload], suites: Mapping[str, Suite]
) -> tuple[Workload, ...]:
    """The workloads meant by names of suites, of workloads, or patterns of them, in that order, each once.

    Raises InputError for the first name that means nothing, with the nearest one that does."""
    chosen: dict[str, Workload] = {}
    for name in names:
        ids = suites[name].workloads if name in suites else _matching(name, workloads)
        if not ids:
            raise InputError(unknown(name, {**workloads, **suites}), "perfadvisor workloads list")
        chosen.update((id, workloads[id]) for id in ids)
    return tuple(chosen.values())
