"""The static check: every name known, every value of the kind that its place needs."""

import pytest

from perfadvisor.analyse.rules.condition_check import check
from perfadvisor.model.fact import FactSpec, Nature

CATALOGUE = {
    name: FactSpec(name=name, type=type, nature=Nature.SETTING, meaning="")
    for name, type in {"nic.rx_usecs": int, "nic.adaptive_rx": bool, "nic.driver": str, "load.share": float}.items()
}


@pytest.mark.parametrize(
    "text",
    [
        "nic.rx_usecs > 3 and not nic.adaptive_rx",
        "nic.rx_usecs * 2 >= load.share",
        "nic.driver == 'ixgbe' or nic.driver in ('ice', 'i40e')",
        "nic.adaptive_rx == True",
        "host.nic.rx_usecs > nic.rx_usecs",
        "nic.rx_usecs in (0, 1.5)",
    ],
)
def test_good(text):
    assert check(text, CATALOGUE) == ()


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("nic.rx_usec > 3", 1, "no fact is called `nic.rx_usec` (did you mean `nic.rx_usecs`?)"),
        ("1 < 2 or host.nic.drive == 'x'", 10, "did you mean `host.nic.driver`?"),
        ("utterly.different > 1", 1, "no fact is called `utterly.different`"),
        ("nic.rx_usecs > 'three'", 16, "this is text, where a number is needed"),
        ("nic.driver > 3", 1, "`nic.driver` is text, where a number is needed"),
        ("nic.adaptive_rx > 1", 1, "`nic.adaptive_rx` is yes/no, where a number is needed"),
        ("nic.driver == 3", 15, "this is a number, where text is needed"),
        ("nic.rx_usecs == True", 17, "this is yes/no, where a number is needed"),
        ("nic.rx_usecs and nic.adaptive_rx", 1, "where yes/no is needed"),
        ("not nic.driver", 5, "where yes/no is needed"),
        ("nic.driver in ('a', 3)", 21, "this is a number, where text is needed"),
        ("nic.adaptive_rx + 1 > 1", 1, "where a number is needed"),
        ("nic.rx_usecs", 1, "where yes/no is needed"),
        ("1 < 2", 1, "it names no fact"),
        ("nic.rx_usecs >", 15, "not a condition"),
        ("nic.rx_usecs > f(1)", 16, "a call cannot stand in a condition"),
    ],
)
def test_bad(text, column, words):
    (mistake,) = check(text, CATALOGUE)
    assert words in mistake.message
    assert mistake.column == column


def test_all_mistakes_at_once():
    assert len(check("nic.driver > 1 and nic.adaptive_rx > 2 and nic.rx_usecs", CATALOGUE)) == 3
