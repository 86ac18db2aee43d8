"""Texts of other machines as they come."""

import pytest

from perfadvisor.facts.reading.decoded import decoded


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"\xef\xbb\xbfa\n", "a\n"), (b"a\0b", "ab"), (b"\xff", "\N{REPLACEMENT CHARACTER}"), (b"", "")],
)
def test_marks_and_nuls_go_and_bad_bytes_are_shown(data: bytes, text: str) -> None:
    assert decoded(data) == text
