from dataclasses import replace

import pytest

from perfadvisor.formatting import fact_text
from perfadvisor.model.fact import Fact
from perfadvisor.model.rule import Outcome
from perfadvisor.report.coverage import locked
from perfadvisor.report.terminal.full import lines
from perfadvisor.report.words import device_words


def text_of(view, width: int = 100) -> str:
    return "\n".join(line.plain for line in lines(view, width))


@pytest.mark.parametrize("width", [80, 120])
def test_only_commands_and_sources_are_wider_than_the_terminal(view, width: int) -> None:
    wide = [line for line in lines(view(), width) if len(line) > width]
    for line in wide:
        styles = {str(span.style) for span in line.spans}
        assert "cyan" in styles or "not measured" in line.plain, line.plain


def test_findings_come_in_order_with_evidence_and_fix(view) -> None:
    text = text_of(view())
    places = [
        text.index(f"\n{number}. {severity}  ") for number, severity in enumerate(("HIGH", "HIGH", "MEDIUM", "LOW"), 1)
    ]
    assert places == sorted(places)
    assert "know   nic.numa_node = 1  /sys/class/net/ens3f0/device/numa_node" in text
    assert "nic.rx_usecs = absent, the driver does not report it" in text
    assert "\n   undo   ethtool -G ens3f0 rx 1024\n" in text
    assert text.endswith("2 high, 1 medium and 1 low; 6 rules passed, 3 not evaluated, 3 not applicable.")


def test_nothing_that_is_known_is_left_out(view) -> None:
    """Every rule by its id, every piece of evidence, every fix and undo, every reason, every result."""
    shown = view(environments=("local", "docker", "vm"))
    text = " ".join(text_of(shown, 120).split())
    assert [one.rule.id for one in shown.findings if one.rule.id not in text] == []
    firing = shown.with_outcome(Outcome.FIRES)
    facts = [fact for one in firing for fact in one.evidence]
    assert [fact for fact in facts if fact.name not in text or " ".join(fact.source.split()) not in text] == []
    values = [fact_text(fact) for fact in facts if isinstance(fact, Fact)]
    assert [value for value in values if f"= {value}" not in text] == []
    prose = [(one.fix_run or one.rule.fix.run, one.rollback, one.rule.fix.risk) for one in firing]
    assert [part for parts in prose for part in parts if " ".join(part.split()) not in text] == []
    assert [one.reason for one in locked(shown) if one.reason not in text] == []
    assert [cell for cell in shown.cells if cell.trust not in text] == []
    assert all(device_words(device) in text for device in ("storage", "network", "memory"))


def test_all_reasons_and_subjects_are_listed_however_many(view) -> None:
    finding = view().findings[0]
    many = [replace(finding, subject=f"eth{number}") for number in range(12)]
    text = " ".join(text_of(replace(view(), findings=tuple(many))).split())
    assert "eth0, eth1, eth10, eth11, eth2" in text
    names = [fact.name for fact in finding.evidence]
    assert [text.count(name) for name in names] == [12] * len(names)


def test_commands_survive_copying(view) -> None:
    command = "fio " + "--option=1 " * 40
    finding = replace(view().findings[0], fix_run=command)
    text = [line.plain for line in lines(replace(view(), findings=(finding,)), 80)]
    assert any(command.strip() in line for line in text)


def test_a_machine_cannot_command_the_terminal(view) -> None:
    hostile = "evil\x1b]0;owned\x07\x1b[2J[bold]"
    finding = replace(view().findings[0], title=hostile, why=hostile, fix_run=hostile, subject=hostile)
    text = text_of(replace(view(host=hostile), findings=(finding,), source=hostile))
    assert "\x1b" not in text and "\x07" not in text
    assert "evil\ufffd]0;owned\ufffd\ufffd[2J[bold]" in text


def test_a_machine_that_was_only_read(view) -> None:
    assert "Nothing was measured" in text_of(replace(view(), run=None, cells=()))


def test_each_finding_names_its_environment_where_there_are_several(view) -> None:
    several = [line.plain for line in lines(view(environments=("local", "docker", "vm")), 100)]
    assert any("in local: " in line for line in several)
    assert not any("in local: " in line.plain for line in lines(view(), 100))


def test_a_gain_is_only_claimed_from_a_measured_gap(view) -> None:
    from perfadvisor.model.ratio import Explanation

    assert "gain   not measured" in text_of(view())
    made = view(environments=("local", "vm"))
    finding = replace(made.findings[0], environment="vm")
    why = Explanation(rule_id=finding.rule.id, share=0.4)
    ratio = replace(made.ratios[0], environment="vm", explanations=(why,))
    text = text_of(replace(made, findings=(finding,), ratios=(ratio,)))
    assert "gain   up to 40 % of the gap to local" in text
