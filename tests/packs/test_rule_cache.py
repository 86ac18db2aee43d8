"""Rules that were read are kept: in this process, and in a file for the next one."""

import json
import os
from pathlib import Path

import pytest

from perfadvisor.model.rule import Severity
from perfadvisor.packs import kept, rule_cache
from perfadvisor.packs.rules import check_rules, load_rules
from tests.packs.rule_texts import CATALOGUE, GOOD, written


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """An empty cache directory, and one rule that came with perfadvisor."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("perfadvisor.packs.rules._LOADED", Forgetful())  # what one process keeps has its own test
    monkeypatch.setattr("perfadvisor.packs.locate.shipped", lambda kind: tmp_path / "shipped")
    (tmp_path / "shipped").mkdir()
    written(tmp_path / "shipped", GOOD.replace("nic-slow", "shipped"), "shipped")
    return tmp_path / "cache"


def test_ones_own_rules_join_those_that_came_with_it(tmp_path, cache):
    own = tmp_path / "own"
    own.mkdir()
    written(own)
    rules = load_rules([own], CATALOGUE)
    assert [rule.id for rule in rules] == ["nic-slow", "shipped"]
    assert load_rules([own], CATALOGUE) == rules == check_rules([own], CATALOGUE)


def test_a_change_is_seen_at_once(tmp_path, cache):
    own = tmp_path / "own"
    own.mkdir()
    file = written(own)
    load_rules([own], CATALOGUE)
    file.write_text(GOOD.replace("severity: high", "severity: low"))
    assert next(rule for rule in load_rules([own], CATALOGUE) if rule.id == "nic-slow").severity is Severity.LOW


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b'[{"id": "x"}]', b"\xff\xfe", b"null", b"[" * 100_000])
def test_a_damaged_cache_is_read_over(cache, damage):
    rules = load_rules((), CATALOGUE)
    for file in cache.rglob("*.json"):
        file.write_bytes(damage)
    assert load_rules((), CATALOGUE) == rules


def test_a_cache_that_cannot_be_written_is_no_matter(tmp_path, cache, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert load_rules((), CATALOGUE)


def test_old_sets_are_cleared_away(cache):
    rules = load_rules((), CATALOGUE)
    for number in range(kept.KEPT + 3):
        rule_cache.save(f"{number}", rules[:1])
    assert len(list(cache.rglob("*.json"))) == kept.KEPT


def test_somebody_elses_cache_is_not_trusted(cache, monkeypatch):
    load_rules((), CATALOGUE)
    (file,) = cache.rglob("*.json")
    kept = json.loads(file.read_text())
    kept[0]["title"] = "tampered"
    file.write_text(json.dumps(kept))
    monkeypatch.setattr("os.geteuid", lambda: file.stat().st_uid + 1)
    assert "tampered" not in {rule.title for rule in load_rules((), CATALOGUE)}


class Forgetful(dict):
    """Holds what was put last for one look only, as a new process holds nothing."""

    def __contains__(self, key: object) -> bool:
        return False


def test_one_process_reads_the_kept_rules_once(cache, monkeypatch):
    monkeypatch.setattr("perfadvisor.packs.rules._LOADED", {})
    reads = []
    monkeypatch.setattr(rule_cache, "load", lambda key: reads.append(key))
    assert load_rules((), CATALOGUE) is load_rules((), CATALOGUE)
    assert len(reads) == 1


def test_a_process_looks_at_the_shipped_files_once(monkeypatch):
    first = load_rules()
    monkeypatch.setattr("perfadvisor.packs.rules.rule_files", lambda own: pytest.fail("it looked again"))
    assert load_rules() is first


def test_files_that_rest_are_not_read_for_their_key(tmp_path, monkeypatch):
    file = written(tmp_path)
    before = kept.key([file])
    monkeypatch.setattr(kept.time, "time", lambda: file.stat().st_ctime + kept.SETTLED_S + 1)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("it was read"))
    rested = kept.key([file])
    assert rested != before and rested == kept.key([file])
    file.write_text(file.read_text().replace("high", "HIGH"))  # of the same size
    os.utime(file, (0, 0))
    assert kept.key([file]) != rested
