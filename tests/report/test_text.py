import io
from dataclasses import replace

import pytest
from rich.console import Console

from perfadvisor.report.text import lines, show


@pytest.mark.parametrize("width", [80, 120])
def test_only_commands_and_sources_are_wider_than_the_terminal(view, width: int) -> None:
    wide = [line for line in lines(view(), width) if len(line) > width]
    for line in wide:
        styles = {str(span.style) for span in line.spans}
        assert "cyan" in styles or "not measured" in line.plain, line.plain


def test_findings_come_in_order_with_evidence_and_fix(view) -> None:
    text = "\n".join(line.plain for line in lines(view(), 100))
    places = [
        text.index(f"\n{number}. {severity}  ") for number, severity in enumerate(("HIGH", "HIGH", "MEDIUM", "LOW"), 1)
    ]
    assert places == sorted(places)
    assert "know   nic.numa_node = 1  /sys/class/net/ens3f0/device/numa_node" in text
    assert "nic.rx_usecs = absent, the driver does not report it" in text
    assert "\n   undo   ethtool -G ens3f0 rx 1024\n" in text
    assert text.endswith("2 high, 1 medium and 1 low; 6 rules passed, 3 not evaluated, 3 not applicable.")


def test_commands_survive_copying(view) -> None:
    command = "fio " + "--option=1 " * 40
    finding = replace(view().findings[0], fix_run=command)
    text = [line.plain for line in lines(replace(view(), findings=(finding,)), 80)]
    assert any(command.strip() in line for line in text)


def printed(view, **options) -> str:
    out = io.StringIO()
    show(view, Console(file=out, width=100, **options))
    return out.getvalue()


def test_no_colour_where_there_is_no_terminal(view) -> None:
    assert "\x1b" not in printed(view())
    assert "\x1b[" in printed(view(), force_terminal=True, color_system="standard")


def test_a_machine_cannot_command_the_terminal(view) -> None:
    hostile = "evil\x1b]0;owned\x07\x1b[2J[bold]"
    finding = replace(view().findings[0], title=hostile, why=hostile, fix_run=hostile, subject=hostile)
    text = printed(replace(view(host=hostile), findings=(finding,), source=hostile))
    assert "\x1b" not in text and "\x07" not in text
    assert "evil\ufffd]0;owned\ufffd\ufffd[2J[bold]" in text


def test_a_machine_that_was_only_read(view) -> None:
    text = printed(replace(view(), run=None, cells=()))
    assert "Nothing was measured" in text


def test_each_finding_names_its_environment_where_there_are_several(view) -> None:
    several = [line.plain for line in lines(view(environments=("local", "docker", "vm")), 100)]
    assert any("in local: " in line for line in several)
    assert not any("in local: " in line.plain for line in lines(view(), 100))
