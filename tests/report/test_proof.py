"""What is printed to measure again can be pasted, and fits what was measured."""

from perfadvisor.model.result import Trust
from perfadvisor.model.rule import Verify
from perfadvisor.report.html import render
from perfadvisor.report.proof import measure_again
from perfadvisor.report.terminal.full import lines
from perfadvisor.report.view import ReportView
from tests.report import synthetic
from tests.states.made import Planned, judged

RULE = synthetic.rule("r", "A thing", verify=Verify(rerun=("storage/*", "network/tcp-*")))
NOTHING = ReportView(source="s", now="now", version="0")


def test_a_run_of_storage_is_not_sent_to_the_network() -> None:
    storage = judged([Planned("iops", "local", (Trust.VALID,))])
    assert measure_again(storage, RULE) == "perfadvisor run 'storage/*'"
    assert measure_again(NOTHING, RULE) == "perfadvisor run 'storage/*' 'network/tcp-*'"
    assert measure_again(storage, synthetic.rule("r", "A thing")) == ""


def test_no_shell_expands_what_terminal_and_page_print(view) -> None:
    shown = view()
    for text in ("\n".join(line.plain for line in lines(shown, 100)), render(shown)):
        assert "perfadvisor run network/tcp-stream-8" in text
        assert "perfadvisor run storage/*" not in text and "perfadvisor run network/*" not in text
