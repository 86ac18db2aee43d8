"""iperf3: command lines, and its output as samples, on files written here."""

import json

import pytest

from perfadvisor.model.workload import Trial, Workload
from perfadvisor.tools import iperf3
from perfadvisor.tools.context import Context
from perfadvisor.tools.iperf3_text import recognise, take_apart


@pytest.fixture
def iperf3_file(data):
    return lambda name: (data / "iperf3" / name).read_bytes()


def values(output):
    return {sample.metric: sample.value for sample in output.samples}


def argv(runtime_s=8.0, warmup_s=2.0, **parameters):
    workload = Workload(
        id="network/a", title="A", device="network", tool="iperf3", parameters=parameters, metrics=("bits_per_s",)
    )
    trial = Trial(
        number=1, workload="network/a", environment="x", repeat=1, position=1, runtime_s=runtime_s, warmup_s=warmup_s
    )
    return iperf3.command(workload, trial, Context(host="192.0.2.1", port=7777))


@pytest.mark.parametrize(
    ("parameters", "flags"),
    [
        ({}, ("--client=192.0.2.1", "--port=7777", "--time=8", "--omit=2", "--json", "--connect-timeout=5000")),
        ({"streams": 4, "zerocopy": True}, ("--parallel=4", "--zerocopy")),
        ({"reverse": True}, ("--reverse",)),
        ({"bidirectional": True}, ("--bidir",)),
        ({"protocol": "udp"}, ("--udp", "--bitrate=0")),
        ({"protocol": "udp", "bits_per_s": 10, "length_bytes": 1448}, ("--bitrate=10", "--length=1448")),
        ({"window_bytes": 65536}, ("--window=65536",)),
        ({"congestion_control": "bbr", "mss_bytes": 1200}, ("--congestion=bbr", "--set-mss=1200")),
        ({"affinity": "0,1", "no_delay": True, "fq_bits_per_s": 10}, ("--affinity=0,1", "--no-delay", "--fq-rate=10")),
        ({"runtime_s": 0.2}, ("--time=1",)),
    ],
)
def test_client_flags(parameters, flags):
    assert set(flags) <= set(argv(**parameters))


def test_tcp_has_no_rate_unless_asked():
    assert not any(flag.startswith("--bitrate") for flag in argv(protocol="tcp"))


def test_the_server_takes_one_test():
    plain = Workload(id="n/x", title="", device="network", tool="iperf3", parameters={}, metrics=())
    assert iperf3.server(plain, Context(port=7777, bind="192.0.2.1")) == (
        "iperf3",
        "--server",
        "--one-off",
        "--port=7777",
        "--bind=192.0.2.1",
    )


def test_tcp_with_omitted_seconds(iperf3_file):
    output = iperf3.parse(iperf3_file("tcp-omit.json"))
    assert output.error == ""
    assert values(output) == pytest.approx(
        {"bits_per_s": 99999408.825, "sent_bits_per_s": 100140309.824, "retransmits": 0, "rtt_mean": 201}
    )
    assert output.details["sender_cpu_percent"] == pytest.approx(4.14400127664243)
    assert output.details["receiver_cpu_percent"] == pytest.approx(0.6104625122670264)
    assert output.details["sent_bytes"] == 25034752 and output.details["protocol"] == "TCP"


def test_the_server_saw_the_same_arrive(iperf3_file):
    client, server = (iperf3.parse(iperf3_file(name)) for name in ("tcp-omit.json", "tcp-omit-server.json"))
    assert values(server)["bits_per_s"] == pytest.approx(values(client)["bits_per_s"])
    assert server.details["server_side"] is True and "sent_bytes" not in server.details
    assert server.details["receiver_cpu_percent"] == client.details["receiver_cpu_percent"]


def test_reverse_swaps_the_sides(iperf3_file):
    client, server = (iperf3.parse(iperf3_file(name)) for name in ("tcp-reverse.json", "tcp-reverse-server.json"))
    assert client.details["reverse"] is True
    assert client.details["sender_cpu_percent"] == server.details["sender_cpu_percent"]
    assert "bits_per_s" not in values(server)  # a sender cannot know what arrived
    assert values(server)["sent_bits_per_s"] == values(client)["sent_bits_per_s"]
    assert "receiver_cpu_percent" not in server.details


def test_flows_are_together(iperf3_file):
    output = iperf3.parse(iperf3_file("tcp-4.json"))
    assert output.details["streams"] == 4 and output.details["min_rtt_us"] == 102
    assert values(output)["bits_per_s"] == pytest.approx(80e6, rel=0.06)


def test_both_ways_at_once(iperf3_file):
    found = values(iperf3.parse(iperf3_file("tcp-bidir.json")))
    assert found["bits_per_s"] > 0 and found["reverse.bits_per_s"] > 0
    details = iperf3.parse(iperf3_file("tcp-bidir.json")).details
    assert details["bidir"] is True and "sender_cpu_percent" not in details  # both send


