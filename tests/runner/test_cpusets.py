"""`run --controlled`: groups of others kept to one core, and given back, also after SIGKILL."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from perfadvisor.runner import cpusets
from perfadvisor.targets.changing import journal

CORE = frozenset({0})


def group(place: Path, cpus: str, effective: str = "") -> Path:
    """A group of version 1; of version 2 where it is given what is effective."""
    place.mkdir(parents=True)
    (place / "cpuset.cpus").write_text(f"{cpus}\n")
    if effective:
        (place / "cpuset.cpus.effective").write_text(f"{effective}\n")
    return place


def wanted(place: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    monkeypatch.setattr(cpusets, "ROOT", root)
    return [(one.subject, next(iter(one.to.values()))) for one in cpusets.wanted(place, CORE)]


def test_groups_below_are_narrowed_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = group(tmp_path / "system", "0-3")
    group(place / "web", "0-1")
    group(place / "far", "2-3")
    assert wanted(place, tmp_path, monkeypatch) == [
        ("system/web/cpuset.cpus", "0"),
        ("system/cpuset.cpus", "0"),
    ]


def test_in_version_2_the_outermost_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = group(tmp_path / "system", "", "0-3")
    group(place / "web", "", "0-3")
    assert wanted(place, tmp_path, monkeypatch) == [("system/cpuset.cpus", "0")]
    assert wanted(group(tmp_path / "far", "2-3", "2-3"), tmp_path, monkeypatch) == []


def test_the_own_group_and_those_above_keep_their_cpus(tmp_path: Path) -> None:
    group(tmp_path / "system", "0-3")
    group(tmp_path / "user" / "other", "0-3")
    own = group(tmp_path / "user" / "own", "0-3")
    (tmp_path / "user" / "cpuset.cpus").write_text("0-3\n")
    found = list(cpusets.others([own, own.parent, tmp_path]))
    assert found == [tmp_path / "user" / "other", tmp_path / "system"]


def test_one_core_alone_is_not_divided() -> None:
    assert cpusets.first_core({min(os.sched_getaffinity(0))}) == frozenset()


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A group of version 1 on this machine, with one below it."""
    top = Path("/sys/fs/cgroup/cpuset")
    every = (top / "cpuset.cpus").read_text().strip() if (top / "cpuset.cpus").exists() else ""
    if os.geteuid() != 0 or every in ("", "0"):
        pytest.skip("no root, no cpusets of version 1, or one CPU")
    place = top / f"perfadvisor-test-{os.getpid()}"
    for one in (place, place / "below"):
        one.mkdir()
        (one / "cpuset.cpus").write_text(every)
    monkeypatch.setattr(cpusets, "first_core", lambda _: CORE)
    monkeypatch.setattr(cpusets, "others", lambda _: [place])
    yield place
    (place / "below").rmdir()
    place.rmdir()


def cpus(place: Path) -> list[str]:
    return [(one / "cpuset.cpus").read_text().strip() for one in (place, place / "below")]


@pytest.mark.tools
def test_real_groups_are_held_and_given_back(real: Path) -> None:
    before = cpus(real)
    book = journal.begin()
    said = list(cpusets.hold(book))
    assert cpus(real) == ["0", "0"]
    assert len(said) == 2 and f"{before[0]} -> 0" in said[0]
    assert book.close() == ()
    assert cpus(real) == before


@pytest.mark.tools
def test_after_a_kill_the_guardian_gives_them_back(real: Path) -> None:
    before = cpus(real)
    child = os.fork()
    if not child:
        list(cpusets.hold(journal.begin()))
        signal.pause()
    deadline = time.monotonic() + 30
    while cpus(real) != ["0", "0"] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert cpus(real) == ["0", "0"]
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while cpus(real) != before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert cpus(real) == before
