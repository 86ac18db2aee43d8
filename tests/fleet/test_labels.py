"""Cohorts by a variable of the inventory in place of hardware."""

import json

import pytest

from perfadvisor.cli import fleet_body
from perfadvisor.errors import InputError
from perfadvisor.fleet.ansible import host_labels
from tests.fleet.test_command import fleet, kept, slow_fleet

RACKS = {f"h{number:02}": "old" if number < 6 else "new" for number in range(20)}
INVENTORY = "[web]\nh01 rack=r1\nh02 rack=2\nh03\n[web:vars]\nrow=7\n"


def test_hosts_are_compared_with_those_of_their_label(tmp_path, monkeypatch) -> None:
    """Three slow hosts of twenty are outliers; of six, half, there is no usual speed that they differ from."""
    monkeypatch.setattr(fleet_body, "host_labels", lambda inventory, label: RACKS if label == "rack" else {})
    out = kept(tmp_path / "out", slow_fleet())
    (tmp_path / "hosts").write_text("")
    words = ("-i", tmp_path / "hosts", "--label", "rack", "--json")
    found = json.loads(fleet("outliers", out, *words).stdout)["comparison"]
    assert found["cohorts"] == {"new": 14, "old": 6}
    assert not [one for one in found["outliers"]["outliers"] if one["host"] in ("h06", "h19")]


def test_a_baseline_and_its_drift_are_of_the_same_label(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(fleet_body, "host_labels", lambda inventory, label: RACKS)
    words = ("-i", "h00,", "--label", "rack")
    good = kept(tmp_path / "good", slow_fleet(slow=0))
    bad = kept(tmp_path / "bad", slow_fleet(slow=1))
    assert "2 cohorts" in fleet("baseline", good, *words, "-o", tmp_path / "b.json").stdout
    drifted = fleet("drift", bad, *words, "--baseline", tmp_path / "b.json")
    assert (drifted.exit_code, drifted.stdout) == (1, "h00: cpu.governors = powersave, accepted: performance\n")


def test_a_label_without_an_inventory_is_an_error(tmp_path) -> None:
    done = fleet("outliers", kept(tmp_path / "out", slow_fleet()), "--label", "rack")
    assert isinstance(done.exception, InputError) and "no inventory" in str(done.exception)


@pytest.mark.slow
def test_labels_come_from_the_inventory_with_the_variables_of_groups(tmp_path) -> None:
    pytest.importorskip("ansible_runner")
    (tmp_path / "hosts").write_text(INVENTORY)
    assert host_labels([str(tmp_path / "hosts")], "rack") == {"h01": "r1", "h02": "2"}
    assert host_labels([str(tmp_path / "hosts")], "row") == {"h01": "7", "h02": "7", "h03": "7"}
    with pytest.raises(InputError, match="--label rock: no host"):
        host_labels([str(tmp_path / "hosts")], "rock")
