"""The report for other programs, as `perfadvisor.report.schema` describes it: every outcome, raw values."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from math import isfinite
from typing import Any

from perfadvisor.analyse.ceilings.ceiling import Ceiling
from perfadvisor.model.fact import Absent, Fact
from perfadvisor.model.ratio import EnvironmentRatio
from perfadvisor.model.result import Cell, Estimate
from perfadvisor.model.rule import Finding, Outcome
from perfadvisor.model.timeline import Dip
from perfadvisor.report.asking import commands
from perfadvisor.report.ceilings import Ceilings, limits_of
from perfadvisor.report.dips import dips
from perfadvisor.report.findings import entries
from perfadvisor.report.judged import MissingReading, judged, most_wanted
from perfadvisor.report.results import left_out
from perfadvisor.report.schema import SCHEMA_VERSION
from perfadvisor.report.strip import runs_of
from perfadvisor.report.verdict import plain, verdict
from perfadvisor.report.view import ReportView

Record = dict[str, Any]


def render(view: ReportView) -> str:
    """The view as JSON text; numbers JSON cannot write (not a number, infinity) become null."""
    return json.dumps(document(view), indent=1, allow_nan=False, ensure_ascii=True)


def document(view: ReportView) -> Record:
    """The view as plain values."""
    counts, limits = Counter(finding.outcome for finding in view.findings), limits_of(view)
    return {
        "schema_version": SCHEMA_VERSION,
        "perfadvisor": view.version,
        "made": view.now,
        "source": view.source,
        "host": view.host_name,
        "goal": view.goal,
        "verdict": str(judged(view)),
        "summary": plain(verdict(view, entries(view.findings))),
        "most_wanted": _wanted(most_wanted(view)),
        "counts": {outcome.replace("-", "_"): counts[outcome] for outcome in Outcome},
        "findings": [_finding(finding) for finding in view.findings],
        "parts": [asdict(part) for part in view.evidence],
        "contradictions": [asdict(one) for one in view.contradictions],
        "ask_for": list(commands(view)),
        "cells": [_cell(cell, limits(cell)) for cell in view.cells],
        "ratios": [_ratio(ratio) for ratio in view.ratios],
    }


def _finding(finding: Finding) -> Record:
    rule = finding.rule
    return {
        "rule": rule.id,
        "title": finding.title or rule.title,
        "severity": str(rule.severity),
        "maturity": rule.maturity,
        "outcome": str(finding.outcome),
        "confidence": str(finding.confidence),
        "environment": finding.environment,
        "subject": finding.subject,
        "explained_by": finding.explained_by,
        "accepted": finding.accepted,
        "why": finding.why,
        "reason": finding.reason,
        "worth": finding.worth,
        "evidence": [_fact(fact) for fact in finding.evidence if isinstance(fact, Fact)],
        "absent": [_absent(fact) for fact in finding.evidence if isinstance(fact, Absent)],
        "missing": [_absent(fact) for fact in finding.missing],
        "fix": _fix(finding),
        "verify": {
            "holds": rule.verify.holds,
            "rerun": list(rule.verify.rerun),
            "experiment": rule.verify.experiment,
        },
        "references": list(rule.references),
    }


def _fix(finding: Finding) -> Record:
    fix = finding.rule.fix
    return {
        "run": finding.fix_run,
        "persist": finding.fix_persist,
        "lasts": fix.lasts,
        "risk": fix.risk,
        "needs": list(fix.needs),
        "undo": finding.rollback,
    }


def _fact(fact: Fact) -> Record:
    value = _number(fact.value) if isinstance(fact.value, float) else fact.value
    return {
        "name": fact.name,
        "subject": fact.subject,
        "value": str(fact.value) if value is None else value,
        "unit": str(fact.unit),
        "source": fact.source,
    }


def _absent(fact: Absent) -> Record:
    return {
        "name": fact.name,
        "subject": fact.subject,
        "reason": fact.reason,
        "why": str(fact.why),
        "source": fact.source,
    }


def _cell(cell: Cell, limits: Ceilings) -> Record:
    return {
        "workload": cell.workload,
        "environment": cell.environment,
        "trust": str(cell.trust),
        "doubts": [{"trust": str(d.trust), "reason": d.reason, "evidence": d.evidence} for d in cell.doubts],
        "reason": cell.why,
        "trials": len(cell.trials),
        "left_out": list(left_out(cell)),
        "estimates": [_estimate(estimate, cell) for estimate in cell.estimates],
        "ceilings": [_ceiling(one) for one in limits.all],
        "ceiling_verdict": limits.verdict,
        "dips": [_dip(number, dip) for number, dip in dips(cell)],
    }


def _dip(trial: int, dip: Dip) -> Record:
    return {
        "trial": trial,
        "start_s": dip.start_s,
        "seconds": dip.seconds,
        "lost_share": dip.lost_share,
        "causes": list(dip.causes),
    }


def _ceiling(one: Ceiling) -> Record:
    return {
        "kind": str(one.kind),
        "name": one.name,
        "limit": _number(one.limit),
        "reached": _number(one.reached),
        "unit": str(one.unit),
        "share": _number(one.share),
    }


def _wanted(wanted: MissingReading | None) -> Record | None:
    return {"fact": wanted.name, "rules": wanted.rules, "source": wanted.source} if wanted else None


def _estimate(estimate: Estimate, cell: Cell) -> Record:
    return {
        "metric": estimate.metric,
        "unit": str(estimate.unit),
        "better": estimate.better,
        "median": _number(estimate.median),
        "low": _number(estimate.low),
        "high": _number(estimate.high),
        "coverage": _number(estimate.coverage),
        "values": _numbers(estimate.values),
        "left_out": _numbers(run.value for run in runs_of(estimate, cell) if run.left_out),
    }


def _ratio(ratio: EnvironmentRatio) -> Record:
    return {
        "workload": ratio.workload,
        "metric": ratio.metric,
        "environment": ratio.environment,
        "parent": ratio.parent,
        "ratio": _number(ratio.ratio),
        "low": _number(ratio.low),
        "high": _number(ratio.high),
        "n": ratio.n,
        "trust": str(ratio.trust),
        "withheld": ratio.withheld,
        "note": ratio.note,
        "emulated": ratio.emulated,
        "counters": {name: value for name, value in ratio.counters.items() if isfinite(value)},
        "explained_by": [
            {"rule": each.rule_id, "subject": each.subject, "share": _number(each.share)} for each in ratio.explanations
        ],
    }


def _number(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def _numbers(values: Iterable[float]) -> list[float | None]:
    return [_number(value) for value in values]
