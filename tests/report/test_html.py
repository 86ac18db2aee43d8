"""What every reader needs of the page, checked on its own markup: structure, escaping, policy, size."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from perfadvisor.model.fact import Absent, Fact, FactTable
from perfadvisor.model.rule import Fix, Outcome
from perfadvisor.report.html import render
from perfadvisor.report.view import ReportView

EMPTY = f"'sha256-{b64encode(sha256(b'').digest()).decode()}'"  # plotly's element, filled by its script
VOID = {"meta", "link", "br", "img", "hr", "input"}
OPTIONAL_END = {"td", "th", "tr", "li", "p"}
ATTACK = "<script>alert(1)</script>"


class Page(HTMLParser):
    """Every element as (tag, attributes, ancestors), and all text outside scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.elements.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        while self.open and self.open[-1] != tag and self.open[-1] in OPTIONAL_END:
            self.open.pop()
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data) -> None:
        if not {"script", "style"} & set(self.open):
            self.text += data

    def all(self, *tags: str) -> Iterator[dict[str, str | None]]:
        return (attributes for tag, attributes, _ in self.elements if tag in tags)


@pytest.fixture(scope="module")
def parsed(page) -> Page:
    return Page(page)


def test_every_element_is_closed(parsed: Page) -> None:
    assert parsed.open == []


def test_the_policy_comes_before_anything_it_rules(page) -> None:
    assert page.index("default-src 'none'; script-src 'sha256-") < page.index("<style") < page.index("<script")


def test_the_policy_names_every_script_and_style_by_its_hash(page) -> None:
    policy = re.search('Security-Policy" content="([^"]*)"', page)[1]
    allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    for tag, directive in (("script", "script-src"), ("style", "style-src-elem")):
        library = ' type="text/plain" id="library"'  # page.js makes a script of it
        bodies = re.findall(f"<{tag}(?:{library})?>(.*?)</{tag}>", page, re.DOTALL)
        hashes = [f"'sha256-{b64encode(sha256(body.encode()).digest()).decode()}'" for body in bodies]
        assert bodies
        assert allowed[directive].split() == hashes + [EMPTY] * (tag == "style")
    assert [name for name, sources in allowed.items() if "unsafe" in sources] == ["style-src-attr"]


def test_nothing_is_loaded(parsed: Page) -> None:
    sources = [a[name] for _, a, _ in parsed.elements for name in ("src", "srcset", "data", "action") if name in a]
    links = [a["href"] for a in parsed.all("a", "link", "use") if a.get("href")]
    assert sources == []
    assert all(link.startswith("#") or link == "data:," for link in links)


def test_ids_are_unique_and_links_arrive(parsed: Page) -> None:
    ids = [a["id"] for _, a, _ in parsed.elements if "id" in a]
    assert len(ids) == len(set(ids))
    targets = {a["href"][1:] for a in parsed.all("a") if a["href"].startswith("#")}
    assert targets <= set(ids)
    named = {name for _, a, _ in parsed.elements for name in (a.get("aria-labelledby") or "").split()}
    assert named <= set(ids)


