"""Read suite files: every mistake in every file is reported at once, at its place."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import Field

from perfadvisor.model.workload import Suite, Workload
from perfadvisor.packs.check import Strict, checked, read
from perfadvisor.packs.problems import PackError, Problem, collect, did_you_mean
from perfadvisor.packs.workloads import matching
from perfadvisor.packs.yamltext import Document


class SuiteFile(Strict):
    """A suite as people write it; `workloads` are ids, or patterns such as `storage/*`."""

    id: str
    title: str = Field(min_length=1, max_length=120)
    workloads: list[str] = Field(min_length=1)
    repeats: int = Field(default=5, ge=1, le=1000)


def read_suites(places: Sequence[tuple[Path, str]], workloads: Mapping[str, Workload]) -> tuple[Suite, ...]:
    """The suites in these files. Raises PackError with the problems of all of them."""
    return collect(lambda place: _suite(place[0], place[1], workloads), places)


def _suite(path: Path, name: str, workloads: Mapping[str, Workload]) -> Suite:
    document = read(path)
    given = checked(document, SuiteFile)
    problems = list(_mistakes(document, given, name, workloads))
    if problems:
        raise PackError(problems)
    chosen = dict.fromkeys(id for pattern in given.workloads for id in matching(pattern, workloads))
    return Suite(id=given.id, title=given.title, workloads=tuple(chosen), repeats=given.repeats)


def _mistakes(document: Document, given: SuiteFile, name: str, workloads: Mapping[str, Workload]) -> list[Problem]:
    found: list[Problem] = []
    if given.id != name:
        found.append(document.problem(("id",), f"`id` should be `{name}`, as the file's name says"))
    for place, pattern in enumerate(given.workloads):
        if not matching(pattern, workloads):
            hint = did_you_mean(pattern, workloads)
            found.append(document.problem(("workloads", place), f"no workload is called `{pattern}`{hint}"))
    return found
