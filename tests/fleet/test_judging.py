"""Bundles judged: bad ones are named, what is kept is used again, and a kill loses and doubles nothing."""

import json
import shutil
from pathlib import Path

import pytest

from benchmarks.fleet_hosts import bases, varied
from perfadvisor.errors import InputError
from perfadvisor.fleet import judging
from perfadvisor.fleet.comparing import comparison
from perfadvisor.fleet.judging import judge_fleet
from perfadvisor.fleet.kept import KeptHosts, time_of
from perfadvisor.fleet.one import judged as judged_one
from perfadvisor.fleet.one import judged_again
from perfadvisor.fleet.places import BundlePlace, bundle_places
from perfadvisor.fleet.records import decode, encode
from perfadvisor.fleet.sources import fleet_digest
from perfadvisor.judge import judge
from perfadvisor.model.fleet import FleetFinding, HostRecord
from perfadvisor.model.rule import Outcome
from perfadvisor.packs.rules import load_rules
from perfadvisor.saved.saved import save_snapshot

DATA = Path(__file__).resolve().parent.parent / "data"
RUN = DATA / "earlier" / "run-1"


def test_broken_bundles_are_named_and_all_others_are_judged(made, judged) -> None:
    out, done = judged
    broken = {one.name for one in made if one.planted == "broken"}
    assert {host for host, _ in done.bad} == broken and done.new == len(made)
    found = KeptHosts(out).latest()
    assert {host for host, one in found.items() if one.error} == broken
    assert list(found) == [one.name for one in made]


def test_planted_hosts_and_no_others_have_odd_settings(made, judged) -> None:
    found = comparison(fleet_digest(str(judged[0])))
    planted = {one.name for one in made if one.planted not in ("", "broken")}
    assert {one.host for one in found.odd} == planted
    assert len(found.cohorts) == 2 and sum(found.cohorts.values()) == 38
    assert {host for host, _ in found.bad} == {one.name for one in made if one.planted == "broken"}


@pytest.mark.parametrize("name", ["ksm.tar.gz", "unsafe-disk.tar.gz", "slow-guest.tar.gz", "scheduler.tar.gz"])
def test_a_host_has_the_findings_that_advise_gives(name: str) -> None:
    path = DATA / "planted" / name
    record = judged_one(BundlePlace(host="h", path=path), load_rules())
    expected = [one for one in judge(path).findings if one.outcome is Outcome.FIRES and not one.explained_by]
    assert [(one.rule, one.subject, one.title) for one in record.findings] == [
        (one.rule.id, one.subject, one.title) for one in expected
    ]
    assert record.findings


def test_from_kept_facts_the_same_rules_find_the_same() -> None:
    record = judged_one(BundlePlace(host="h", path=DATA / "planted" / "zone-reclaim.tar.gz"), load_rules())
    assert record.again
    assert judged_again(decode(encode(record), ""), load_rules()) == record


def test_a_run_gives_its_results() -> None:
    record = judged_one(BundlePlace(host="h", path=RUN), load_rules())
    assert not record.error and not record.again and record.cells and record.taken > 0
    assert decode(encode(record), "") == record


def test_what_is_known_is_not_judged_again(bundles, judged, tmp_path) -> None:
    shutil.copytree(judged[0], tmp_path / "out")
    again = judge_fleet([bundles], tmp_path / "out")
    assert (again.known, again.new) == (38, 2)  # broken ones may have been mended


def test_other_rules_judge_kept_facts_without_the_bundles(judged, bundles, tmp_path, monkeypatch) -> None:
    shutil.copytree(judged[0], tmp_path / "out")
    monkeypatch.setattr(judging, "rules_mark", lambda rules: "others")
    monkeypatch.setattr(judging, "judged", lambda *_: pytest.fail("a bundle was read"))
    (tmp_path / "few").mkdir()
    shutil.copy(bundles / "host-00003.tar.gz", tmp_path / "few")
    done = judge_fleet([tmp_path / "few"], tmp_path / "out")
    assert done.again == 40 and {batch.rules for batch in KeptHosts(tmp_path / "out").batches()} == {"others"}


