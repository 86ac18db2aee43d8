"""Lines as they were printed, whatever mail, editors and terminals put around them."""

import pytest

from perfadvisor.evidence.lines import cleaned

OUTPUT = "Architecture:        x86_64\nCPU(s):              4\n\nNUMA node(s):        1\n"


def wrapped(change) -> bytes:
    return "".join(change(number, line) for number, line in enumerate(OUTPUT.splitlines(), 1)).encode()


@pytest.mark.parametrize(
    "data",
    [
        OUTPUT.encode(),
        b"\xef\xbb\xbf" + OUTPUT.encode(),
        OUTPUT.replace("\n", "\r\n").encode(),
        wrapped(lambda _, line: f"> {line}\n"),
        wrapped(lambda _, line: f">> > {line}\n"),
        wrapped(lambda number, line: f"{number:6}\t{line}\n"),
        wrapped(lambda number, line: f"{number + 11}: {line}\n"),
        wrapped(lambda _, line: f"\x1b[1;32m{line}\x1b[0m\x1b[K\n"),
        OUTPUT.encode("utf-16"),
    ],
)
def test_wrapping_is_taken_off(data: bytes) -> None:
    assert [line.text.strip() for line in cleaned(data)] == [line.strip() for line in OUTPUT.splitlines()]


def test_columns_that_count_up_by_chance_are_no_line_numbers() -> None:
    assert [line.text for line in cleaned(b"1: 5\n2: 7\n4: 9\n")] == ["1: 5", "2: 7", "4: 9"]
    assert [line.text for line in cleaned(b"60: 5\n61: 7\n")] == ["60: 5", "61: 7"]


def test_an_empty_file_has_no_lines() -> None:
    assert cleaned(b"") == [] == cleaned(b"\n")


def test_one_mark_of_code_around_several_lines_is_taken_off() -> None:
    text = "`lo\nCPU(s): 4\nNUMA: `one` of `two`\n`\ntx_errors: 0`\na `b\n"
    told = "lo|CPU(s): 4|NUMA: `one` of `two`||tx_errors: 0|a `b"
    assert "|".join(line.text for line in cleaned(text.encode())) == told
