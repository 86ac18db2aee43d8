"""YAML text: YAML 1.2 values, a place for each, and every mistake at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.packs.problems import PackError
from perfadvisor.packs.yamltext import MAX_BYTES, MAX_DEPTH, parse

TEXT = b"""\
id: a
device: 0000:01:00.0
flag: off
on: yes
nested:
  list: [1, 2.5, 0x10, 0o17, "3", true, ~, -4e3]
"""


def problems(data: bytes) -> list[str]:
    with pytest.raises(PackError) as caught:
        parse(data, "f.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_values_follow_yaml_1_2():
    data = parse(TEXT, "f.yaml").data
    assert data == {
        "id": "a",
        "device": "0000:01:00.0",
        "flag": "off",
        "on": "yes",
        "nested": {"list": [1, 2.5, 16, 15, "3", True, None, -4000.0]},
    }


def test_every_value_has_its_place():
    document = parse(TEXT, "f.yaml")
    assert document.places[("device",)] == (2, 9)
    assert document.key_places[("device",)] == (2, 1)
    assert document.places[("nested", "list", 1)] == (6, 13)
    assert str(document.problem(("nested", "missing"), "x")) == "f.yaml:6:3: x"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a: 1\na: 2\nb: 3\nb: 4\n", ["f.yaml:2:1: `a` is given twice", "f.yaml:4:1: `b` is given twice"]),
        (b"a: &x 1\n", ["f.yaml:1:4: anchors and aliases are not used here; write the value out"]),
        (b"a: !!python/object:os.system x\n", ["f.yaml:1:4: tags are not used here"]),
        (b"a: !!str 1\n", ["f.yaml:1:4: tags are not used here"]),
        (b"? [a]\n: 1\n", ["f.yaml:1:3: a key must be plain text"]),
        (b"a: .inf\n", ["f.yaml:1:4: `.inf` is not a number to work with"]),
        (b"a: 1e999\n", ["f.yaml:1:4: `1e999` is too large for a number"]),
        (b"a: 1\n---\nb: 2\n", ["f.yaml:2:1: a second document; one file holds one thing"]),
        (b"", ["f.yaml: the file is empty"]),
        (b"a: 1\nb: \xff\n", ["f.yaml:2:1: not UTF-8 text"]),
        (b"a: 1\n b: 2\n", ["f.yaml:2:3: not YAML: mapping values are not allowed here"]),
        (b"x" * (MAX_BYTES + 1), [f"f.yaml: {MAX_BYTES + 1} bytes; at most {MAX_BYTES} are read"]),
    ],
)
def test_mistakes_name_their_place(data, expected):
    assert problems(data) == expected


def test_deep_nesting_is_refused_and_not_followed():
    assert "nested deeper" in problems(b"[" * 5000)[0]
    parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, "f.yaml")


def test_a_long_number_is_not_computed():
    assert "a number of 5000 digits" in problems(b"a: " + b"9" * 5000)[0]


def test_a_byte_order_mark_is_no_content():
    assert parse(b"\xef\xbb\xbfa: 1\n", "f.yaml").data == {"a": 1}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="ab:-[]{}&*!?#'\"|>%@`,\n 01~.", max_size=80).map(str.encode))
def test_any_bytes_are_read_or_refused(data):
    try:
        parse(data, "f.yaml")
    except PackError as error:
        assert error.problems and "f.yaml" in error.message


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(TEXT) - 1), st.binary(min_size=0, max_size=3))
def test_mutated_text_is_read_or_refused(position, junk):
    try:
        parse(TEXT[:position] + junk + TEXT[position + 1 :], "f.yaml")
    except PackError as error:
        assert error.problems
