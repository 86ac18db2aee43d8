"""JSON documents among other text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.tools.jsontext import split


def test_notes_around_documents():
    found = split(b'note: a\n{"x": 1}\nbetween\n{\n  "y": {\n    "z": 2\n  }\n}\nafter\n')
    assert found.documents == ({"x": 1}, {"y": {"z": 2}})
    assert found.around == ("note: a", "between", "after")
    assert found.outside == "note: a\nbetween\nafter"
    assert not found.broken


@pytest.mark.parametrize("bom", [b"\xef\xbb\xbf", b""])
def test_a_byte_order_mark_is_noticed_and_left_out(bom):
    found = split(bom + b'{"x": 1}')
    assert found.documents == ({"x": 1},) and found.bom is bool(bom) and found.around == ("", "")


def test_utf16_as_powershell_writes_it():
    found = split('{"x": "ü"}'.encode("utf-16"))
    assert found.documents == ({"x": "ü"},) and found.bom


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"x": 1', "ends in the middle"),
        (b'{"x": "abc', "ends in the middle"),
        (b'{\n  "x": 1,\n  "y": }\n', "line 3"),
        (b'{"x": ' + b"9" * 5000 + b"}", "unusable JSON"),
        (b'{"x": ' + b"[" * 100_000, "unusable JSON"),
    ],
)
def test_broken_documents_say_why(data, said):
    found = split(data)
    assert found.documents == () and said in found.broken


def test_a_document_cut_short_after_a_good_one_is_told():
    found = split(b'{"x": 1}\n{"x": 2, "y": [')
    assert found.documents == ({"x": 1},) and found.broken


def test_a_good_document_after_a_broken_one_counts():
    found = split(b'{"x": oops}\n{"x": 2}')
    assert found.documents == ({"x": 2},) and not found.broken


def test_inner_braces_of_a_broken_document_are_no_documents():
    assert split(b'{\n  "a": oops,\n  "b": {\n    "c": 1\n  }\n}\n').documents == ()


def test_nan_is_no_number():
    assert split(b'{"x": NaN, "y": -Infinity}').documents == ({"x": None, "y": None},)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(alphabet='{}[]":,\n 1e-.aN', max_size=100).map(str.encode)))
def test_any_bytes_are_split(data):
    found = split(data)
    assert len(found.around) == len(found.documents) + 1
