"""CPU lists and masks: the kernel's own forms, hostile forms, and that parse undoes format."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.facts.reading import cpulist

IDS = st.sets(st.integers(0, 8191), max_size=200)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("0", (0,)),
        ("0-3,8\n", (0, 1, 2, 3, 8)),
        ("0,1\0\0\0", (0, 1)),
        (" 2 , 4-5 ", (2, 4, 5)),
        ("5,1-2,2", (1, 2, 5)),
        ("0-15:2/4", (0, 1, 4, 5, 8, 9, 12, 13)),
        ("1-9:4", (1, 5, 9)),
        ("0-7:0", ()),
        ("", ()),
        ("\n", ()),
        ("(null)", ()),
        ("3-3", (3,)),
        ("3-3:1", (3,)),
        ("3-3:1/1", (3,)),
        ("3-1", ()),
        ("0-3,", ()),
        ("0-99999999999", ()),
        ("99999", ()),
        ("-1", ()),
        ("0-7:0/4", ()),
        ("\u0661", ()),
        ("1_0", ()),
    ],
)
def test_parse(text, ids):
    assert cpulist.parse(text) == ids


@pytest.mark.parametrize(
    ("ids", "text"), [((), ""), ((3,), "3"), ((0, 1, 2, 5, 7, 8), "0-2,5,7-8"), ((8, 7, 7, 0), "0,7-8")]
)
def test_format(ids, text):
    assert cpulist.format(ids) == text


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("3", (0, 1)),
        ("00000000,00000003\n", (0, 1)),
        ("1,00000000", (32,)),
        ("0x11", (0, 4)),
        ("ff,0", tuple(range(32, 40))),
        ("f" * 16, tuple(range(64))),
        ("0", ()),
        ("", ()),
        ("xyz", ()),
        ("-1", ()),
        ("f" * 1_000_000, ()),
        (",".join(["ffffffff"] * 100_000), ()),
    ],
)
def test_parse_mask(text, ids):
    assert cpulist.parse_mask(text) == ids


@settings(max_examples=100, deadline=None)
@given(IDS)
def test_parse_undoes_format(ids):
    assert cpulist.parse(cpulist.format(ids)) == tuple(sorted(ids))


@settings(max_examples=100, deadline=None)
@given(IDS)
def test_masks_say_the_same_as_lists(ids):
    mask = sum(1 << cpu for cpu in ids)
    groups = []
    while mask or not groups:
        groups.insert(0, f"{mask & 0xFFFFFFFF:08x}")
        mask >>= 32
    assert cpulist.parse_mask(",".join(groups)) == tuple(sorted(ids))


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="0123456789-,:/ \n\0x", max_size=60) | st.text(max_size=60))
def test_any_text_gives_bounded_ids(text):
    for ids in (cpulist.parse(text), cpulist.parse_mask(text)):
        assert ids == tuple(sorted(set(ids)))
        assert all(0 <= number <= cpulist.MAX_ID for number in ids)


def test_a_long_hostile_list_is_refused_quickly():
    start = time.process_time()
    assert cpulist.parse("0-65535," * 100_000 + "1") == ()
    assert time.process_time() - start < 2
