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
