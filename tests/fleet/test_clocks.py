"""Hosts whose clock or identity is not what it was."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from perfadvisor.fleet import reaching
from perfadvisor.fleet.ansible import FleetOptions, HostAnswer
from perfadvisor.fleet.reaching import reach, snapshot_job
from perfadvisor.saved.saved import load_snapshot
from tests.fleet.test_command import fleet, kept, slow_fleet

SNAPSHOT = Path(__file__).resolve().parent.parent / "data" / "planted" / "ksm.tar.gz"
DAY = 86_400.0


@pytest.fixture
def reached(tmp_path, monkeypatch):
    """What is kept, and noted, of a host whose clock is off by so many seconds (None: it has none)."""

    def reach_one(off: float | None):
        taken = 0.0 if off is None else time.time() + off
        snapshot = replace(load_snapshot(SNAPSHOT), taken=taken)
        monkeypatch.setattr(reaching, "snapshot_of_answer", lambda *_: snapshot)
        answer = HostAnswer(host="web1", state="", result={"stdout": "x"})
        monkeypatch.setattr(reaching, "run_play", lambda _options, _plays, _task, answered: answered(answer))
        done = reach(FleetOptions(inventory=("web1,",)), tmp_path / "out", snapshot_job())
        assert done.read == ["web1"] and not done.missed
        return load_snapshot(tmp_path / "out" / "web1.tar.gz").taken - time.time(), done.notes

    return reach_one


@pytest.mark.parametrize(("off", "words"), [(DAY, "24.0 hours ahead"), (-DAY, "24.0 hours behind")])
def test_a_clock_off_by_a_day_is_named_and_not_believed(reached, off: float, words: str) -> None:
    dated, notes = reached(off)
    assert abs(dated) < 60 and words in notes["web1"]


def test_a_clock_that_is_right_or_missing_is_not_named(reached) -> None:
    assert reached(-100.0) == (pytest.approx(-100, abs=60), {})


def test_a_host_without_a_clock_is_dated_here(reached) -> None:
    assert reached(None) == (pytest.approx(0, abs=60), {})


def test_a_host_that_is_another_machine_by_now_is_not_compared_with_itself(tmp_path) -> None:
    first = [replace(one, identity=one.host) for one in slow_fleet(slow=0)]
    later = [replace(one, identity=one.host) for one in slow_fleet(slow=0, gain=0.8)]
    later[1] = replace(later[1], identity="db7")
    before, after = kept(tmp_path / "before", first), kept(tmp_path / "after", later)
    odd = [word for number in range(1, 20, 2) for word in ("--changed", f"h{number:02}")]
    done = fleet("compare", "--before", before, "--after", after, *odd)
    assert "left out: h01: calls itself db7, and h01 before" in done.output
    assert "9 changed against 10 untouched hosts" in done.output


def test_since_tells_of_a_changed_identity(tmp_path) -> None:
    from perfadvisor.model.fleet import FleetFact

    def named(name: str, content: str, taken: float):
        (one,) = slow_fleet(slow=0, hosts=1)
        facts = (FleetFact("kernel.hostname", "", name),)
        return [replace(one, content=content, taken=taken, received=taken, facts=facts)]

    for name, records in (("first", named("h00", "1", 1e9)), ("later", named("db7", "2", 2e9))):
        fleet("ingest", kept(tmp_path / name, records), "--db", tmp_path / "f.sqlite")
    moved = fleet("since", "--db", tmp_path / "f.sqlite").stdout
    assert moved == "2033-05-18 03:33:20 UTC  h00: kernel.hostname h00 -> db7\n"
