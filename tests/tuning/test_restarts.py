"""Fixes that need a restart: measured before it, shown, and judged after it without pairs."""

from dataclasses import replace
from pathlib import Path

import pytest

from perfadvisor.gating import with_setting
from perfadvisor.model.fact import FactTable
from perfadvisor.model.rule import Finding, Outcome
from perfadvisor.model.tree import Tree
from perfadvisor.report.view import ReportView
from perfadvisor.settings import catalogue, shown
from perfadvisor.settings.commands import command
from perfadvisor.settings.definitions import domain
from perfadvisor.settings.model import Intent
from perfadvisor.settings.planning import plan, undone
from perfadvisor.tuning import record, restarts, session
from perfadvisor.tuning.model import FixAnswer, PlannedFix, TuneState
from perfadvisor.tuning.steps import fixes
from tests.tuning.stand_ins import RULES, how, load, tune_of

LINE = "BOOT_IMAGE=/vmlinuz root=/dev/vda1 quiet iommu.strict=1"


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("iommu.strict", "1"), ("iommu-strict", shown.ABSENT), ("quiet", ""), ("nosmt", shown.ABSENT)],
)
def test_a_parameter_of_the_command_line(parameter: str, value: str) -> None:
    assert shown.value_of(LINE, parameter) == value


def test_a_parameter_is_planned_shown_and_undone() -> None:
    wanted = Intent(setting="kernel.parameter", subject="iommu.strict", to={"value": "0"})
    made = plan([wanted], Tree({"/proc/cmdline": LINE.encode()}))
    (write,) = made.writes
    assert command(write) == "# put iommu.strict=0 on the kernel's command line, and restart"
    assert made.tree.text("/proc/cmdline") == LINE.replace("strict=1", "strict=0")
    (back,) = undone(made.writes)
    assert command(back) == "# put iommu.strict=1 on the kernel's command line, and restart"
    flag = plan([replace(wanted, subject="quiet", to={"value": shown.ABSENT})], made.tree).writes[0]
    assert command(flag) == "# take quiet off the kernel's command line, and restart"


@pytest.fixture
def command_line(tmp_path, monkeypatch) -> Path:
    """A file that stands for /proc/cmdline."""
    path = tmp_path / "cmdline"
    path.write_text(LINE)
    made = replace(shown.COMMAND_LINE, path=str(path))
    monkeypatch.setitem(catalogue.SETTINGS, made.name, made)  # type: ignore[arg-type]
    return path


@pytest.fixture
def waiting(command_line) -> tuple[PlannedFix, ...]:
    made = with_setting.planned([Intent(setting="kernel.parameter", subject="iommu.strict", to={"value": "0"})])
    finding = Finding(rule=RULES["numa-zone-reclaim"], environment="local", subject="", outcome=Outcome.FIRES)
    view = ReportView(source="", now="", version="", facts={"local": FactTable(())}, plans=((finding, made),))
    return fixes(view, {})


def test_prepared_then_judged_unpaired_after_the_restart(command_line, waiting) -> None:
    def rate() -> float:
        return 130.0 if "strict=0" in command_line.read_text() else 100.0

    measuring = how(load(iops=rate))
    done = session.run(tune_of(waiting), measuring)
    (one,) = done.tried
    assert (one.answer, done.state) == (FixAnswer.PREPARED, TuneState.NOTHING_KEPT)
    assert one.reason == (
        "# put iommu.strict=0 on the kernel's command line, and restart; then: perfadvisor tune continue"
    )
    assert len(one.baseline[0].values) == restarts.RUNS
    assert command_line.read_text() == LINE, "a person makes this change"

    again = restarts.judged(record.load_all()[0], measuring)
    assert "was not restarted yet" in again.tried[0].reason

    restarted = replace(done, boot="the boot before")
    assert "is 1, not 0" in restarts.judged(restarted, measuring).tried[0].reason

    command_line.write_text(LINE.replace("strict=1", "strict=0"))
    (after,) = restarts.judged(restarted, measuring).tried
    assert after.goals[0].ratio == pytest.approx(1.3, abs=0.02)
    assert after.answer is FixAnswer.UNDECIDED
    assert "it looks improved" in after.reason and "unpaired" in after.reason
    assert not restarts.waits(replace(restarted, tried=(after,)))


GUEST = "<domain type='kvm'><name>db</name><iothreads>{}</iothreads></domain>"


@pytest.fixture
def definition(tmp_path, monkeypatch) -> Path:
    """A file that stands for libvirt's definition of the guest db; another for its record of the guest that runs."""
    (tmp_path / "defined").mkdir(), (tmp_path / "running").mkdir()
    made = replace(domain.DEFINITION, path=f"{tmp_path}/defined/{{subject}}.xml")
    monkeypatch.setitem(catalogue.SETTINGS, made.name, made)  # type: ignore[arg-type]
    monkeypatch.setattr(domain, "DEFINED", str(tmp_path / "defined"))
    monkeypatch.setattr(domain, "RUNNING", str(tmp_path / "running"))
    path = tmp_path / "defined/db.xml"
    path.write_text(GUEST.format(1))
    return path


def test_a_guests_definition_is_judged_once_the_guest_was_started_with_it(definition, tmp_path) -> None:
    running = tmp_path / "running/db.xml"
    running.write_text(f"<domstatus state='running'>{GUEST.format(1)}</domstatus>")
    made = with_setting.planned([Intent(setting="guest.definition", subject="db/iothreads", to={"value": "2"})])
    assert "needs a restart" in with_setting.forbidden(made), "ab --set changes nothing that needs one"
    finding = Finding(rule=RULES["vm-disk-no-iothread"], environment="local", subject="db", outcome=Outcome.FIRES)
    view = ReportView(source="", now="", version="", facts={"local": FactTable(())}, plans=((finding, made),))
    measuring = how(load(iops=lambda: 130.0 if ">2<" in running.read_text() else 100.0))
    done = session.run(tune_of(fixes(view, {})), measuring)
    assert done.tried[0].reason == (
        "virt-xml db --edit --xml xpath.set=./iothreads,xpath.value=2; then: perfadvisor tune continue"
    )
    assert restarts.judged(done, measuring).tried[0].reason == "not set: guest.definition db/iothreads is 1, not 2"
    definition.write_text(GUEST.format(2))
    waits = restarts.judged(done, measuring).tried[0].reason
    assert waits == "the guest was not restarted yet, or does not run: guest.definition db/iothreads is 1, not 2"
    running.write_text(f"<domstatus state='running'>{GUEST.format(2)}</domstatus>")
    (after,) = restarts.judged(done, measuring).tried
    assert (after.answer, after.goals[0].ratio) == (FixAnswer.UNDECIDED, pytest.approx(1.3, abs=0.02))
    assert "it looks improved" in after.reason
