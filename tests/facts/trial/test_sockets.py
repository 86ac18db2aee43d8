"""What the kernel counted of a network trial's connections, summed up."""

import pytest

from perfadvisor.facts.text.net import ss
from perfadvisor.facts.trial import sockets

DETAILS = "cubic wscale:10,10 rto:220 rtt:20.1/0.1 mss:1448 cwnd:40 {rest} minrtt:19.9"
ENDS = f"ESTAB 0 0 10.99.0.1:4{{number}} 10.99.0.2:5201\n\t {DETAILS}\n"


def printed(*rests: str) -> tuple[object, ...]:
    text = "".join(ENDS.format(number=number, rest=rest) for number, rest in enumerate(rests))
    return tuple(ss.facts(text.encode()))


def test_each_connection_counts_for_as_long_as_it_had_something_to_send() -> None:
    near = printed(
        "bytes_sent:9 busy:3000ms sndbuf_limited:3000ms(100.0%)", "bytes_sent:9 busy:1000ms rwnd_limited:500ms(50.0%)"
    )
    found = sockets.deltas([near, printed("bytes_received:9")])
    assert found["tcp.buffer_limited_share"] == pytest.approx(0.75)
    assert found["tcp.receiver_limited_share"] == pytest.approx(0.125)
    assert found["tcp.congestion_window_bytes"] == 40 * 1448
    assert found["tcp.least_round_trip_us"] == pytest.approx(19_900)


def test_the_sender_may_be_at_the_far_end() -> None:
    far = printed("bytes_sent:9 busy:200ms rwnd_limited:200ms(100.0%)")
    assert sockets.deltas([printed("bytes_received:9"), far])["tcp.receiver_limited_share"] == 1.0


@pytest.mark.parametrize("ends", [[], [()], [printed("bytes_received:9")]])
def test_nothing_is_said_where_nothing_was_counted(ends: list[tuple[object, ...]]) -> None:
    assert sockets.deltas(ends) == {}
