"""iperf3's output for people: what a client prints, as captured here and as people paste it."""

from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.importer.pieces import configurations_in
from perfadvisor.model.fact import Fact
from perfadvisor.tools import iperf3_facts

DATA = Path(__file__).resolve().parents[1] / "data" / "iperf3"
UDP = """Connecting to host 192.0.2.2, port 5201
[  5] local 192.0.2.1 port 40000 connected to 192.0.2.2 port 5201
[ ID] Interval           Transfer     Bitrate         Total Datagrams
[  5]   0.00-1.00   sec   128 KBytes  1.05 Mbits/sec  91
- - - - - - - - - - - - - - - - - - - - - - - - -
[ ID] Interval           Transfer     Bitrate         Jitter    Lost/Total Datagrams
[  5]   0.00-1.00   sec   128 KBytes  1.05 Mbits/sec  0.000 ms  0/91 (0%)  sender
[  5]   0.00-1.04   sec   120 KBytes   945 Kbits/sec  0.043 ms  6/91 (6.6%)  receiver
"""


def samples(data: bytes) -> tuple[dict[str, float], dict]:
    (one,) = configurations_in(data, "x")
    return {sample.metric: sample.value for sample in one.output.samples}, dict(one.output.details)


def test_two_flows_give_the_totals_of_both() -> None:
    found, details = samples((DATA / "text-two-flows.txt").read_bytes())
    assert found == {"bits_per_s": 8.66e9, "sent_bits_per_s": 8.71e9, "retransmits": 3}
    assert details["streams"] == 2 and details["from_text"] is True
    assert details["max_snd_cwnd_bytes"] == int(2.87 * (1 << 20))
    assert details["local_host"] == details["remote_host"] == "127.0.0.1"


def test_udp_has_losses_and_jitter_and_no_retransmits() -> None:
    found, details = samples(UDP.encode())
    assert found == {
        "bits_per_s": 945e3,
        "sent_bits_per_s": 1.05e6,
        "jitter": 0.043,
        "lost_share": pytest.approx(6 / 91),
    }
    assert details["protocol"] == "UDP" and "max_snd_cwnd_bytes" not in details


@pytest.mark.parametrize("end", range(0, len(UDP), 37))
def test_cut_off_before_its_totals_it_is_no_result(end: int) -> None:
    try:
        found, _ = samples(UDP[:end].encode())
    except InputError:
        return
    assert found["sent_bits_per_s"] == 1.05e6


def test_iperf_2_is_named_as_what_it_is() -> None:
    text = b"-----\nClient connecting to 192.0.2.2, TCP port 5001\n[ ID] Interval       Transfer     Bandwidth\n"
    with pytest.raises(InputError, match="iperf 2 wrote this"):
        configurations_in(text, "x")


@pytest.mark.parametrize("broken", ["1..05 Mbits/sec", "10.5.5 Mbits/sec", "1" * 5000 + " Mbits/sec"])
def test_a_row_with_what_is_no_number_is_no_row(broken: str) -> None:
    assert UDP.count("1.05 Mbits/sec") == 2
    found, _ = samples(UDP.replace("1.05 Mbits/sec", broken).encode())
    assert found.get("bits_per_s") == 945e3 and "sent_bits_per_s" not in found


def test_what_only_json_has_is_no_fact_of_a_text() -> None:
    data = (DATA / "text-two-flows.txt").read_bytes()
    found = {fact.name: fact.value for fact in iperf3_facts.facts(data) if isinstance(fact, Fact)}
    assert not {"iperf3.intervals", "iperf3.intervals_omitted"} & set(found)
    assert (found["iperf3.has_json"], found["iperf3.connected_streams"]) == (False, 2)
