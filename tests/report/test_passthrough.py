"""The page's table of devices that a guest could get."""

from pathlib import Path

from perfadvisor.analyse.devices.answer import answers
from perfadvisor.judge import judge
from perfadvisor.model.fact import FactTable
from perfadvisor.report.html import render
from perfadvisor.report.passthrough import passthrough

SERVER = Path(__file__).parents[1] / "data" / "machines" / "emulated-server.tar.gz"


def test_the_page_says_what_the_command_says() -> None:
    view = judge(SERVER)
    (facts,) = view.facts.values()
    rows = {row.address: row for row in passthrough(facts)}
    bridges = {one.device.address for one in answers(facts) if one.device.class_code.startswith("0x06")}
    assert rows.keys() == {one.device.address for one in answers(facts)} - bridges
    assert rows["0000:01:00.0"].possible == "no"
    assert any("active virtual functions" in remark for remark in rows["0000:01:00.0"].remarks)
    assert "IOMMU group" in rows["0000:01:00.1"].properties
    page = render(view)
    assert page.count('<th scope="row"><code>0000:') == len(rows)
    assert "Which of its" in page


def test_a_machine_without_groups_has_no_such_table() -> None:
    assert passthrough(FactTable([])) == ()
