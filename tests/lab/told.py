"""What a boot for tests/lab/table.py left behind, as tables: figures with their intervals, the rules that were asked of
each environment, what libvirt says of the devices, and what QEMU answered."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from perfadvisor.analyse.devices.answer import answers
from perfadvisor.cli import group
from perfadvisor.facts import catalogue
from perfadvisor.model.result import Cell
from perfadvisor.model.rule import Outcome
from perfadvisor.report.devices_json import document
from perfadvisor.report.results import headline, measure
from perfadvisor.report.view import ReportView
from perfadvisor.saved.saved import load_tree
from tests.lab.by_virsh import differences, functions

APPLICABLE = (Outcome.FIRES, Outcome.CLEAR, Outcome.UNKNOWN)
Seen = Mapping[str, Any]


def pages(run: Path, place: Path) -> None:
    """The page of a run, and its findings as text."""
    for words in (("report", str(run), "-o", str(place.with_suffix(".html"))), ("advise", str(run))):
        print(CliRunner().invoke(group, words).output)


def figures(view: ReportView) -> Iterator[str]:
    """A row for each workload and environment. Everything is emulated: the figures prove the path, not the speed."""
    yield "| workload | environment | median | interval | runs | trust |"
    yield "|---|---|---:|---:|---:|---|"
    for cell in view.cells:
        yield f"| `{cell.workload}` | `{cell.environment}` | {' | '.join(_figure(view, cell))} | {cell.trust} |"


def _figure(view: ReportView, cell: Cell) -> tuple[str, str, str]:
    estimate = headline(view, cell)
    if estimate is None:
        return cell.why, "", "0"
    said = measure(estimate)
    return said.median, said.interval, str(said.n)


def rules(view: ReportView) -> dict[str, dict[str, list[str]]]:
    """Environment -> outcome -> the rules that ended this way for at least one subject, of those that apply."""
    names = dict.fromkeys(one.environment for one in view.findings)
    return {name: {one.value: _ended(view, name, one) for one in APPLICABLE} for name in names}


def _ended(view: ReportView, name: str, outcome: Outcome) -> list[str]:
    return sorted({one.rule.id for one in view.with_outcome(outcome) if one.environment == name})


def counts(asked: dict[str, dict[str, list[str]]]) -> Iterator[str]:
    """How many rules were applicable and judged in each environment, and in all together."""
    yield "| environment | applicable | judged | firing |"
    yield "|---|---:|---:|---:|"
    for name, outcomes in asked.items():
        yield f"| `{name}` | {' | '.join(_counted([outcomes]))} |"
    yield f"| all | {' | '.join(_counted(asked.values()))} |"


def _counted(several: Iterable[dict[str, list[str]]]) -> list[str]:
    found = {kind: {rule for one in several for rule in one[kind.value]} for kind in APPLICABLE}
    fires, clear, unknown = (found[kind] for kind in APPLICABLE)
    return [str(len(each)) for each in (fires | clear | unknown, fires | clear, fires)]


def by_libvirt(folder: Path) -> Iterator[str]:
    """Where libvirt and perfadvisor disagree about a PCI function, after how many there are."""
    said = json.dumps(document({"lab": answers(catalogue.read(load_tree(folder / "nodedev.tar.gz")))}))
    told = (folder / "nodedev.xml").read_text()
    ours = functions(json.loads(said)).values()
    grouped, virtual = (sum(one.get(name) not in (None, "") for one in ours) for name in ("group", "physical_function"))
    yield f"{len(ours)} PCI functions, {grouped} of them in IOMMU groups, {virtual} virtual:"
    found = differences(told, said)
    yield from found
    yield f"{len(found)} differences from `virsh nodedev-dumpxml`"


def by_qemu(seen: Seen) -> Iterator[str]:
    """What this machine knows of a guest's devices, and what QEMU, the guest's agent and the kernel answered."""
    yield f"`{seen['spec']}`"
    yield "| option | known here | answered |"
    yield "|---|---|---|"
    for option, (known, told) in seen["answers"].items():
        yield f"| {option} | {known} | {told} |"
    yield f"different: {seen['different'] or 'none'}; afterwards: {seen['left']}"


def given_back(seen: Seen) -> Iterator[str]:
    """How the run ended, and what of the machine was otherwise after it."""
    before, after = seen["before"], seen["after"]
    changed = [one for one in before | after if before.get(one) != after.get(one)]
    yield f"exit code {seen['exit']}; as before: {', '.join(one for one in before if one not in changed) or 'nothing'}"
    yield from (f"{one}: {before.get(one)} before, {after.get(one)} after" for one in changed)
