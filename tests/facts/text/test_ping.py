"""The statistics of ping, as its several programs print them."""

import pytest

from perfadvisor.facts.text.net.ping import facts
from perfadvisor.model.fact import FactTable

HEAD = "--- db1.example.org ping statistics ---\n"


def of(text: str) -> FactTable:
    return FactTable(facts(text.encode()))


@pytest.mark.parametrize(
    ("counts", "sent", "lost"),
    [
        ("633 packets transmitted, 633 received, 0% packet loss, time 632005ms", 633, 0),
        ("200 packets transmitted, 187 received, +1 errors, 6.5% packet loss, time 203755ms", 200, 13),
        ("5 packets transmitted, 5 packets received, 0% packet loss", 5, 0),
        ("5 packets transmitted, 5 received, +5 duplicates, 0% packet loss, time 4005ms", 5, 0),
        ("3 packets transmitted, 0 received, 100% packet loss, time 2049ms", 3, 3),
    ],
)
def test_counts(counts: str, sent: int, lost: int) -> None:
    found = of(HEAD + counts + "\n")
    assert (found.value("ping.sent", "db1.example.org"), found.value("ping.lost", "db1.example.org")) == (sent, lost)


def test_round_trips() -> None:
    found = of(f"{HEAD}rtt min/avg/max/mdev = 0.088/0.125/0.251/0.027 ms, pipe 2\n")
    assert found.value("ping.round_trip_mean_ns", "db1.example.org") == 125_000
    assert found.value("ping.round_trip_spread_ns", "db1.example.org") == 27_000
    found = of(f"{HEAD}round-trip min/avg/max = 0.612/0.844/1.920 ms\n")
    assert found.value("ping.round_trip_most_ns", "db1.example.org") == 1_920_000
    assert found.value("ping.round_trip_spread_ns", "db1.example.org") is None


def test_of_several_runs_to_one_address_the_last_counts() -> None:
    first = "10 packets transmitted, 5 received, 50% packet loss, time 9000ms\n"
    assert (
        of(HEAD + first + "\n" + HEAD + first.replace("5 received", "10 received")).value(
            "ping.lost", "db1.example.org"
        )
        == 0
    )


def test_what_is_cut_off_or_cannot_be_is_not_known() -> None:
    assert not list(facts(b"633 packets transmitted, 633 received, 0% packet loss\n"))
    assert not list(facts((HEAD + "5 packets transmitted, 6 received, -20% packet loss\n").encode()))
    assert not list(facts((HEAD + "rtt min/avg/max/mdev = nan/nan/nan/nan ms\n").encode()))
