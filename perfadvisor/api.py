"""What other programs and notebooks may call: read what perfadvisor wrote, judge it, and take the figures along.

These functions and the types they return are the public API (docs/python.md); all else may change in any version. Each
takes a path as the command line does, touches nothing but files, and raises InputError for what it cannot read.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from perfadvisor.errors import InputError
from perfadvisor.judge import judge
from perfadvisor.judge import load_run as _load_run
from perfadvisor.model.fact import FactTable
from perfadvisor.model.rule import Finding
from perfadvisor.model.run import Run
from perfadvisor.reading import read

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go


def load(path: Path | str) -> Run:
    """A run that `perfadvisor run` or `import` wrote, with its results as they were measured."""
    run = _load_run(Path(path))
    if run is None:
        raise InputError(f"{path}: not a run, it has no run.json", "give the directory that `perfadvisor run` made")
    return run


def facts_of(path: Path | str) -> Mapping[str, FactTable]:
    """The facts of a run, snapshot, tree or a tool's output, by the name of the environment."""
    return {one.environment: one.facts for one in read(Path(path))}


def advise(path: Path | str, rules: Sequence[Path | str] = (), goal: str = "") -> tuple[Finding, ...]:
    """Every rule's finding, also those that are clear, unknown or not applicable; `finding.outcome` says which.
    `rules` are directories of rules beside ours, `goal` is what the machine is for ("latency")."""
    return judge(Path(path), [Path(each) for each in rules], goal).findings


def samples(path: Path | str) -> "pd.DataFrame":
    """One row per sample of every trial of a run, with its unit, trust mark and doubts: what `export` writes."""
    from perfadvisor.report.frame import frame

    view = judge(Path(path))
    run = load(path)
    return frame(run, view.cells)


def figures(path: Path | str) -> Mapping[str, "go.Figure"]:
    """The interactive charts of a run's report, by what each shows. Single trials have no chart of runs."""
    import plotly.graph_objects as go

    from perfadvisor.report.charts import charts
    from perfadvisor.report.curves import curves
    from perfadvisor.report.drift import drift
    from perfadvisor.report.environments import environments
    from perfadvisor.report.figures import TEMPLATES
    from perfadvisor.report.findings import entries
    from perfadvisor.report.results import groups

    load(path)
    view = judge(Path(path))
    results = groups(view)
    rows = {row.anchor: f"{row.cell.id}: " for group in results for row in group.rows}
    several = len(view.environments) > 1
    found = charts(results, environments(view, entries(view.findings)), curves(view), drift(view), several=several)
    template = go.layout.Template(TEMPLATES["light"])
    return {
        f"{rows.get(place, '')}{chart.words}": go.Figure(chart.figure).update_layout(template=template)
        for place, drawn in found.items()
        for chart in drawn
    }
