"""A gate CSV carries the state of its rows as a run's folder does."""

import pytest

from perfadvisor.analyse.gate.gate import gate
from perfadvisor.errors import InputError
from perfadvisor.gating.policy import Policy
from perfadvisor.gating.rows import MOST_ROWS, side_of
from perfadvisor.model.gate import Order, Reason, Side, Verdict

HEAD = "workload,metric,unit,better,value,environment,trust,doubts\n"


def side(*rows: str) -> Side:
    return side_of(HEAD + "\n".join(rows) + "\n", "a.csv")


def rows(trust: str, base: float = 100.0, environment: str = "local", count: int = 20) -> tuple[str, ...]:
    return tuple(f"w,iops,iops,higher,{base + i % 7},{environment},{trust},other work" for i in range(count))


def test_invalid_rows_decide_nothing() -> None:
    (found,) = gate(side(*rows("VALID")), side(*rows("INVALID")), Policy().of, Order.MIXED).comparisons
    assert (found.verdict, found.reason) == (Verdict.UNDECIDED, Reason.INVALID_RUNS)
    assert "20 of 20 runs cannot be relied on: other work" in found.explanation
    assert any("20 INVALID runs left out (median 103 IOPS)" in note for note in found.notes)


def test_a_few_invalid_rows_are_left_out_and_said() -> None:
    candidate = side(*rows("VALID"), *rows("INVALID", base=1.0, count=3))
    (found,) = gate(side(*rows("VALID")), candidate, Policy().of, Order.MIXED).comparisons
    assert (found.verdict, len(found.candidate)) == (Verdict.EQUIVALENT, 20)
    assert "candidate: 3 INVALID runs left out" in "; ".join(found.notes)


def test_what_was_not_measured_is_undecided_with_the_reason() -> None:
    candidate = side("w,iops,iops,higher,,local,NOT_MEASURED,no io_uring")
    (found,) = gate(side(*rows("VALID")), candidate, Policy().of, Order.MIXED).comparisons
    assert (found.verdict, found.reason, found.primary) == (Verdict.UNDECIDED, Reason.NOT_MEASURED, True)
    assert "not measured: no io_uring" in found.explanation


def test_environments_are_never_pooled() -> None:
    found = side(*rows("VALID"), *rows("VALID", environment="pod"))
    assert set(found.runs) == {("w@local", "iops"), ("w@pod", "iops")}


def test_a_state_nobody_knows_is_an_error() -> None:
    with pytest.raises(InputError, match=r"a\.csv:2: trust is 'MAYBE'"):
        side(*rows("MAYBE", count=1))


def test_more_rows_than_are_judged_are_refused_at_once() -> None:
    text = HEAD + "w,iops,iops,higher,1,local,VALID,\n" * (MOST_ROWS + 1)
    with pytest.raises(InputError, match="250,002 lines: the gate reads at most 250,000 rows"):
        side_of(text, "a.csv")
