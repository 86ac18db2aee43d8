"""The program's small functions against other implementations of the same."""

import ctypes
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

WORDS = 8192 // 64
Cpus = ctypes.c_uint64 * WORDS


def members(cpus):
    return {64 * word + bit for word, bits in enumerate(cpus) for bit in range(64) if bits >> bit & 1}


def parse(library, text, limit=8192):
    cpus = Cpus()
    library.cpus_parse.restype = ctypes.c_bool
    return members(cpus) if library.cpus_parse(text.encode(), ctypes.byref(cpus), limit) else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", set()),
        ("\n", set()),
        ("0\n", {0}),
        ("0-3,8\n", {0, 1, 2, 3, 8}),
        ("8191", {8191}),
        ("8192", None),
        ("0-99999999999999999999", None),
        ("3-1", None),
        ("1,,2", None),
        ("x", None),
        ("1-", None),
        ("1x", None),
        ("-1", None),
    ],
)
def test_cpu_lists(library, text, expected):
    assert parse(library, text) == expected


@settings(max_examples=100, deadline=None)
@given(cpus=st.sets(st.integers(0, 8191), max_size=50))
def test_cpu_lists_of_all_kinds(library, cpus):
    assert parse(library, ",".join(map(str, sorted(cpus)))) == cpus


@settings(max_examples=100, deadline=None)
@given(text=st.text(alphabet="0123456789,- \nx", max_size=30))
def test_cpu_lists_never_hold_what_is_not_written(library, text):
    found = parse(library, text, 64)
    assert found is None or max(found, default=0) < 64


def size(library, text):
    value = ctypes.c_uint64()
    library.parse_size.restype = ctypes.c_bool
    return value.value if library.parse_size(text.encode(), ctypes.byref(value)) else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("4096", 4096),
        ("64K", 64 << 10),
        ("256M", 256 << 20),
        ("1G", 1 << 30),
        ("2T", 2 << 40),
        ("", None),
        ("M", None),
        ("-1", None),
        ("+1", None),
        (" 1", None),
        ("1k", None),
        ("1MB", None),
        ("1.5G", None),
        ("99999999999999999999", None),
        ("18446744073709551615", 2**64 - 1),
        ("18446744073709551615K", None),
        ("18014398509481983K", (2**54 - 1) << 10),
        ("18014398509481984K", None),
    ],
)
def test_sizes(library, text, expected):
    assert size(library, text) == expected


class Figures(ctypes.Structure):
    _fields_ = (("values", ctypes.c_double * 4096), ("count", ctypes.c_uint))


@settings(max_examples=50, deadline=None)
@given(values=st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=20))
def test_median(library, values):
    figures = Figures(count=len(values))
    figures.values[: len(values)] = values
    library.figures_median.restype = ctypes.c_double
    assert library.figures_median(ctypes.byref(figures)) == pytest.approx(statistics.median(values))
    assert list(figures.values[: len(values)]) == values, "the order in time is kept"


class Vfio(ctypes.Structure):
    _fields_ = (
        ("descriptors", ctypes.c_int * 3),
        ("page_sizes", ctypes.c_uint64),
        ("first", ctypes.c_uint64 * 32),
        ("last", ctypes.c_uint64 * 32),
        ("count", ctypes.c_uint),
        ("left", ctypes.c_int64),
    )


def place(library, ranges, size, align, preferred):
    vfio = Vfio(count=len(ranges))
    for number, (first, last) in enumerate(ranges):
        vfio.first[number], vfio.last[number] = first, last
    found = ctypes.c_uint64()
    arguments = [ctypes.c_uint64(value) for value in (size, align, preferred)]
    library.vfio_place.restype = ctypes.c_bool
    reason = ctypes.create_string_buffer(256)
    return found.value if library.vfio_place(ctypes.byref(vfio), *arguments, ctypes.byref(found), reason) else None


X86 = [(0, 0xFEDFFFFF), (0xFEF00000, 2**39 - 1)]  # as the kernel tells it: a hole for the interrupts


@pytest.mark.parametrize(
    ("size", "align", "preferred", "expected"),
    [
        (2**26, 2**30, 0, 0),
        (2**32, 2**30, 0, 2**32),  # too large for the part below the hole
        (2**26, 2**21, 0xFEE00000, 0xFF000000),  # asked for inside the hole
        (2**12, 2**12, 0x100000, 0x100000),
        (2**39, 2**12, 0, None),
        (2**12, 2**12, 2**39, None),
        (2**12, 2**12, 2**64 - 1, None),
    ],
)
def test_device_addresses(library, size, align, preferred, expected):
    assert place(library, X86, size, align, preferred) == expected


@settings(max_examples=100, deadline=None)
@given(
    ranges=st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1)), min_size=1, max_size=5),
    size=st.integers(1, 2**40),
    align=st.sampled_from((2**12, 2**21, 2**30)),
    preferred=st.integers(0, 2**63),
)
def test_device_addresses_lie_in_a_range(library, ranges, size, align, preferred):
    found = place(library, ranges, size, align, preferred)
    if found is not None:
        assert found >= preferred
        assert found % align == 0
        assert any(first <= found and found + size - 1 <= last for first, last in ranges)
