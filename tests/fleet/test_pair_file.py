"""Pairs of hosts: the switch each is behind, the file of the matrix, its lines and its heat map."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from perfadvisor.cli.fleet_reach import _place
from perfadvisor.errors import InputError
from perfadvisor.fleet.ansible import HostAnswer
from perfadvisor.fleet.comparing import comparison
from perfadvisor.fleet.digests import digest_of
from perfadvisor.fleet.pair_file import matrices, pairs_json, read_pairs
from perfadvisor.fleet.pairing import MeasuredPairs, _take
from perfadvisor.fleet.switches import switch_of
from perfadvisor.report.fleet.html import fleet_page
from perfadvisor.report.fleet.pairs import heat_map, matrix_text
from tests.analyse.fleet.test_pairs import HOSTS, matrix, slowed
from tests.fleet.test_command import fleet, kept, slow_fleet

LLDP = Path(__file__).resolve().parent.parent / "data" / "lldp"
IPERF3 = '{"start": {}, "end": {"sum_received": {"bits_per_second": 9.4e9}}}'
PING = "PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.\n\n--- 10.0.0.2 ping statistics ---\n"
IPUTILS = (
    "5 packets transmitted, 5 received, 0% packet loss, time 816ms\nrtt min/avg/max/mdev = 0.043/0.061/0.092/0.017 ms\n"
)
BUSYBOX = "5 packets transmitted, 5 packets received, 0% packet loss\nround-trip min/avg/max = 0.043/0.061/0.092 ms\n"


def measured() -> MeasuredPairs:
    """Eight hosts, of which h5 has a bad port: a third of the throughput, three times the round trip."""
    found = MeasuredPairs(values=matrix(), round_trips=dict.fromkeys(matrix(), 5e-05))
    slowed(found.values, "h5", 0.33)
    slowed(found.round_trips, "h5", 3.0)
    return found


@pytest.mark.parametrize(
    ("file", "switch"), [("one-neighbour.json", "tor1"), ("two-neighbours.json", "tor1 and tor2"), ("none.json", "")]
)
def test_the_switch_is_read_from_what_lldpctl_prints(file: str, switch: str) -> None:
    assert switch_of((LLDP / file).read_text()) == switch


NAMELESS = {"lldp": {"interface": {"eth0": {"via": "LLDP", "chassis": {"id": {"type": "mac", "value": "00:11"}}}}}}


@pytest.mark.parametrize(
    ("printed", "switch"),
    [
        ("", ""),
        ("sh: lldpctl: not found", ""),
        ("[]", ""),
        ('{"lldp": {"interface": 7}}', ""),
        ('{"lldp": {"interface": [{"eth0": null}]}}', ""),
        ("[" * 50_000, ""),
        (json.dumps(NAMELESS), "00:11"),
        ('{"lldp": {"interface": {"e": {"chassis": {"\\u001b[2J<b>": {}}}}}}', "[2J<b>"),
    ],
)
def test_other_answers_name_no_switch_and_hostile_ones_are_plain(printed: str, switch: str) -> None:
    found = switch_of(printed)
    assert (
        found.isprintable()
        and found.strip(" ?\N{REPLACEMENT CHARACTER}").endswith(switch)
        and bool(found) == bool(switch)
    )


@pytest.mark.parametrize("pinged", [PING + IPUTILS, PING + BUSYBOX])
def test_an_answer_gives_throughput_and_the_shortest_round_trip(pinged: str) -> None:
    found = MeasuredPairs()
    _take(found, ("a", "b"), HostAnswer(host="a", state="", result={"stdout": pinged + IPERF3}))
    assert (found.values, found.round_trips) == ({("a", "b"): 9.4e9}, {("a", "b"): pytest.approx(43e-6)})


def test_without_ping_the_throughput_is_there() -> None:
    found = MeasuredPairs()
    _take(found, ("a", "b"), HostAnswer(host="a", state="", result={"stdout": IPERF3}))
    assert found.values and not found.round_trips and not found.missed


def test_the_file_comes_back_as_it_was_written(tmp_path) -> None:
    found = replace(measured(), switches={"h1": "tor1"})
    del found.round_trips["h1", "h2"]
    (tmp_path / "p.json").write_text(pairs_json(found))
    assert read_pairs(tmp_path / "p.json") == found


def test_a_file_of_the_first_version_is_read(tmp_path) -> None:
    (tmp_path / "p.json").write_text('{"schema_version": 1, "pairs": [{"from": "a", "to": "b", "bits_per_s": 1e9}]}')
    assert read_pairs(tmp_path / "p.json").values == {("a", "b"): 1e9}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"schema_version": 2}',
        '{"schema_version": 2, "switches": {}, "pairs": [{"from": "a", "to": 1, "bits_per_s": 1}]}',
        '{"schema_version": 2, "switches": {}, "pairs": [{"from": "a", "to": "b", "bits_per_s": -1}]}',
        '{"schema_version": 2, "switches": {}, "pairs": [{"from": "a", "to": "b", "bits_per_s": 1e999}]}',
        '{"schema_version": 2, "switches": {}, "pairs": [{"from": "a", "to": "b", "bits_per_s": true}]}',
    ],
)
def test_other_files_are_errors(tmp_path, text: str) -> None:
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(InputError):
        read_pairs(tmp_path / "p.json")


def test_the_bad_port_is_named_by_throughput_and_by_round_trip() -> None:
    throughput, round_trip = matrices(measured())
    assert {one.hosts for one in throughput.odd} == {one.hosts for one in round_trip.odd} == {("h5",)}
    assert "h5 receives 33 % of what" in matrix_text(throughput)
    text = matrix_text(round_trip)
    assert "round trips to h5 take 300 % of what" in text and "µs from row to column" in text
    assert " 50.00" in text and "150" in text


def test_the_heat_map_colours_the_bad_port_alone() -> None:
    for matrix_ in matrices(measured()):
        rows = {host: [colour for _, colour in cells] for host, cells in heat_map(matrix_).rows}
        assert all(rows["h5"][i] == "heat0" for i in range(8) if HOSTS[i] != "h5") and rows["h5"][5] == ""
        assert not any(colour < "heat3" for i in range(8) if i != 5 for colour in [rows["h0"][i]] if colour)


def test_the_page_has_the_heat_map_and_escapes_names() -> None:
    found = MeasuredPairs(values={(f"<b>{one}", other): value for (one, other), value in matrix().items()})
    page = fleet_page(comparison(digest_of(slow_fleet())), pairs=matrices(found))
    assert "Gbit/s from row to column" in page and "&lt;b&gt;h0" in page and "<b>h0" not in page


def test_report_takes_the_file(tmp_path) -> None:
    (tmp_path / "p.json").write_text(pairs_json(measured()))
    out = kept(tmp_path / "out", slow_fleet())
    done = fleet("report", out, "-o", tmp_path / "p.html", "--pairs", tmp_path / "p.json")
    assert done.exit_code == 0 and 'class="heat0"' in (tmp_path / "p.html").read_text()


def test_what_the_user_names_counts_before_lldp() -> None:
    found = replace(measured(), switches=dict.fromkeys(HOSTS, "tor1"))
    _place(found, (), {"h1": "rack1"})
    assert found.switches["h1"] == "rack1" and found.switches["h2"] == ""
    _place(found, ("h[0-3]", "h*"), {})
    assert found.switches["h3"] == "h[0-3]" and found.switches["h7"] == "h*"
