"""The shared ways of reading a source: what is a value, and what is an absence with which reason."""

import pytest

from perfadvisor.facts.reading import reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree, Unreadable

SPEC = FactSpec(name="x.y", type=int, nature=Nature.IDENTITY, meaning="a number")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12\n", 12),
        ("-1", -1),
        ("0x1f", 31),
        ("12\0\0", 12),
        ("18446744073709551615", 2**64 - 1),
        ("99999999999999999999", None),
        ("9" * 5000, None),
        ("1_000", None),
        ("\u0661", None),
        ("", None),
        (None, None),
        ("max", None),
    ],
)
def test_number(text, value):
    assert reader.number(text) == value


@pytest.mark.parametrize(("text", "value"), [("Y", True), ("0\n", False), ("enabled", True), ("", None), ("2", None)])
def test_boolean(text, value):
    assert reader.boolean(text) is value


@pytest.mark.parametrize(
    ("text", "word"),
    [("always [madvise] never", "madvise"), ("none", "none"), ("", None), ("a b", None), ("[]", "[]")],
)
def test_chosen(text, word):
    assert reader.chosen(text) == word


def test_choices():
    assert reader.choices("[none] mq-deadline kyber") == ("none", "mq-deadline", "kyber")


@pytest.mark.parametrize(
    ("text", "size"), [("16 kB", 16384), ("16", 16384), ("16 MB", None), ("", None), ("-1 kB", None)]
)
def test_kibibytes(text, size):
    assert reader.kibibytes(text) == size


def test_fields_keep_the_first_of_equal_keys():
    assert reader.fields("a: 1\nno separator\nb :2\na: 3") == {"a": "1", "b": "2"}


def test_numbered_is_in_number_order_and_takes_only_numbers():
    tree = Tree({f"/d/{name}": b"" for name in ("cpu10", "cpu2", "cpufreq", "cpu", "cpu\u0661", "node1")})
    assert list(reader.numbered(tree, "/d", "cpu")) == [(2, "/d/cpu2"), (10, "/d/cpu10")]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (b"5\n", Fact(name="x.y", value=5, source="/a")),
        (b"-1\n", Absent(name="x.y", reason="no value in '-1'", source="/a")),
        (b"", Absent(name="x.y", reason="empty", source="/a")),
        (Unreadable("Permission denied"), Absent(name="x.y", reason="Permission denied", source="/a")),
    ],
)
def test_integer_fact(entry, expected):
    assert reader.integer_fact(SPEC, Tree({"/a": entry}), "/a") == expected


def test_a_source_that_was_never_read_says_so():
    assert reader.integer_fact(SPEC, Tree({}), "/a") == Absent(name="x.y", reason="not in what was read", source="/a")
