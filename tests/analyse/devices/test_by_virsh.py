"""`perfadvisor devices` against libvirt.

`here.xml` is what `virsh nodedev-dumpxml` printed of every PCI function of a virtual machine (tests/lab/nodedev.sh),
and `here.tar.gz` what perfadvisor reads of them there.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from perfadvisor.analyse.devices.answer import answers
from perfadvisor.facts import catalogue
from perfadvisor.report.devices_json import document
from perfadvisor.saved.saved import load_tree
from tests.lab.by_virsh import differences, functions

DATA = Path(__file__).resolve().parents[2] / "data" / "nodedev"
DISK = "0000:00:02.0"
WHAT = ("driver", "ids", "group", "group_mates", "node", "total_vfs", "vfs", "physical_function")


@pytest.fixture
def said() -> Any:
    return document({"here": answers(catalogue.read(load_tree(DATA / "here.tar.gz")))})


def test_every_function_is_as_libvirt_describes_it(said: Any) -> None:
    told = (DATA / "here.xml").read_text()
    assert differences(told, json.dumps(said)) == []
    assert set(functions(said)) == {f"0000:00:0{place}.0" for place in range(6)}


@pytest.mark.parametrize("what", WHAT)
def test_what_differs_is_named(said: Any, what: str) -> None:
    functions(said)[DISK][what] = 7
    (line,) = differences((DATA / "here.xml").read_text(), json.dumps(said))
    assert line.startswith(f"{DISK} {what}: ") and line.endswith("not 7")
