"""A gate's report as Markdown for a pull request. GitHub and GitLab drop inline SVG, so the pictures are text."""

from collections.abc import Iterator

from perfadvisor.analyse.gate.margins import percent
from perfadvisor.model.gate import Comparison, GateReport, Verdict
from perfadvisor.report import gate_words as words
from perfadvisor.report.markdown_text import code, fenced, text

MARKS = {Verdict.REGRESSION: "❌", Verdict.IMPROVED: "🟢", Verdict.EQUIVALENT: "✅", Verdict.UNDECIDED: "❔"}
MOST_ROWS, MOST_UNDECIDED = 60, 20
UNNAMED = "(no name)"
TOGETHER = "\N{NO-BREAK SPACE}"


def markdown(report: GateReport) -> str:
    """The comment: headline, alerts with their runs as bars, then every metric folded away."""
    mark = "❌" if report.exit_code == 1 else MARKS[report.verdict]
    lines = [f"### {mark} {text(words.headline(report))}", ""]
    lines += [f"{code(report.baseline)} → {code(report.candidate)}", ""]
    for alert in report.alerts:
        lines += _alert(alert.workload, alert.comparisons)
    for finding in report.findings:
        subject = f" on {code(finding.subject)}" if finding.subject else ""
        severity = text(finding.severity) or UNNAMED
        lines.append(f"- **{severity}**: {text(finding.title)}{subject} ({code(finding.rule)})")
    lines += _undecided(report)
    lines += _table(report)
    lines += [f"- {text(note)}" for note in report.notes]
    return "\n".join(lines).rstrip() + "\n"


def _alert(workload: str, comparisons: tuple[Comparison, ...]) -> Iterator[str]:
    yield f"**{text(workload) or UNNAMED}**"
    yield ""
    yield "```text"
    for one in comparisons:
        yield from map(fenced, _pictures(one))
    yield "```"
    yield ""


def _pictures(one: Comparison) -> Iterator[str]:
    before, after = words.sparks(one)
    yield f"{one.metric}: {words.change(one)}"
    yield f"  baseline  {words.level(one.baseline, one.unit):>14}  {before}"
    yield f"  candidate {words.level(one.candidate, one.unit):>14}  {after}"
    yield f"  worse {words.interval_bar(one)} better"
    yield f"  [ ] the margin of {percent(one.margin)}, ═ the 95 % interval"


def _undecided(report: GateReport) -> Iterator[str]:
    undecided = [one for one in report.comparisons if one.primary and one.verdict is Verdict.UNDECIDED]
    for one in undecided[:MOST_UNDECIDED]:
        yield f"- ❔ {code(one.id)}: {text(words.remarks(one))}"
    if len(undecided) > MOST_UNDECIDED:
        yield f"- and {len(undecided) - MOST_UNDECIDED} more"
    yield ""


def _table(report: GateReport) -> Iterator[str]:
    yield "<details><summary>All metrics</summary>"
    yield ""
    yield "| | workload / metric | baseline | candidate | change (95 % interval) | margin | runs |"
    yield "|---|---|---:|---:|---:|---:|---|"
    for one in report.comparisons[:MOST_ROWS]:
        cells = (
            f"{MARKS[one.verdict]} {text(words.verdict(one))}",
            code(one.id),
            _figure(text(words.level(one.baseline, one.unit))),
            _figure(text(words.level(one.candidate, one.unit))),
            " (".join(map(_figure, words.change(one).split(" ("))),
            _figure(percent(one.margin)),
            _figure(words.runs(one)),
        )
        yield "| " + " | ".join(cells) + " |"
    if len(report.comparisons) > MOST_ROWS:
        yield ""
        yield f"and {len(report.comparisons) - MOST_ROWS} more, in the JSON"
    yield ""
    yield "</details>"
    yield ""


def _figure(number: str) -> str:
    """A number stays beside its unit, however narrow the column."""
    return number.replace(" ", TOGETHER)
