"""XML from strangers: what no definition needs is refused, at its bound and not before."""

import pytest

from perfadvisor.errors import InputError
from perfadvisor.facts.reading import xmltext


def test_the_size_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(xmltext, "MAX_BYTES", 11)
    assert xmltext.parse(b"<a>bcd</a>\n", "x").tag == "a"
    with pytest.raises(InputError, match="too large for a definition"):
        xmltext.parse(b"<a>bcde</a>\n", "x")


def test_the_bound_is_8_mebibytes() -> None:
    with pytest.raises(InputError, match="8 MiB is too large"):
        xmltext.parse(b"<a>" + b" " * (8 << 20) + b"</a>", "x")


def test_the_number_of_elements_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(xmltext, "MAX_ELEMENTS", 3)
    assert len(xmltext.parse(b"<a><b/><b/></a>", "x")) == 2
    with pytest.raises(InputError, match="nested too deep or too many elements"):
        xmltext.parse(b"<a><b/><b/><b/></a>", "x")


def test_the_bounds_are_those_of_the_documentation() -> None:
    assert (xmltext.MAX_BYTES, xmltext.MAX_ELEMENTS, xmltext.MAX_DEPTH) == (8 << 20, 200_000, 100)


def test_texts_and_attributes_are_read_of_an_element_or_below_it() -> None:
    root = xmltext.parse(b"<a x='1'> t <b y='2'> u </b><c> </c></a>", "x")
    assert (xmltext.text(root), xmltext.text(root, "b"), xmltext.text(root, "c"), xmltext.text(root, "d")) == (
        "t",
        "u",
        None,
        None,
    )
    assert (xmltext.text(None), xmltext.text(None, "b"), xmltext.attribute(None, "", "x")) == (None, None, None)
    assert (xmltext.attribute(root, "", "x"), xmltext.attribute(root, "b", "y")) == ("1", "2")
    assert (xmltext.attribute(root, "d", "y"), xmltext.attribute(root, "b", "x")) == (None, None)


def test_what_is_no_xml_is_said() -> None:
    for data in (b"", b"<a>", b"<a></b>", b"\xff\xfe<", b"<?xml version='1.0' encoding='none'?><a/>"):
        with pytest.raises(InputError, match="not XML"):
            xmltext.parse(data, "x")


def test_the_depth_is_bounded() -> None:
    deep = b"<a>" * xmltext.MAX_DEPTH + b"</a>" * xmltext.MAX_DEPTH
    assert xmltext.parse(deep, "x").tag == "a"
    with pytest.raises(InputError, match="nested too deep"):
        xmltext.parse(b"<a>" + deep + b"</a>", "x")


@pytest.mark.parametrize(
    "text", [b"<!DOCTYPE a><a/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b'<!DOCTYPE a SYSTEM "/etc/passwd"><a/>']
)
def test_a_document_type_is_refused(text) -> None:
    with pytest.raises(InputError, match="document type"):
        xmltext.parse(text, "x")
