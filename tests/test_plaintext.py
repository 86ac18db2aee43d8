"""What a terminal would obey is replaced."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.plaintext import harmless, one_line


def test_what_a_terminal_would_obey_is_replaced() -> None:
    assert one_line("a\x1b[31mb\x07\x9b2J\ud800\u202ec") == "a�[31mb��2J��c"
    assert one_line("two\nlines\r") == "two�lines�"
    assert harmless("two\nlines\x1b\r\n") == "two\nlines��\n"


@pytest.mark.parametrize(
    ("told", "printed"),
    [
        ("::error file=a::b", "�:error file=a::b"),
        ("  ::add-mask::x", "  �:add-mask::x"),
        ("a ##[add-path]/tmp", "a �#[add-path]/tmp"),
        ("##vso[task.setvariable variable=a]b", "�#vso[task.setvariable variable=a]b"),
        ("##teamcity[x]", "�#teamcity[x]"),
        ("::1: connection refused", "::1: connection refused"),
        ("fe80::1, std::vector, ## a heading", "fe80::1, std::vector, ## a heading"),
    ],
)
def test_what_the_reader_of_a_log_would_obey_is_replaced(told: str, printed: str) -> None:
    assert one_line(told) == printed
    assert harmless(f"{told}\n{told}") == f"{printed}\n{printed}"


def test_letters_of_all_scripts_stay() -> None:
    assert one_line("µs, 速度, ✓ → é") == "µs, 速度, ✓ → é"


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_any_text_becomes_printable(text: str) -> None:
    assert one_line(text).isprintable()
    assert len(one_line(text)) == len(text)
    assert harmless(text).replace("\n", "").isprintable()