def test_headings_leave_out_no_level(parsed: Page) -> None:
    levels = [int(tag[1]) for tag, _, _ in parsed.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_landmarks(parsed: Page) -> None:
    tags = [tag for tag, _, around in parsed.elements if around[-1:] == ("body",)]
    assert tags[0] == "a"
    assert [tag for tag in tags if tag in ("header", "main", "footer")] == ["header", "main", "footer"]
    assert all(a.get("aria-labelledby") for a in parsed.all("section", "article"))


def test_tables_say_what_they_are(page, parsed: Page) -> None:
    assert page.count("<table") == page.count("<caption")
    for tag, attributes, around in parsed.elements:
        if tag == "th":
            assert attributes.get("scope") in ("col", "row", "rowgroup")
        if tag == "table":
            assert around[-1] == "div"


def test_what_scrolls_can_be_reached_by_keyboard(parsed: Page) -> None:
    for attributes in parsed.all("div", "pre"):
        if attributes.get("class") in ("scroll", "command"):
            assert attributes["tabindex"] == "0" and attributes["aria-label"]


def test_pictures_have_words_or_are_hidden(parsed: Page) -> None:
    for attributes in parsed.all("svg"):
        assert attributes.get("aria-hidden") == "true" or (attributes.get("role") == "img" and attributes["aria-label"])


def test_every_number_of_every_chart_stands_in_the_text(view, parsed: Page) -> None:
    from perfadvisor.formatting import quantity
    from perfadvisor.report.latency import histogram

    for cell in view(environments=("local", "docker", "vm")).cells:
        for estimate in cell.estimates:
            assert all(quantity(value, estimate.unit) in parsed.text for value in estimate.values)
        for each in histogram(cell, "read.lat"):
            assert f"{each.count:,}" in parsed.text


def hostile(view) -> ReportView:
    """Everything a machine, a tool or a rule says is an attack."""
    rule = view.findings[0].rule
    rule = replace(
        rule, title=ATTACK, fix=Fix(run=ATTACK, risk=ATTACK, needs=(ATTACK,)), references=(ATTACK,), id=ATTACK
    )
    facts = (
        Fact(name=ATTACK, value=ATTACK, source=ATTACK, subject=ATTACK),
        Absent(name=ATTACK, reason=ATTACK, source=ATTACK),
    )
    finding = replace(
        view.findings[0], rule=rule, title=ATTACK, why=ATTACK, fix_run=ATTACK, evidence=facts, subject=ATTACK
    )
    unknown = replace(finding, outcome=Outcome.UNKNOWN, missing=facts[1:])
    named = {name: replace(workload, title=ATTACK) for name, workload in view.run.workloads.items()}
    table = FactTable([*view.facts["local"], Fact(name="nic.driver", subject=ATTACK, value=ATTACK, source="s")])
    return replace(
        view,
        source=ATTACK,
        findings=(finding, unknown),
        run=replace(view.run, workloads=named, argv=(ATTACK, "\udcff"), notes=(ATTACK,), host={"name": ATTACK}),
        facts={"local": table},
    )


def test_whatever_a_machine_says_is_shown_as_text(view) -> None:
    page = render(hostile(view(environments=("local", "vm"))))
    parsed = Page(page)
    assert page.count("<script") == 3
    assert ATTACK not in page
    assert ATTACK in parsed.text
    assert f"<h1>{ATTACK.replace('<', '&lt;').replace('>', '&gt;')}</h1>" in page
    page.encode("utf-8")


def test_without_charts_there_is_no_chart_library(view) -> None:
    read = replace(view(), run=None, cells=(), ratios=())
    page = render(read)
    assert len(page) < 150_000
    assert "Plotly.newPlot" in page and "plotly.js (cartesian" not in page


def test_an_empty_view_is_still_a_page() -> None:
    page = render(ReportView(source="nowhere", now="now", version="0"))
    assert "Nothing was measured" in page and "Nothing could be judged" in page


def test_an_interrupted_run_says_so(view) -> None:
    run = replace(view().run, state="interrupted")
    assert "This run is interrupted" in render(replace(view(), run=run))


def test_a_thousand_trials_fit(view) -> None:
    made = view(repeats=5, copies=25)
    assert len(made.run.results) > 1000
    assert len(render(made).encode()) <= 3_000_000


def test_the_same_view_gives_the_same_page(view) -> None:
    assert render(view()) == render(view())


@pytest.mark.parametrize("environments", [("local",), ("local", "vm")])
def test_the_list_of_findings_says_in_which_environment_where_there_are_several(view, environments) -> None:
    text = render(view(environments=environments))
    overview = text[text.index('<ol class="overview">') : text.index("</ol>", text.index('<ol class="overview">'))]
    assert ("in local</span>" in overview) == (len(environments) > 1)


@pytest.mark.parametrize("environments", [("local",), ("local", "vm")])
def test_so_does_the_index(view, environments) -> None:
    text = render(view(environments=environments))
    index = text[text.index('<nav id="index"') : text.index("</nav>")]
    assert (" in local</a>" in index) == (len(environments) > 1)
