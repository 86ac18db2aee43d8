"""After a trial that wrote, the next one waits until the disk is idle, and not for ever."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Tree
from perfadvisor.model.workload import Workload
from perfadvisor.runner.settling import LOOK_S, MOST_S, settle
from perfadvisor.runner.stage import TrialSetup
from perfadvisor.tools.context import Context
from tests.runner.conftest import WRITER

READER = replace(WRITER, id="storage/r", parameters={**WRITER.parameters, "rw": "randread"}, metrics=("read.iops",))
SETTING = TrialSetup(path=IoPath(block="vda"), context=Context(file="/t/data"))
LINE = "254 0 vda 9 0 9 9 9 0 {sectors} 9 0 9 9\n"


class Machine:
    """Its disk has been given so many sectors at each look, the last number from then on."""

    def __init__(self, sectors: list[int | None], says: str = "") -> None:
        self.sectors, self.says, self.looks, self.ran = sectors, says, 0, list[tuple[str, ...]]()

    def tree(self, patterns: tuple[str, ...]) -> Tree:
        sectors = self.sectors[min(self.looks, len(self.sectors) - 1)]
        self.looks += 1
        if sectors is None:
            raise MeasureError("gone")
        return Tree({patterns[0]: LINE.format(sectors=sectors).encode()})

    def run(self, command: Any) -> None:
        self.ran.append(command.argv)
        if self.says:
            raise MeasureError(self.says)


def settled(machine: Machine, workload: Workload = WRITER, setting: TrialSetup = SETTING) -> tuple[str, float]:
    """What is said, and how long it waited."""
    slept: list[float] = []
    said = settle(workload, SimpleNamespace(target=machine), setting, slept.append)  # type: ignore[arg-type]
    return said, sum(slept)


def test_it_waits_while_the_disk_is_still_written_to() -> None:
    machine = Machine([0, 100_000, 200_000, 200_010])
    assert settled(machine) == ("", 3 * LOOK_S)
    assert machine.ran == [("sync", "/t/data")], "what the page cache holds is written first"


def test_one_that_is_always_written_to_is_told() -> None:
    machine = Machine([4096 * number for number in range(100)])
    assert settled(machine) == ("vda was still written to 10 s after a trial of storage/w", MOST_S)


@pytest.mark.parametrize("sectors", [[None], [0, None]])
def test_what_cannot_be_read_is_not_waited_for(sectors: list[int | None]) -> None:
    said, slept = settled(Machine(sectors, says="no sync here"))
    assert (said, slept) == ("", LOOK_S)


def test_nothing_to_wait_for() -> None:
    machine = Machine([0])
    assert settled(machine, READER) == ("", 0.0)
    assert settled(machine, setting=replace(SETTING, path=IoPath())) == ("", 0.0)
    assert settled(machine, setting=replace(SETTING, refusal="not here")) == ("", 0.0)
    assert (machine.looks, machine.ran) == (0, [])
