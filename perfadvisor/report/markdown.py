"""A gate's report as Markdown for a pull request. GitHub and GitLab drop inline SVG, so the pictures are text."""

from collections.abc import Iterator

from perfadvisor.analyse.gate.margins import percent
from perfadvisor.model.gate import Comparison, GateReport, Verdict
from perfadvisor.report import gate_words as words

MARKS = {Verdict.REGRESSION: "❌", Verdict.IMPROVED: "🟢", Verdict.EQUIVALENT: "✅", Verdict.UNDECIDED: "❔"}
MOST_ROWS, MOST_UNDECIDED = 60, 20
TOGETHER = "\N{NO-BREAK SPACE}"


def markdown(report: GateReport) -> str:
    """The comment: headline, alerts with their runs as bars, then every metric folded away."""
    mark = "❌" if report.exit_code == 1 else MARKS[report.verdict]
    lines = [f"### {mark} {_text(words.headline(report))}", ""]
    lines += [f"{_code(report.baseline)} → {_code(report.candidate)}", ""]
    for alert in report.alerts:
        lines += _alert(alert.workload, alert.comparisons)
    for finding in report.findings:
        subject = f" on {_code(finding.subject)}" if finding.subject else ""
        lines.append(f"- **{finding.severity}**: {_text(finding.title)}{subject} ({_code(finding.rule)})")
    lines += _undecided(report)
    lines += _table(report)
    lines += [f"- {_text(note)}" for note in report.notes]
    return "\n".join(lines).rstrip() + "\n"


def _alert(workload: str, comparisons: tuple[Comparison, ...]) -> Iterator[str]:
    yield f"**{_text(workload)}**"
    yield ""
    yield "```text"
    for one in comparisons:
        before, after = words.sparks(one)
        yield f"{_plain(one.metric)}: {words.change(one)}"
        yield f"  baseline  {words.level(one.baseline, one.unit):>14}  {before}"
        yield f"  candidate {words.level(one.candidate, one.unit):>14}  {after}"
        yield f"  worse {words.interval_bar(one)} better"
        yield f"  [ ] the margin of {percent(one.margin)}, ═ the 95 % interval"
    yield "```"
    yield ""


def _undecided(report: GateReport) -> Iterator[str]:
    undecided = [one for one in report.comparisons if one.primary and one.verdict is Verdict.UNDECIDED]
    for one in undecided[:MOST_UNDECIDED]:
        yield f"- ❔ {_code(one.id)}: {_text(words.remarks(one))}"
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
            f"{MARKS[one.verdict]} {_text(words.verdict(one))}",
            _code(one.id),
            _figure(_text(words.level(one.baseline, one.unit))),
            _figure(_text(words.level(one.candidate, one.unit))),
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


def _figure(text: str) -> str:
    """A number stays beside its unit, however narrow the column."""
    return text.replace(" ", TOGETHER)


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("`", "'")


def _code(text: str) -> str:
    return "`" + _plain(text).replace("|", "\\|") + "`"


def _text(text: str) -> str:
    """Text that stays text: what a benchmark calls itself must not become a link, a tag or a mention."""
    safe = _plain(text).replace("&", "&amp;").replace("<", "&lt;").replace("@", "&#64;")
    for character in "\\*_[]|#~":
        safe = safe.replace(character, "\\" + character) if character != "#" else safe
    return safe
