"""/proc/net/softnet_stat: hexadecimal columns, one line for each CPU."""

import pytest

from perfadvisor.facts.net import softnet
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.model.tree import Tree

TWO_CPUS = "0000001a 00000002 00000003 0 0\n00000006 00000000 00000001 0 0\n"


def read(text: str | None) -> FactTable:
    return FactTable(softnet.facts(Tree({} if text is None else {softnet.SOURCE: text.encode()})))


def test_the_cpus_are_added_up() -> None:
    found = read(TWO_CPUS)
    assert [found.value(spec.name) for spec in softnet.CATALOGUE] == [0x20, 2, 4]


@pytest.mark.parametrize("text", [None, "", "0000001a 00000002\n", TWO_CPUS + "garbage in here\n"])
def test_half_a_table_is_no_sum(text: str | None) -> None:
    found = read(text)
    assert all(isinstance(found.find(spec.name), Absent) for spec in softnet.CATALOGUE)
