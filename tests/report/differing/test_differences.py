"""Two machines side by side: every setting that differs, findings gained and lost, nothing that moves by itself."""

import json
from dataclasses import replace

import pytest

from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.model.rule import Outcome
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.report.differing.differences import differences
from perfadvisor.report.differing.html import render as render_page
from perfadvisor.report.differing.json import render
from perfadvisor.report.differing.text import lines
from tests.report.test_html import ATTACK, Page, hostile


def fact(name: str, value, subject: str = ""):
    return known_facts()[name].fact(value, source="s", subject=subject)


@pytest.fixture
def pair(view):
    a = view()
    base = list(a.facts["local"])
    later = [
        fact("memory.swappiness", 60),
        fact("memory.free_bytes", 1),
        fact("nic.mtu", 9000, "eth9"),
        Absent(name="numa.balancing", reason="no file"),
    ]
    first = replace(a, facts={"local": FactTable([fact("memory.swappiness", 10), fact("memory.free_bytes", 2), *base])})
    kept = tuple(one for one in a.findings if one.rule.id != "nic-irq-on-remote-node")
    gained = replace(a.with_outcome(Outcome.CLEAR)[0], outcome=Outcome.FIRES)
    second = replace(
        a,
        facts={"local": FactTable([*later, *(one for one in base if one.name not in {"numa.balancing"})])},
        findings=(*(one for one in kept if one.rule.id != gained.rule.id), gained),
    )
    return first, second, gained.rule.id


def test_settings_differ_and_measured_values_do_not_count(pair) -> None:
    found = differences(("a", "b"), pair[:2])
    rows = {(row.name, row.subject): row.values for row in (*found.settings, *found.identity)}
    assert rows["memory.swappiness", ""] == ("10", "60")
    assert rows["nic", "eth9"] == ("\N{EN DASH}", "1 fact"), "a thing that one side lacks is one row"
    assert not any(name == "memory.free_bytes" for name, _ in rows)
    assert not any(name.startswith("result.") for name, _ in rows)


def test_findings_gained_and_lost(pair) -> None:
    found = differences(("a", "b"), pair[:2])
    gained = [row.rule for row in found.findings if row.gained]
    lost = [row.rule for row in found.findings if not row.gained]
    assert gained == [pair[2]] and "nic-irq-on-remote-node" in lost
    assert found.same_findings >= 3


def test_a_side_beside_itself_differs_in_nothing(view) -> None:
    found = differences(("a", "b"), (view(), view()))
    assert (found.settings, found.identity, found.findings) == ((), (), ())
    assert "0 findings gained, 0 lost" in "\n".join(line.plain for line in lines(found, 100))


def test_text_json_and_page_say_the_same(pair) -> None:
    found = differences(("a", "b"), pair[:2])
    text = "\n".join(line.plain for line in lines(found, 100))
    document = json.loads(render(found))
    page = Page(render_page(found, pair[:2]))
    for row in (*found.settings, *found.identity):
        assert row.name in text and row.name in page.text
    assert {row["rule"] for row in document["findings"]} == {row.rule for row in found.findings}
    assert all(row.title in page.text for row in found.findings)
    assert page.open == []


def test_three_sides(view) -> None:
    found = differences(("a", "b", "c"), (view(), replace(view(), findings=()), view()))
    assert all(row.outcomes == ("fires", "", "fires") for row in found.findings)


def test_whatever_a_machine_says_is_text(view) -> None:
    evil = hostile(view())
    page = render_page(differences((ATTACK, "b"), (evil, view())), (evil, view()))
    assert ATTACK not in page and ATTACK in Page(page).text
