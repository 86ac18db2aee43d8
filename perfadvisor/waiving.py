"""A judgement with the findings that a waivers file accepts."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from perfadvisor.analyse.rules.accepted import accept, expired
from perfadvisor.model.rule import Finding
from perfadvisor.plaintext import one_line
from perfadvisor.report.view import ReportView


def waived(view: ReportView, path: Path | None, rules_dirs: Sequence[Path] = ()) -> tuple[ReportView, tuple[str, ...]]:
    """The view with its accepted findings marked, and a sentence for each waiver that has expired."""
    findings, said = accepted(view.findings, path, rules_dirs)
    return (replace(view, findings=findings) if path else view), said


def accepted(
    findings: Iterable[Finding], path: Path | None, rules_dirs: Sequence[Path] = ()
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """The same for findings alone."""
    found = tuple(findings)
    if path is None:
        return found, ()
    from perfadvisor.packs.rules import load_rules  # with the reader of YAML, which takes a third of the start
    from perfadvisor.packs.waivers import load_waivers

    waivers, today = load_waivers(path, {rule.id for rule in load_rules(rules_dirs)}), time.strftime("%Y-%m-%d")
    lapsed = expired(found, waivers, today)
    return tuple(accept(found, waivers, today)), tuple(
        one_line(f"the waiver of {one.rule} expired on {one.until}: {one.reason}") for one in lapsed
    )
