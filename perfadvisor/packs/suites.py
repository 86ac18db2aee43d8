"""Suites: `workloads/suites/<name>.yaml`, lists of workloads by id or pattern; and choosing workloads by name."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.model.workload import Suite, Workload
from perfadvisor.packs import kept
from perfadvisor.packs.workloads import SUITES, code, matching, pack_files, unknown


def load_suites(workloads: Mapping[str, Workload], own: Sequence[Path] = ()) -> dict[str, Suite]:
    """Every suite by id, its patterns filled in from `workloads`. Raises PackError with all mistakes of all files."""
    places = [(path, name.removeprefix(SUITES)) for path, name in pack_files(own) if name.startswith(SUITES)]
    key = kept.key((*code(), *(path for path, _ in places)), *workloads)
    found = _kept(key)
    if found is None:
        from perfadvisor.packs.suite_reader import read_suites  # pydantic and ruamel take a while to import

        found = read_suites(places, workloads)
        kept.save("suites", key, [asdict(suite) for suite in found])
    return {suite.id: suite for suite in found}  # a user's own suite of the same name goes before the shipped one


def _kept(key: str) -> tuple[Suite, ...] | None:
    try:
        found = kept.load("suites", key) or ()
        return tuple(Suite(**{**suite, "workloads": tuple(suite["workloads"])}) for suite in found) or None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def select(
    names: Sequence[str], workloads: Mapping[str, Workload], suites: Mapping[str, Suite]
) -> tuple[Workload, ...]:
    """The workloads meant by names of suites, of workloads, or patterns of them, in that order, each once.

    Raises InputError for the first name that means nothing, with the nearest one that does."""
    chosen: dict[str, Workload] = {}
    for name in names:
        ids = suites[name].workloads if name in suites else matching(name, workloads)
        if not ids:
            raise InputError(unknown(name, {**workloads, **suites}), "perfadvisor workloads list")
        chosen.update((id, workloads[id]) for id in ids)
    return tuple(chosen.values())