def test_a_kill_between_batches_loses_no_finished_one_and_doubles_none(bundles, tmp_path, monkeypatch) -> None:
    whole = judging._judge
    calls = []

    def killed(*arguments):
        calls.append(1)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return whole(*arguments)

    monkeypatch.setattr(judging, "_judge", killed)
    with pytest.raises(KeyboardInterrupt):
        judge_fleet([bundles], tmp_path / "out")
    monkeypatch.setattr(judging, "_judge", whole)
    done = judge_fleet([bundles], tmp_path / "out")
    assert done.known > 0
    hosts = [one.host for batch in KeptHosts(tmp_path / "out").batches() for one in batch.hosts if not one.error]
    assert len(hosts) == len(set(hosts)) == 38


def test_two_hosts_of_one_name_are_told_apart_by_their_directories(tmp_path) -> None:
    for rack in ("rack1", "rack2"):
        (tmp_path / rack).mkdir()
        shutil.copy(DATA / "planted" / "ksm.tar.gz", tmp_path / rack / "web.tar.gz")
    assert [one.host for one in bundle_places([tmp_path])] == ["rack1/web", "rack2/web"]


def test_runs_and_archives_are_found_and_named_by_their_place(tmp_path) -> None:
    shutil.copytree(RUN, tmp_path / "db1")
    shutil.copy(DATA / "planted" / "ksm.tar.gz", tmp_path / "web.example.org.tar.gz")
    (tmp_path / "notes.txt").write_text("no bundle")
    assert [one.host for one in bundle_places([tmp_path])] == ["db1", "web.example.org"]


def test_no_bundles_and_no_such_path_are_errors(tmp_path) -> None:
    with pytest.raises(InputError, match="no snapshots or runs"):
        bundle_places([tmp_path])
    with pytest.raises(InputError, match="no such file"):
        bundle_places([tmp_path / "none"])


def test_other_files_are_never_mixed_up(tmp_path, bundles) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(InputError, match="holds other files"):
        judge_fleet([bundles], tmp_path)


HOSTILE = "\x1b[2J<script>alert(1)</script>'; DROP TABLE machines;--\x00\ud800"


def test_hostile_names_and_values_become_plain_text(tmp_path) -> None:
    base = varied(bases()[1], "x", __import__("random").Random(1))
    entries = dict(base.tree.items()) | {"/proc/sys/kernel/hostname": HOSTILE.encode("utf-8", "surrogatepass")}
    from dataclasses import replace

    from perfadvisor.model.tree import Tree

    save_snapshot(replace(base, tree=Tree(entries), taken=4e9), tmp_path / "h.tar.gz")
    record = judged_one(BundlePlace(host="h", path=tmp_path / "h.tar.gz"), load_rules())
    assert "DROP TABLE" in record.identity and record.identity.isprintable()
    assert time_of(record) == record.received  # the machine's clock is a century ahead
    assert decode(encode(record), "") == record


@pytest.mark.parametrize(
    "line",
    ["", "[]", "{}", '{"host": 1}', "x" * 10, '{"a":' * 50_000],
)
def test_lines_that_are_no_record_are_errors(line: str) -> None:
    with pytest.raises(InputError, match="not a host's record"):
        decode(line, "f:1")


@pytest.mark.parametrize(("field", "value"), [("facts", [["a", "b", None]]), ("cells", [[1] * 11]), ("taken", "x")])
def test_values_of_other_types_are_errors(field: str, value: object) -> None:
    plain = json.loads(encode(HostRecord(host="h", source="", content="")))
    with pytest.raises(InputError):
        decode(json.dumps(plain | {field: value}), "f:1")


def test_a_damaged_file_of_judged_hosts_is_named(judged, tmp_path) -> None:
    shutil.copytree(judged[0], tmp_path / "out")
    file = next((tmp_path / "out" / "hosts").iterdir())
    file.write_bytes(file.read_bytes()[:-50])
    with pytest.raises(InputError, match="damaged"):
        list(KeptHosts(tmp_path / "out").records())


def test_the_newest_reading_of_a_host_counts_and_a_broken_one_never_hides_it(tmp_path) -> None:
    from perfadvisor.fleet.kept import packed

    old = HostRecord(host="h", source="", content="1", taken=100.0, received=1000.0)
    new = HostRecord(host="h", source="", content="2", taken=200.0, received=1000.0, findings=(FleetFinding(*"abcde"),))
    bad = HostRecord(host="h", source="", content="3", taken=0.0, received=2000.0, error="cut off")
    kept = KeptHosts(tmp_path / "out")
    kept.make()
    for one in (new, old, bad):
        kept.add(packed([one], "rules"))
    assert [one.content for one in kept.records()] == ["2"]
