"""Why a fact has no value: a value for code, words for people, and what to do about it from the value alone."""

import pytest

from perfadvisor.model.absence import NOT_READ, AbsenceReason, Cause, of_error, reason_of
from perfadvisor.model.fact import Absent
from perfadvisor.model.tree import Tree, Unreadable
from perfadvisor.report.coverage import UNLOCKS


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("Permission denied", AbsenceReason.DENIED),
        ("Operation not permitted", AbsenceReason.DENIED),
        ("exit code 1: mount: permission denied", AbsenceReason.DENIED),
        ("No such device", AbsenceReason.UNREADABLE),
    ],
)
def test_an_error_is_told_by_what_the_kernel_says(words: str, why: AbsenceReason) -> None:
    cause = Tree({"/a": Unreadable(words)}).why_unreadable("/a")
    assert (cause, cause.why) == (words, why) == (of_error(words), why)


def test_a_source_that_was_never_read_and_one_without_a_value_differ() -> None:
    assert Absent(name="x.y", reason=Tree({}).why_unreadable("/a")).why is AbsenceReason.NOT_READ
    assert Absent(name="x.y", reason="no number").why is AbsenceReason.NO_VALUE


def test_the_words_decide_nothing() -> None:
    assert reason_of("not in what was read") is AbsenceReason.NO_VALUE
    other = Cause(AbsenceReason.NOT_READ, "was left out of the archive")
    assert UNLOCKS[reason_of(other)] == UNLOCKS[reason_of(NOT_READ)]


def test_a_program_that_found_nothing_is_told_by_its_exit_code() -> None:
    tree = Tree(
        {"$ pgrep -x irqbalance": Unreadable("exit code 1: no message"), "$ a b": b"", "$ c d": Unreadable("x")}
    )
    codes = [tree.exit_code(source) for source in ("$ pgrep -x irqbalance", "$ a b", "$ c d", "$ e f")]
    assert codes == [1, None, None, None]
