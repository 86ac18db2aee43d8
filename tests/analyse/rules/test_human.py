"""Values in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfadvisor.analyse.rules.human import human
from perfadvisor.model.units import Unit


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (True, Unit.NONE, "yes"),
        (False, Unit.NONE, "no"),
        ("mlx5_core", Unit.NONE, "mlx5_core"),
        (0, Unit.BYTES, "0 bytes"),
        (4096, Unit.BYTES, "4 KiB"),
        (1500, Unit.BYTES, "1,500 bytes"),
        (15360, Unit.BYTES, "15 KiB"),
        (2 * 2**30, Unit.BYTES, "2 GiB"),
        (3.4e9, Unit.BYTES_PER_SECOND, "3.4 GB/s"),
        (1e11, Unit.BITS_PER_SECOND, "100 Gbit/s"),
        (80_000.0, Unit.NANOSECONDS, "80 µs"),
        (12, Unit.NANOSECONDS, "12 ns"),
        (50, Unit.MICROSECONDS, "50 µs"),
        (75_000, Unit.MICROSECONDS, "75 ms"),
        (0.314, Unit.RATIO, "31.4 %"),
        (0.0, Unit.RATIO, "0 %"),
        (16, Unit.LANES, "x16"),
        (8.0, Unit.GIGATRANSFERS_PER_SECOND, "8 GT/s"),
        (200_001.4, Unit.IOPS, "200,001 IOPS"),
        (3.2e9, Unit.HERTZ, "3.2 GHz"),
        (1234567, Unit.COUNT, "1,234,567"),
        (2.5, Unit.NONE, "2.5"),
        (-1, Unit.NONE, "-1"),
    ],
)
def test_units(value, unit, expected):
    assert human(value, unit) == expected


def test_text_from_a_machine_cannot_steer_the_terminal():
    shown = human("eth0\x1b[2J\nroot\u202e")
    assert "\x1b" not in shown and "\n" not in shown and "\u202e" not in shown
    assert len(human("x" * 10_000)) < 300


@given(st.one_of(st.floats(), st.integers(), st.text(max_size=20), st.booleans()), st.sampled_from(Unit))
def test_anything_can_be_shown(value, unit):
    assert isinstance(human(value, unit), str)
    assert len(human(value, unit)) < 300
