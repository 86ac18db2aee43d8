"""Every figure of a report is held against plotly's own classes, and the bundle against the package they come from."""

import hashlib
import json
import re
from dataclasses import replace

import pytest

from perfadvisor.packs.locate import shipped
from perfadvisor.report import figures
from perfadvisor.report.charts import charts, payload
from perfadvisor.report.environments import environments
from perfadvisor.report.results import groups

BUNDLE = shipped("reports") / "plotly-cartesian.min.js"
VERSION, SHA256 = "4.1.1", "79542150855a52c567260e3137095dbe2b744e6d702a5cabe67da246942fba7a"


@pytest.fixture(scope="module")
def drawn(view):
    made = view(environments=("local", "vm"))
    return charts(groups(made), environments(made, ()))


def test_plotly_knows_everything_we_say(drawn) -> None:
    import plotly.graph_objects as go

    found = payload(drawn)
    for figure in found["figures"].values():
        go.Figure(figure)
    for template in found["templates"].values():
        go.Figure(layout={"template": template})
    assert len(found["figures"]) > 20


def test_plotly_would_have_complained() -> None:
    import plotly.graph_objects as go

    with pytest.raises(ValueError, match="bogus"):
        go.Figure({"data": [], "layout": {"bogus": 1}})


def test_every_cell_shows_its_runs_in_their_order(view, drawn) -> None:
    cell = view(environments=("local", "vm")).cells[0]
    (runs, *_) = drawn["result-1"]
    (trace,) = runs.figure["data"]
    assert trace["x"] == [result.trial.number for result in cell.trials]
    assert trace["y"] == pytest.approx([value / 1000 for value in cell.estimates[0].values], rel=1e-5)


def test_one_run_is_no_chart(view) -> None:
    found = charts(groups(view(repeats=1, histograms=False)), None)
    assert {place.partition("-")[0] for place in found} == {"percentiles"}, "percentiles are a curve of one run"


def test_figures_are_json_whatever_was_measured(view) -> None:
    cell = view().cells[0]
    wild = replace(cell.estimates[0], values=(float("nan"), float("inf"), 1.0, 2.0, 1e308), median=1.0, low=1e-308)
    json.dumps(figures.runs(cell, wild), allow_nan=False)
    assert figures.runs(cell, replace(wild, median=float("nan"))) is None


def test_the_bundle_is_the_recorded_one() -> None:
    assert hashlib.sha256(BUNDLE.read_bytes()).hexdigest() == SHA256
    assert f"plotly.js (cartesian - minified) v{VERSION}" in BUNDLE.read_text("utf-8")[:200]
    notice = (BUNDLE.parent / "NOTICE.md").read_text()
    assert VERSION in notice and SHA256 in notice


@pytest.mark.newest
def test_the_bundle_has_the_version_of_the_package() -> None:
    from plotly.offline import get_plotlyjs_version

    assert get_plotlyjs_version() == VERSION


def test_the_bundle_can_stand_inside_a_script_element() -> None:
    """HTML ends a script at `</script`, and changes its mind about where that is after `<!--`."""
    text = BUNDLE.read_text("utf-8")
    assert not re.search(r"</script|<!--", text, re.IGNORECASE)
