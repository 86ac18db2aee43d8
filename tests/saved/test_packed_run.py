"""A run in an archive is judged as the run itself, and leaves nothing on the disk."""

import tarfile
import tempfile
from pathlib import Path

import pytest

from perfadvisor.api import advise, load
from perfadvisor.errors import InputError
from perfadvisor.saved.packed_run import PACKED_RUN

RUN = Path(__file__).parents[1] / "data" / "earlier" / "run-1"


def packed(folder: Path, to: Path) -> Path:
    path = to / f"web1{PACKED_RUN}"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder, "run")
    return path


def test_it_is_judged_as_the_run_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, place = packed(RUN, tmp_path), tmp_path / "t"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    assert load(path).results == load(RUN).results
    found, known = advise(path), advise(RUN)
    assert [(one.rule.id, one.outcome, one.reason) for one in found] == [
        (one.rule.id, one.outcome, one.reason) for one in known
    ]
    assert list(place.iterdir()) == []


def test_without_a_run_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(InputError, match="there is no run in it"):
        load(packed(tmp_path / "a", tmp_path))
