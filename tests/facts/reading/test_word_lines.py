"""Lines that have a word, found without looking at every line."""

from hypothesis import given
from hypothesis import strategies as st

from perfadvisor.facts.reading.word_lines import lines_with

WORDS = (b"ab", b"nvme nvme")


@given(st.lists(st.sampled_from(["", "a", "ab", "xabyab", "nvme nvme0: reset", "b", "\r", "aab"]), max_size=20))
def test_it_is_what_a_look_at_every_line_finds(lines: list[str]) -> None:
    data = "\n".join(lines).encode()
    expected = [line for line in data.split(b"\n") if any(word in line for word in WORDS)]
    assert lines_with(data, WORDS) == b"".join(line + b"\n" for line in expected)
