import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.formatting import (
    NO_VALUE,
    count_of,
    duration,
    fact_text,
    interval,
    listed,
    quantity,
    raw,
    value_text,
    when,
)
from perfadvisor.model.units import Unit
from perfadvisor.packs.known_facts import known_facts


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (198_400, Unit.IOPS, "198 k IOPS"),
        (1_240_000, Unit.IOPS, "1.24 M IOPS"),
        (12, Unit.IOPS, "12.0 IOPS"),
        (84_231.7, Unit.NANOSECONDS, "84.2 µs"),
        (999_960, Unit.NANOSECONDS, "1.00 ms"),
        (0.4, Unit.NANOSECONDS, "0.400 ns"),
        (1.742e9, Unit.BYTES_PER_SECOND, "1.74 GB/s"),
        (23.4e9, Unit.BITS_PER_SECOND, "23.4 Gbit/s"),
        (2**30, Unit.BYTES, "1.00 GiB"),
        (0.9213, Unit.RATIO, "92.1 %"),
        (1_840, Unit.COUNT, "1,840"),
        (0, Unit.IOPS, "0 IOPS"),
        (-5, Unit.CELSIUS, "\N{MINUS SIGN}5.00 °C"),
        (61.0, Unit.MICROSECONDS, "61.0 µs"),
        (float("nan"), Unit.IOPS, "nan"),
    ],
)
def test_quantity(value: float, unit: Unit, text: str) -> None:
    assert quantity(value, unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (True, Unit.NONE, "yes"),
        ("", Unit.NONE, "none"),
        (25e9, Unit.BITS_PER_SECOND, "25 Gbit/s"),
        (4096, Unit.BYTES, "4 KiB"),
        (0, Unit.BYTES, "0 bytes"),
        (1, Unit.BYTES, "1 byte"),
        (1500, Unit.BYTES, "1,500 bytes"),
        (8192, Unit.BYTES, "8 KiB"),
        pytest.param(9216, Unit.BYTES, "9,216 bytes", id="a jumbo MTU"),
        (8, Unit.LANES, "x8"),
        (1, Unit.PAGES, "1 page"),
        (0.05, Unit.RATIO, "5 %"),
        (2.5, Unit.NONE, "2.5"),
        (16, Unit.GIGATRANSFERS_PER_SECOND, "16 GT/s"),
        (4096, Unit.COUNT, "4,096"),
        pytest.param(10**400, Unit.COUNT, "over 10^399", id="beyond a float"),
        pytest.param(10**5000, Unit.NONE, "over 10^4999", id="beyond what python writes"),
        (0, Unit.UNIX_TIME, "1970-01-01 00:00:00 UTC"),
        (1, Unit.NONE, "1"),
    ],
)
def test_value_text(value, unit: Unit, text: str) -> None:
    assert value_text(value, unit) == text


def test_an_interval_has_the_step_and_digits_of_its_median() -> None:
    assert interval(940_000, 1_050_000, Unit.NANOSECONDS, like=1_010_000) == "0.94 to 1.05"
    assert interval(None, 2.0, Unit.IOPS, like=1.0) == NO_VALUE


def test_small_words() -> None:
    assert [count_of(1, "rule"), count_of(2, "rule")] == ["1 rule", "2 rules"]
    assert [listed([]), listed(["a"]), listed(["a", "b", "c"])] == ["", "a", "a, b and c"]
    assert [duration(42), duration(600), duration(3 * 3600 + 300)] == ["42 s", "10 min", "3 h 5 min"]
    assert when(1e30) == "1e+30"


numbers = st.integers() | st.floats() | st.integers(10**300, 10**320) | st.booleans() | st.text(max_size=20)


@settings(max_examples=100, deadline=None)
@given(numbers, st.sampled_from(Unit))
def test_whatever_a_machine_says_can_be_written(value, unit: Unit) -> None:
    assert value_text(value, unit)
    assert isinstance(raw(value), str)


@settings(max_examples=100, deadline=None)
@given(st.floats(1e-3, 1e15), st.sampled_from([Unit.IOPS, Unit.NANOSECONDS, Unit.BYTES_PER_SECOND, Unit.BYTES]))
def test_a_written_quantity_is_within_its_last_digit(value: float, unit: Unit) -> None:
    from perfadvisor.formatting import scale_of

    figure = float(quantity(value, unit).split()[0].replace(",", ""))
    assert figure * scale_of(value, unit).divisor == pytest.approx(value, rel=0.006)


def test_text_from_a_machine_cannot_steer_the_terminal():
    shown = value_text("eth0\x1b[2J\nroot\u202e")
    assert "\x1b" not in shown and "\n" not in shown and "\u202e" not in shown
    assert len(value_text("x" * 10_000)) < 300


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("result.iops", 45512.0, "45.5 k IOPS"),
        ("result.steal_share", 0.31, "31.0 %"),
        ("result.retransmits", 4378.0, "4,378"),
        ("nic.speed_bits_per_s", 25_000_000_000, "25 Gbit/s"),
        ("nic.mtu", 1400, "1,400 bytes"),
        ("pci.link_width", 8, "x8"),
        ("pci.link_speed_gtps", 8.0, "8 GT/s"),
        ("cpu.isolated", "", "none"),
    ],
)
def test_measured_facts_keep_their_zeros_and_settings_do_not(name, value, text):
    assert fact_text(known_facts()[name].fact(value, source="x")) == text
