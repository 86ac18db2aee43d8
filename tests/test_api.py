"""The public API: what it names, that it is light to import, and that it gives what the command line gives."""

import subprocess
import sys
from pathlib import Path

import pytest

import perfadvisor
from perfadvisor.model.rule import Outcome

EARLIER = Path(__file__).resolve().parent / "data" / "earlier"
RUN = EARLIER / "run-1"


def test_every_public_name_is_there() -> None:
    assert all(getattr(perfadvisor, name) is not None for name in perfadvisor.__all__)
    with pytest.raises(AttributeError, match="no attribute 'advice'"):
        perfadvisor.advice  # noqa: B018


def test_importing_it_loads_nothing() -> None:
    code = "import sys, perfadvisor; print(sorted(m for m in sys.modules if m.startswith('perfadvisor')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['perfadvisor']\n"


def test_a_run_is_loaded() -> None:
    run = perfadvisor.load(RUN)
    assert (len(run.results), run.host["name"]) == (6, "vm")
    with pytest.raises(perfadvisor.InputError, match="not a run"):
        perfadvisor.load(EARLIER)


@pytest.mark.parametrize("source", ["run-1", "snapshot-1.tar.gz"])
def test_facts_by_environment(source: str) -> None:
    found = perfadvisor.facts_of(str(EARLIER / source))
    (table,) = found.values()
    assert table.value("kernel.hostname") == "vm"


def test_advice_is_every_rules_finding(tmp_path: Path) -> None:
    found = perfadvisor.advise(RUN)
    assert {finding.outcome for finding in found} >= {Outcome.CLEAR, Outcome.UNKNOWN}
    with pytest.raises(perfadvisor.InputError):
        perfadvisor.advise(RUN, rules=[tmp_path / "none"])


def test_samples_are_a_table() -> None:
    table = perfadvisor.samples(RUN)
    assert set(table["workload"]) == {"memory/chase-4k", "storage/randread-4k-qd1"}
    assert set(table["trust"]) == {"INVALID"}
    with pytest.raises(perfadvisor.InputError, match="not a run"):
        perfadvisor.samples(EARLIER / "snapshot-1.tar.gz")


def test_figures_are_those_of_the_report() -> None:
    found = perfadvisor.figures(RUN)
    assert any("distribution" in name for name in found)
    (chase,) = [figure for name, figure in found.items() if name.startswith("memory/chase-4k")]
    assert len(chase.data[0].y) == 3
    assert chase.layout.template.layout.font.color == "#3d434d"
