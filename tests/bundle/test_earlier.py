"""What earlier versions wrote is read and judged by this one."""

import json
from pathlib import Path

import pytest

from perfadvisor import bundle
from perfadvisor.bundle.schema import RUN_FORMAT
from perfadvisor.judge import judge
from perfadvisor.reading import read
from perfadvisor.saved.snapshot_file import FORMAT

EARLIER = Path(__file__).resolve().parent.parent / "data" / "earlier"
RUNS = sorted(EARLIER.glob("run-*"))
SNAPSHOTS = sorted(EARLIER.glob("snapshot-*.tar.gz"))


def test_there_is_one_of_every_version() -> None:
    assert [path.name for path in RUNS] == [f"run-{n}" for n in range(1, RUN_FORMAT.version + 1)]
    assert [path.name for path in SNAPSHOTS] == [f"snapshot-{n}.tar.gz" for n in range(1, FORMAT.version + 1)]


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.name)
def test_a_run_keeps_every_number_it_measured(path: Path) -> None:
    written = [json.loads(file.read_text()) for file in sorted(path.glob("trials/*/trial.json"))]
    run = bundle.load(path)
    assert [trial["output"]["samples"][0]["value"] for trial in written] == [
        result.output.samples[0].value for result in run.results
    ]
    assert {result.trial.workload for result in run.results} == {"memory/chase-4k", "storage/randread-4k-qd1"}
    assert run.before.keys() == run.after.keys() == {"local"}


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.name)
def test_a_run_is_judged_anew(path: Path) -> None:
    view = judge(path)
    assert {cell.workload: str(cell.trust) for cell in view.cells} == {
        "memory/chase-4k": "INVALID",
        "storage/randread-4k-qd1": "INVALID",
    }
    assert {doubt.reason for cell in view.cells for doubt in cell.doubts} >= {"other work ran on the CPUs"}
    assert len(view.findings) > 20


@pytest.mark.parametrize("path", SNAPSHOTS, ids=lambda path: path.name)
def test_a_snapshot_gives_its_facts(path: Path) -> None:
    (reading,) = read(path)
    assert reading.facts.value("kernel.hostname") == "vm"
    assert reading.facts.value("kernel.release") == "6.18.44-fc-v595"
    assert sum(1 for _ in reading.facts) > 200
