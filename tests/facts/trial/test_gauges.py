"""Rows of gauges summed up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.facts.trial.gauges import deltas

ROWS = (
    {"t": 0.5, "cost_s": 0.002, "procs_running": 9, "frequency_hz": 1e9},
    {"t": 2.5, "cost_s": 0.001, "procs_running": 2, "other_runnable": 1, "frequency_hz": 3e9, "link_speed_gtps": 16.0},
    {"t": 3.5, "cost_s": 0.001, "procs_running": 4, "other_runnable": 0, "frequency_hz": 2e9, "link_width": 8},
)


def test_the_warm_up_does_not_count_but_its_cost_does() -> None:
    assert deltas(ROWS, warmup_s=2.0, seconds=4.0) == {
        "gauge.samples": 2.0,
        "gauge.reader_cpu_share": 0.001,
        "gauge.procs_running_mean": 3.0,
        "gauge.other_runnable_mean": 0.5,
        "gauge.frequency_min_hz": 2e9,
        "gauge.frequency_max_hz": 3e9,
        "gauge.link_speed_min_gtps": 16.0,
        "gauge.link_width_min": 8.0,
    }


def test_what_strays_both_ways_is_no_load_of_others() -> None:
    """The tool's threads sleep and wake between the two counts: a lone surplus is noise, a steady one is somebody."""
    noise = [{"t": 1.0 * second, "other_runnable": (-1, 1)[second % 2]} for second in range(8)]
    assert deltas(noise, seconds=8)["gauge.other_runnable_mean"] == 0.0
    assert deltas([{"t": 1.0, "other_runnable": -2}], seconds=8)["gauge.other_runnable_mean"] == 0.0
    somebody = [{**row, "other_runnable": row["other_runnable"] + 1} for row in noise]
    assert deltas(somebody, seconds=8)["gauge.other_runnable_mean"] == 1.0


def times(*, user: float, system: float, our_user: float, our_system: float) -> list[dict[str, float]]:
    """Readings of three seconds in which these shares of a CPU were used."""
    shares = {"user_ns": user, "system_ns": system, "our_user_ns": our_user, "our_system_ns": our_system}
    return [
        {"t": 1.0 * second} | {name: 5e9 + share * second * 1e9 for name, share in shares.items()}
        for second in range(4)
    ]


@pytest.mark.parametrize(
    ("spent", "others"),
    [
        ({"user": 1.5, "system": 0.4, "our_user": 0.4, "our_system": 0.3}, 1.2),
        ({"user": 0.4, "system": 0.3, "our_user": 0.4, "our_system": 0.3}, 0.0),
        ({"user": 0.3, "system": 0.3, "our_user": 0.35, "our_system": 0.35}, 0.0),  # ticks are sampled: below zero
        ({"user": 0.42, "system": 1.3, "our_user": 0.4, "our_system": 0.3}, 0.02),  # kernel threads, for our own I/O
        ({"user": 0.5, "system": 1.3, "our_user": 0.4, "our_system": 0.3}, 1.1),  # a program that lets the kernel copy
    ],
)
def test_cpu_time_that_is_not_ours_is_other_work(spent, others) -> None:
    rows = times(**spent)
    assert deltas(rows, seconds=3)["gauge.other_cpus"] == pytest.approx(others)
    assert deltas(rows, warmup_s=1.0, seconds=3)["gauge.other_cpus"] == pytest.approx(others)
    assert "gauge.other_cpus" not in deltas(rows[:1], seconds=3)
    assert "gauge.other_cpus" not in deltas([{"t": row["t"], "user_ns": row["user_ns"]} for row in rows], seconds=3)


def test_counts_that_rise_become_rates_of_the_measured_time() -> None:
    rows = [{"t": 1.0 * second, "disk_read_bytes": 1e6 * second**2, "tool_wait_ns": 5.0} for second in range(6)]
    found = deltas(rows, warmup_s=2.0, seconds=6)
    assert found["gauge.disk_read_bytes_per_s"] == (25e6 - 4e6) / 3
    assert found["gauge.tool_wait_ns_per_s"] == 0.0


def test_a_count_that_fell_or_was_read_once_is_unknown() -> None:
    fell = [{"t": 1.0, "tool_cpu_ns": 9.0}, {"t": 2.0, "tool_cpu_ns": 5.0}, {"t": 3.0, "tool_cpu_ns": 20.0}]
    assert "gauge.tool_cpu_ns_per_s" not in deltas(fell, seconds=3)
    assert "gauge.tool_cpu_ns_per_s" not in deltas(fell[:1], seconds=3)


def test_nothing_read_is_unknown() -> None:
    assert deltas((), seconds=5) == {}
    assert deltas(({"t": 1.0},), seconds=5) == {"gauge.samples": 1.0, "gauge.reader_cpu_share": 0.0}


JSON = st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=3), st.lists(st.integers()))


@given(st.lists(st.dictionaries(st.sampled_from(["t", "cost_s", "frequency_hz", "procs_running"]), JSON), max_size=4))
@settings(max_examples=100, deadline=None)
def test_any_rows_are_borne(rows) -> None:
    assert all(isinstance(value, float) for value in deltas(rows, seconds=2).values())
