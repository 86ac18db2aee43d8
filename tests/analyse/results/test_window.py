"""The largest window of this end: all of a send buffer, and of a receive buffer what its kernel lets be window."""

from types import SimpleNamespace

import pytest

from perfadvisor.analyse.results.window import window_bytes, window_limited, window_rate
from perfadvisor.model.fact import Fact, FactTable

SETTINGS = {
    "network.tcp_wmem_max_bytes": 131072,
    "network.tcp_rmem_max_bytes": 200000,
    "network.tcp_adv_win_scale": 1,
    "kernel.release": "6.18.0-1-amd64",
}


def machine(**changed):
    values = {**SETTINGS, **{name.replace("__", "."): value for name, value in changed.items()}}
    return FactTable(Fact(name=name, value=value, source="x") for name, value in values.items() if value is not None)


def trial(parameters=None, **details):
    output = SimpleNamespace(details={"reverse": False, **details})
    return SimpleNamespace(output=output, trial=SimpleNamespace(parameters=parameters or {}))


@pytest.mark.parametrize(
    ("details", "settings", "expected"),
    [
        ({}, {}, 131072),  # sends: the whole buffer, on any kernel
        ({}, {"kernel__release": "5.10.0"}, 131072),
        ({"reverse": True}, {}, 200000),  # receives: the overhead is each socket's own since 6.6
        ({"reverse": True}, {"kernel__release": "6.5.13"}, 100000),
        ({"reverse": True}, {"kernel__release": "5.10.0", "network__tcp_adv_win_scale": 2}, 150000),
        ({"reverse": True}, {"kernel__release": "5.10.0", "network__tcp_adv_win_scale": -2}, 50000),
        ({"server_side": True}, {}, 200000),
        ({"server_side": True, "reverse": True}, {}, 131072),
    ],
)
def test_the_kernels_rule(details, settings, expected):
    assert window_bytes([trial(**details)], machine(**settings)) == (expected, "")


@pytest.mark.parametrize(
    ("trials", "settings"),
    [
        ([trial(bidir=True)], {}),
        ([trial(reverse=None)], {}),
        ([trial(), trial(reverse=True)], {}),
        ([trial({"window_bytes": 65536})], {}),
        ([trial()], {"network__tcp_wmem_max_bytes": None}),
        ([trial(reverse=True)], {"kernel__release": None}),
        ([trial(reverse=True)], {"kernel__release": "5.10.0", "network__tcp_adv_win_scale": None}),
    ],
)
def test_what_is_not_known_is_not_guessed(trials, settings):
    size, reason = window_bytes(trials, machine(**settings))
    assert size is None and reason


def test_no_machine_no_window():
    assert window_bytes([trial()], None)[0] is None


def test_one_window_in_each_round_trip():
    assert window_rate(131072, 20_000.0, "") == (pytest.approx(52.4e6, rel=1e-3), "")
    assert window_rate(131072, None, "")[0] is None
    assert window_rate(131072, 0.0, "")[0] is None
    assert window_rate(None, 20.0, "because") == (None, "because")


def measured(rate: float, share: float | None = None, streams: int = 2):
    output = SimpleNamespace(details={"streams": streams}, samples=[SimpleNamespace(metric="bits_per_s", value=rate)])
    return SimpleNamespace(output=output, deltas={} if share is None else {"tcp.buffer_limited_share": share})


@pytest.mark.parametrize(
    ("trials", "limit", "expected"),
    [
        ([measured(2e9, 0.9)], None, True),  # the kernel counted it, whatever the settings say
        ([measured(2e9, 0.5)], 1e9, True),
        ([measured(1e9, 0.5)], 1e9, False),
        ([measured(2e9)], 1e9, True),  # nobody could ask: each of two flows has one window in each round trip
        ([measured(1.2e9)], 1e9, True),
        ([measured(1.19e9)], 1e9, False),
        ([measured(2.6e9)], 1e9, True),
        ([measured(2.61e9)], 1e9, False),
        ([measured(2e9, 0.9), measured(2e9)], None, None),
        ([measured(2e9, streams=0)], 1e9, None),
        ([], None, None),
    ],
)
def test_the_window_held_a_sender_back_where_the_kernel_counted_it_or_the_rate_says_so(trials, limit, expected) -> None:
    assert window_limited(trials, limit, "no window")[0] is expected
