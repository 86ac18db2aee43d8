"""Hostile texts in every string of the model: each output is read by its own format's parser and says nothing else."""

import csv
import dataclasses
import io
import re
from dataclasses import replace
from enum import Enum
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from perfadvisor.cli.table_file import csv_text
from perfadvisor.model.fact import FactTable
from perfadvisor.model.gate import Alert, Comparison, GateReport, Reason
from perfadvisor.model.history import Event, HistoryReport, Series, SeriesChange
from perfadvisor.model.run import Run
from perfadvisor.plaintext import spreadsheet_cell, visible
from perfadvisor.report.compare_text import compare_text
from perfadvisor.report.frame import COLUMNS, frame
from perfadvisor.report.gate_json import gate_json
from perfadvisor.report.gate_text import gate_text
from perfadvisor.report.history_html import history_html
from perfadvisor.report.history_json import history_json
from perfadvisor.report.history_text import history_text
from perfadvisor.report.html import PLOTLY, render
from perfadvisor.report.json_view import render as render_json
from perfadvisor.report.junit import junit
from perfadvisor.report.markdown import markdown
from perfadvisor.report.openmetrics import openmetrics
from perfadvisor.report.templates import verbatim
from perfadvisor.report.terminal import explain, full, screen
from perfadvisor.report.view import ReportView
from tests.report.hostile import NUMBERS, PIECES, TEXTS, poisoned, records

TRIES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
RATIOS = st.floats(min_value=0.1, max_value=10)
TIMES = st.floats(min_value=1e9, max_value=2e9)
COMPARISONS = records(Comparison, margin=st.just(0.03), ratio=RATIOS, low=RATIOS, high=RATIOS)
SEVERAL = st.lists(COMPARISONS, min_size=1, max_size=3).map(tuple)
ALERTS = st.lists(records(Alert, comparisons=SEVERAL), max_size=2).map(tuple)
REPORTS = records(GateReport, comparisons=SEVERAL, alerts=ALERTS)
CHANGES = records(SeriesChange, time=TIMES, index=st.integers(0, 2))
EVENTS = records(Event, time=TIMES, changes=st.lists(CHANGES, min_size=1, max_size=2).map(tuple))
HISTORIES = records(
    HistoryReport, changes=st.lists(CHANGES, max_size=2).map(tuple), events=st.lists(EVENTS, max_size=2).map(tuple)
)
SERIES = records(
    Series,
    times=st.just((1e9, 1.1e9, 1.2e9)),
    values=st.tuples(NUMBERS, NUMBERS, NUMBERS),
    commits=st.tuples(TEXTS, TEXTS, TEXTS),
    marks=st.just(()),
)
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
OWN_WORDS = frozenset(
    {"metric", "better", "goals", "step", "maturity", "for_each", "tool", "state", "engine", "name", "details"}
)


def clean(text: str) -> None:
    """What no output may hold, whatever it was given."""
    found = UNSEEN.search(text)
    assert found is None, repr(text[max(found.start() - 60, 0) : found.end() + 20])
    text.encode("utf-8")


class Elements(HTMLParser):
    """The elements, attributes that act, and open elements at the end of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.acting: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        self.acting += [name for name, value in attrs if name.startswith("on") or name in ("src", "srcdoc", "action")]
        self.acting += [value for name, value in attrs if name == "href" and not value.startswith(("#", "data:,"))]


@TRIES
@given(REPORTS)
def test_terminal_of_a_gate(report: GateReport) -> None:
    text = gate_text(report)
    clean(text)
    expected = gate_text(harmless_twin(report)).count("\n")
    assert text.count("\n") == expected, "a text of the report made a line of its own"


def harmless_twin(value: Any) -> Any:
    """The same record with "x" for every text in it."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return "x" if value else value
    if isinstance(value, tuple):
        return tuple(map(harmless_twin, value))
    if dataclasses.is_dataclass(value):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return type(value)(**{n: each if n == "better" else harmless_twin(each) for n, each in fields.items()})
    return value


@TRIES
@given(REPORTS)
def test_terminal_of_a_comparison(report: GateReport) -> None:
    text = compare_text(report.baseline, report.candidate, report.comparisons, report.notes)
    clean(text)
    left_out = 1 + len(report.notes) if report.notes else 0
    why = [(one.explanation,) if one.reason is Reason.INVALID_RUNS else () for one in report.comparisons]
    said = [one for one, own in zip(report.comparisons, why, strict=True) if "; ".join((*own, *one.notes))]
    lines = 3 + len(report.comparisons) + left_out + (1 + len(said) if said else 0)
    assert text.count("\n") + 1 == lines


@TRIES
@given(REPORTS)
def test_markdown(report: GateReport) -> None:
    text = markdown(report)
    clean(text)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    fences = [token for token in tokens if token.type == "fence"]
    assert len(fences) == len(report.alerts)
    kinds = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}
    assert kinds.isdisjoint(
        {"image", "link_open", "html_inline", "ordered_list_open", "blockquote_open", "code_block", "hr"}
    )
    assert [t.tag for t in tokens if t.type == "heading_open"] == ["h3"]
    raw = [token.content.strip() for token in tokens if token.type == "html_block"]
    assert raw == ["<details><summary>All metrics</summary>", "</details>"]
    rows = [token for token in tokens if token.type == "tr_open"]
    assert len(rows) == 1 + len(report.comparisons)
    assert sum(token.level > 1 for token in tokens if token.type == "bullet_list_open") == 0