@pytest.mark.parametrize("name", ["udp.json", "udp-reverse.json", "udp-server.json"])
def test_udp_that_loses_nothing(iperf3_file, name):
    found = values(iperf3.parse(iperf3_file(name)))
    assert found["bits_per_s"] == pytest.approx(20e6, rel=0.02)
    assert found["lost_share"] == 0.0 and found["jitter"] > 0 and "retransmits" not in found


def test_udp_loss_is_told_by_the_bytes_where_seconds_were_omitted(iperf3_file):
    data = iperf3_file("udp-omit-lossy.json")
    end = json.loads(data)["end"]
    found = values(iperf3.parse(data))
    assert end["sum"]["lost_percent"] > 100  # iperf3 3.12 counts the losses of the omitted second as well
    assert found["lost_share"] == pytest.approx(1 - end["sum_received"]["bytes"] / end["sum_sent"]["bytes"])
    assert found["bits_per_s"] == end["sum_received"]["bits_per_second"] < found["sent_bits_per_s"]


def test_an_older_udp_sum_is_the_sent_rate():
    old = {
        "start": {"version": "iperf 3.1.3", "test_start": {"protocol": "UDP", "num_streams": 1, "reverse": 0}},
        "end": {"sum": {"bytes": 100, "bits_per_second": 800.0, "lost_packets": 25, "packets": 100, "jitter_ms": 0.5}},
    }
    assert values(iperf3.parse(json.dumps(old).encode())) == {
        "bits_per_s": 600.0,
        "sent_bits_per_s": 800.0,
        "jitter": 0.5,
        "lost_share": 0.25,
    }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("refused.json", "iperf3: unable to connect to server: Connection refused"),
        ("busy.json", "iperf3: the server is busy running a test. try again later"),
        ("server-gone.json", "iperf3: control socket has closed unexpectedly"),
        ("usage.txt", "iperf3: unrecognized option '--bogus'"),
    ],
)
def test_failures_are_one_clear_line_although_it_exits_with_0(iperf3_file, name, said):
    output = iperf3.parse(iperf3_file(name), b"", 0)
    assert output.error == said and output.samples == ()
    assert recognise(iperf3_file(name))


@pytest.mark.parametrize(
    ("stdout", "stderr", "code", "said"),
    [
        (b"", b"", -9, "iperf3 printed no result and ended with -9"),
        (b"", b"not found\n", 127, "not found"),
        (b'{"start": {"version": "iperf 3.12"}, "end": {}}', b"", 0, "no totals"),
        (b'{"start": {"version": "iperf 3.12"}, "end": {"sum_sent": {"bits_per_second": 0}}}', b"", 0, "moved no data"),
    ],
)
def test_nothing_measured_is_an_error(stdout, stderr, code, said):
    assert said in iperf3.parse(stdout, stderr, code).error


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_truncated_output_is_said_to_be(iperf3_file, share):
    data = iperf3_file("tcp-4.json")
    assert "incomplete" in iperf3.parse(data[: int(len(data) * share)]).error


def test_windows_line_ends_change_nothing(iperf3_file):
    data = iperf3_file("tcp-4.json")
    assert iperf3.parse(data.replace(b"\n", b"\r\n")) == iperf3.parse(data)


def test_a_stream_of_events_is_put_together(iperf3_file):
    whole = json.loads(iperf3_file("tcp-4.json"))
    events = [
        {"event": "start", "data": whole["start"]},
        *({"event": "interval", "data": interval} for interval in whole["intervals"]),
        {"event": "end", "data": whole["end"]},
    ]
    lines = "\n".join(map(json.dumps, events)).encode()
    assert iperf3.parse(lines) == iperf3.parse(iperf3_file("tcp-4.json"))
    # --json-stream-full-output prints the whole document once more: one test, no repeat of it.
    assert len(take_apart(lines + b"\n" + json.dumps(whole, indent="\t").encode()).runs) == 1


def test_a_stream_that_was_refused_says_why():
    event = b'{"event":"error","data":"unable to connect to server: Connection refused"}\n'
    assert recognise(event)
    assert "Connection refused" in iperf3.parse(event).error


def test_a_server_does_not_know_what_the_client_used(iperf3_file):
    """It prints its totals before it gets the client's: a second test says what the first one's client used."""
    document = json.loads(iperf3_file("tcp-4.json"))
    document["start"]["accepted_connection"] = {"host": "192.0.2.1", "port": 4711}
    document["end"]["cpu_utilization_percent"] |= {"host_total": 40.0, "remote_total": 97.0}
    details = iperf3.parse(json.dumps(document).encode()).details
    assert details["receiver_cpu_percent"] == 40.0 and "sender_cpu_percent" not in details
