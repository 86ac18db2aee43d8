"""iperf3 output of real machines, client and server, from 3.0.11 to 3.22."""

import pytest

from perfadvisor.model.fact import FactTable
from perfadvisor.tools.facts_of_output import facts, recognise

pytestmark = pytest.mark.shared

EXPECTATIONS = ("iperf__*", "generated_here__iperf*")


def flag(reading, keys, expected):
    """The file's 0 and 1."""
    value = reading.value("iperf3.reverse")
    return None if value is None else int(value)


def pair(low, high):
    def read(reading, keys, expected):
        return [reading.value(f"iperf3.{low}"), reading.value(f"iperf3.{high}")]

    return read


def headline_retransmits(reading, keys, expected):
    return reading.value("iperf3_sum.retransmits", "sum_sent")


def total(name, fact):
    return [
        (f"{where}/{name}", f"iperf3_sum.{fact}", where)
        for where in ("sum", "sum_sent", "sum_received", "sum_sent_bidir_reverse", "sum_received_bidir_reverse")
    ]


LEAVES = (
    ("parse_ok", "iperf3.has_json"),
    ("crlf", "iperf3.crlf"),
    ("version", "iperf3.version"),
    ("protocol", "iperf3.protocol"),
    ("num_streams", "iperf3.streams"),
    ("duration", "iperf3.duration"),
    ("omit", "iperf3.omit"),
    ("reverse", flag),
    ("bidir", "iperf3.bidir"),
    ("error", "iperf3.error"),
    ("connected_streams", "iperf3.connected_streams"),
    ("intervals", "iperf3.intervals"),
    ("intervals_omitted", "iperf3.intervals_omitted"),
    ("retransmits_in_counted_intervals", "iperf3.interval_retransmits"),
    ("interval_bps_min_max", pair("interval_bits_per_s_min", "interval_bits_per_s_max")),
    ("rtt_us_min_max", pair("rtt_min", "rtt_max")),
    ("cpu/host_total", "iperf3.host_cpu_percent"),
    ("cpu/remote_total", "iperf3.remote_cpu_percent"),
    ("congestion", "iperf3.congestion"),
    ("server_side", "iperf3.server_side"),
    ("usable_result", "iperf3.usable"),
    ("headline/throughput_bps", "iperf3.delivered"),
    ("headline/delivered_bps", "iperf3.delivered"),
    ("headline/offered_bps", "iperf3_sum.bits_per_s", "sum_sent"),
    ("headline/lost_percent", "iperf3_sum.lost_percent", "sum_received"),
    ("headline/retransmits", headline_retransmits),
    *total("bits_per_second", "bits_per_s"),
    *total("bytes", "bytes"),
    *total("seconds", "seconds"),
    *total("retransmits", "retransmits"),
    *total("jitter_ms", "jitter"),
    *total("lost_packets", "lost_packets"),
    *total("packets", "packets"),
    *total("lost_percent", "lost_percent"),
    *total("sender", "sender"),
)
UNCOMPARED = (("must", "prose"),)


def read(path):
    data = path.read_bytes()
    assert recognise(data) == "iperf3"
    return FactTable(facts(data, str(path)))


def test_agrees(expectation, differences):
    assert differences(expectation, read(expectation.path)) == []
