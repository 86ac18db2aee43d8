"""Where packs lie, and which files of them are read."""

import pytest

from perfadvisor.errors import InputError
from perfadvisor.packs import locate


def test_the_shipped_packs_are_here():
    assert (locate.shipped("workloads") / "suites").is_dir()
    assert locate.shipped("rules").name == "rules"


def test_installed_packs_go_before_neighbours(tmp_path, monkeypatch):
    package = tmp_path / "site" / "perfadvisor"
    (package / "_packs" / "rules").mkdir(parents=True)
    (tmp_path / "site" / "rules").mkdir()
    monkeypatch.setattr(locate, "_PACKAGE", package)
    assert locate.shipped("rules") == package / "_packs" / "rules"


def test_own_directories_come_after_the_shipped_one(tmp_path):
    assert locate.directories("rules", [tmp_path]) == (locate.shipped("rules"), tmp_path)
    with pytest.raises(InputError, match="is not a directory"):
        locate.directories("rules", [tmp_path / "no"])


def test_files_are_sorted_and_hidden_ones_left_out(tmp_path):
    for name in ("b.yaml", "a/c.yaml", ".git/d.yaml", "e.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = locate.yaml_files(tmp_path)
    assert [locate.name_of(path, tmp_path) for path in found] == ["a/c", "b"]


def test_too_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(locate, "MAX_FILES", 1)
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).touch()
    with pytest.raises(InputError, match="more than 1 YAML"):
        locate.yaml_files(tmp_path)