@TRIES
@given(REPORTS)
def test_openmetrics(report: GateReport) -> None:
    text = openmetrics(report)
    clean(text)
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert set(families) == {"perfadvisor_gate_ratio", "perfadvisor_gate_verdict", "perfadvisor_gate_exit_code"}


@TRIES
@given(REPORTS)
def test_junit(report: GateReport) -> None:
    text = junit(report)
    clean(text)
    root = ElementTree.fromstring(text)
    assert len(root.findall(".//testcase")) == len(report.comparisons) + len(report.findings)
    assert {element.tag for element in root.iter()} <= {
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "error",
        "skipped",
        "system-out",
    }


@TRIES
@given(REPORTS, HISTORIES)
def test_json(report: GateReport, history: HistoryReport) -> None:
    clean(gate_json(report))
    clean(history_json(history))


@TRIES
@given(st.lists(SERIES, min_size=1, max_size=2), HISTORIES)
def test_history(series: list[Series], report: HistoryReport) -> None:
    clean(history_text(report))
    page = history_html(series, report).replace(verbatim(PLOTLY), "")
    clean(page)
    found = Elements(page)
    assert found.acting == []
    assert not {"img", "iframe"} & set(found.tags)
    assert found.tags.count("script") in (1, 3), "ours: the page's, and with charts the library and the figures"


@pytest.fixture(scope="module")
def plain(view) -> tuple[ReportView, Elements]:
    usual = view(repeats=3)
    return usual, Elements(render(usual).replace(verbatim(PLOTLY), ""))


@pytest.mark.parametrize("some", range(4))
def test_report(plain, some: int) -> None:
    usual, expected = plain
    attacked = attack(usual, f"a{'c'.join(PIECES[some::4])}b")
    page = render(attacked).replace(verbatim(PLOTLY), "")
    clean(page)
    found = Elements(page)
    assert found.acting == expected.acting == []
    assert found.tags.count("script") == expected.tags.count("script")
    assert set(found.tags) <= set(expected.tags)
    for lines in (full.lines(attacked, 100), screen.lines(attacked, 100, verbose=True)):
        clean("\n".join(line.plain for line in lines))
    for answer in attacked.findings:
        clean("\n".join(line.plain for line in explain.lines(attacked, [answer.rule.id], 100)))
    clean(render_json(attacked))


def attack(view: ReportView, tail: str) -> ReportView:
    """The view with `tail` behind every text that a machine or a file may have written."""
    run = replace(view.run, before={}, after={})
    facts = {
        name + tail: FactTable(poisoned(tuple(table), tail, frozenset({"name"}))) for name, table in view.facts.items()
    }
    spare = OWN_WORDS - {"name"}
    return replace(
        view,
        run=poisoned_run(run, tail),
        cells=poisoned(view.cells, tail, spare),
        facts=facts,
        goal=tail,
        findings=poisoned(view.findings, tail, OWN_WORDS),
        ratios=poisoned(view.ratios, tail, spare),
        source=view.source + tail,
    )


def poisoned_run(run: Run, tail: str) -> Run:
    spare = OWN_WORDS - {"name"}
    return replace(
        poisoned(replace(run, host={}, versions={}), tail, spare),
        host={key: value + tail for key, value in run.host.items()},
        versions={key: value + tail for key, value in run.versions.items()},
    )


@TRIES
@given(TEXTS)
def test_csv_holds_no_formula(text: str) -> None:
    cell = spreadsheet_cell(text)
    clean(cell)
    assert not cell.startswith(("=", "+", "-", "@"))
    assert "\n" not in cell


def test_exported_csv(view) -> None:
    usual = view(repeats=3)
    for piece in PIECES:
        tail = f"{piece}x"
        known = usual.run.workloads
        any_other = next(iter(known.values()))
        workloads = {cell.workload + tail: known.get(cell.workload, any_other) for cell in usual.cells}
        run = replace(usual.run, before={}, after={}, workloads=workloads)
        text = csv_text(frame(run, poisoned(usual.cells, tail, OWN_WORDS - {"name"})))
        clean(text)
        rows = list(csv.reader(io.StringIO(text)))
        assert rows[0] == list(COLUMNS)
        assert {len(row) for row in rows} == {len(COLUMNS)}
        words = [cell for row in rows[1:] for name, cell in zip(COLUMNS, row, strict=True) if name not in NUMERIC]
        assert not [cell for cell in words if cell.startswith(("=", "+", "-", "@"))]


NUMERIC = {"value", "trial", "repeat", "position", "started"}


@TRIES
@given(TEXTS)
def test_what_is_visible_stays(text: str) -> None:
    clean(visible(text))
    assert len(visible(text)) == len(text)
