"""What arrays are busy with: only work that goes on moves data."""

import pytest

from perfadvisor.facts.block.array import of_text

HEAD = "md1 : active raid1 sdb1[1] sda1[0]\n      195310144 blocks [2/2] [UU]\n"


@pytest.mark.parametrize(
    ("line", "busy_with"),
    [
        ("      [=>...]  resync =  8.5% (16775552/195310144) finish=17.0min speed=259783K/sec\n", "resync"),
        ("      [=>...]  check =  5.7% (114176/1993728) finish=0.2min speed=114176K/sec\n", "check"),
        ("      resync=DELAYED\n", "none"),
        ("      resync=PENDING\n", "none"),
        ("", "none"),
    ],
)
def test_an_array_is_busy_only_with_what_goes_on(line: str, busy_with: str) -> None:
    facts = {fact.name: fact for fact in of_text(HEAD + line, "/proc/mdstat")}
    assert facts["array.busy_with"].value == busy_with
