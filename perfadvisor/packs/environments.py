"""The environments file: names for --env, each with what it stands for.

    environments:
      half:
        kind: docker
        cpus: 0.5
        blkio: {device-read-iops: /dev/nvme0n1:5000}
      far:
        spec: ssh:root@server

A name becomes the spec it stands for, with the name in it, so that a run can be finished without the file.
"""

from pathlib import Path

from perfadvisor.packs.check import Strict, checked, read
from perfadvisor.packs.problems import PackError, Problem
from perfadvisor.packs.yamltext import Document
from perfadvisor.specs.named import named
from perfadvisor.specs.parse import SpecError
from perfadvisor.specs.spec import Spec


class EnvironmentsText(Strict):
    """The whole file; the kinds themselves say what belongs into an entry."""

    environments: dict[str, dict[str, object]]


def load_environments(path: Path) -> dict[str, Spec]:
    """Name -> spec of every environment in the file, in its order. PackError with the first mistake of each at its
    line."""
    document = read(path)
    given = checked(document, EnvironmentsText).environments
    found: dict[str, Spec] = {}
    problems = [] if given else [document.problem(("environments",), "there should be at least 1 environment")]
    for name, entry in given.items():
        try:
            found[name] = named(name, entry)
        except SpecError as error:
            problems.append(_problem(document, name, "spec" in entry, error))
    if problems:
        raise PackError(problems)
    return found


def _problem(document: Document, name: str, whole: bool, error: SpecError) -> Problem:
    keys = ("environments", name, *filter(None, ["spec"] if whole and error.key else error.key.split(".")))
    message = f"{error.message} ({error.hint})" if error.hint else error.message
    return document.problem(keys, message, at_key=not error.key or "unknown key" in error.message)
