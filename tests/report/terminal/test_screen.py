"""The first screen: whole on one terminal, every finding counted, commands whole or clearly cut."""

from dataclasses import replace
from pathlib import Path

import pytest

from perfadvisor.judge import judge
from perfadvisor.model.rule import Outcome, Severity
from perfadvisor.report.terminal import explain
from perfadvisor.report.terminal.screen import MOST, lines

DATA = Path(__file__).resolve().parents[2] / "data"


def text_of(view, width: int = 100) -> str:
    return "\n".join(line.plain for line in lines(view, width))


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("environments", [("local",), ("local", "docker", "vm")])
def test_it_fits_one_screen(view, width: int, environments: tuple[str, ...]) -> None:
    found = [line.plain for line in lines(view(environments=environments), width)]
    assert len(found) <= MOST + (width < 80) * 6  # sixty columns break the verdict into more lines
    assert [line for line in found if len(line) > width and not line.startswith(("more: ", "page: "))] == []


def test_each_finding_has_a_line_and_its_fix(view) -> None:
    text = text_of(view())
    assert " 1 HIGH     The NIC's interrupts are served on the other NUMA node (ens3f0)" in text
    assert "fix  systemctl stop irqbalance  (--explain 1)" in text
    assert "fix  echo none > /sys/block/nvme0n1/queue/scheduler\n" in text
    assert "more: perfadvisor advise run-07 --explain 1 (or a rule, or all)" in text


def test_many_findings_leave_room_and_are_counted(view) -> None:
    made = view()
    rule = made.findings[0].rule
    many = [
        replace(made.findings[0], rule=replace(rule, id=f"r{number}", severity=Severity.LOW)) for number in range(50)
    ]
    found = [line.plain for line in lines(replace(made, findings=tuple(many)), 100)]
    assert len(found) <= MOST
    shown = sum(" LOW " in line for line in found)
    assert f"   and {50 - shown} more findings ({50 - shown} low): --explain all" in found


def test_a_long_command_is_cut_where_everyone_sees_it(view) -> None:
    finding = replace(view().findings[0], fix_run="echo " + "1234567890" * 20)
    text = text_of(replace(view(), findings=(finding,)), 80)
    assert "…  (--explain 1)" in text


def test_a_machine_cannot_command_the_terminal(view) -> None:
    hostile = "evil\x1b]0;owned\x07\x1b[2J[bold]"
    finding = replace(view().findings[0], title=hostile, why=hostile, fix_run=hostile, subject=hostile)
    text = text_of(replace(view(host=hostile), findings=(finding,), source=hostile))
    assert "\x1b" not in text and "\x07" not in text


def test_a_machine_that_was_only_read(view) -> None:
    assert "Nothing was measured" in text_of(replace(view(), run=None, cells=()))


def test_a_real_run_fits_one_screen_and_explain_all_has_the_rest() -> None:
    real = judge(DATA / "earlier" / "run-1")
    assert len(list(lines(real, 80))) <= MOST
    full = " ".join("".join(line.plain for line in explain.lines(real, ("all",), 80)).split())
    fired = real.with_outcome(Outcome.FIRES)
    assert fired and all(one.rule.id in full for one in fired)
