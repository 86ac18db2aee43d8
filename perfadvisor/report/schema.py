"""The published schema of `advise --format json`: what other programs may rely on."""

from typing import Any

from perfadvisor.analyse.ceilings.ceiling import CeilingKind
from perfadvisor.model.absence import AbsenceReason
from perfadvisor.model.result import Trust
from perfadvisor.model.rule import Confidence, Outcome, Severity
from perfadvisor.model.units import Unit
from perfadvisor.report.judged import Judged

SCHEMA_VERSION = 2

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "number"}
_NUMBER_OR_NULL: Schema = {"type": ["number", "null"]}
_COUNT: Schema = {"type": "integer", "minimum": 0}


def _record(**properties: Schema) -> Schema:
    """An object that has exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _one_of(
    names: type[Severity | Outcome | Confidence | Trust | Unit | Judged | AbsenceReason | CeilingKind],
) -> Schema:
    return {"enum": [str(name) for name in names]}


_SCALAR: Schema = {"type": ["boolean", "integer", "number", "string"]}
_FACT = _record(name=_TEXT, subject=_TEXT, value=_SCALAR, unit=_one_of(Unit), source=_TEXT)
_ABSENT = _record(name=_TEXT, subject=_TEXT, reason=_TEXT, why=_one_of(AbsenceReason), source=_TEXT)
_FINDING = _record(
    rule=_TEXT,
    title=_TEXT,
    severity=_one_of(Severity),
    maturity={"enum": ["stable", "trial"]},
    outcome=_one_of(Outcome),
    confidence=_one_of(Confidence),
    environment=_TEXT,
    subject=_TEXT,
    explained_by=_TEXT,
    accepted=_TEXT,
    why=_TEXT,
    reason=_TEXT,
    worth=_TEXT,
    evidence=_list(_FACT),
    absent=_list(_ABSENT),
    missing=_list(_ABSENT),
    fix=_record(run=_TEXT, persist=_TEXT, lasts=_TEXT, risk=_TEXT, needs=_list(_TEXT), undo=_TEXT),
    verify=_record(holds=_TEXT, rerun=_list(_TEXT), experiment=_TEXT),
    references=_list(_TEXT),
)
_PART = _record(
    file=_TEXT, line=_COUNT, lines=_COUNT, kind=_TEXT, fit=_NUMBER, command=_TEXT, machine=_TEXT, facts=_COUNT,
    note=_TEXT,
)  # fmt: skip
_CONTRADICTION = _record(name=_TEXT, subject=_TEXT, earlier=_TEXT, earlier_at=_TEXT, later=_TEXT, later_at=_TEXT)
_ESTIMATE = _record(
    metric=_TEXT,
    unit=_one_of(Unit),
    better={"enum": ["higher", "lower", ""]},
    median=_NUMBER_OR_NULL,
    low=_NUMBER_OR_NULL,
    high=_NUMBER_OR_NULL,
    coverage=_NUMBER_OR_NULL,
    values=_list(_NUMBER_OR_NULL),
    left_out=_list(_NUMBER_OR_NULL),
)
_CEILING = _record(
    kind=_one_of(CeilingKind),
    name=_TEXT,
    limit=_NUMBER_OR_NULL,
    reached=_NUMBER_OR_NULL,
    unit=_one_of(Unit),
    share=_NUMBER_OR_NULL,
)
_DIP = _record(trial=_COUNT, start_s=_NUMBER, seconds=_NUMBER, lost_share=_NUMBER, causes=_list(_TEXT))
_CELL = _record(
    workload=_TEXT,
    environment=_TEXT,
    trust=_one_of(Trust),
    doubts=_list(_record(trust=_one_of(Trust), reason=_TEXT, evidence=_TEXT)),
    reason=_TEXT,
    trials=_COUNT,
    left_out=_list(_TEXT),
    estimates=_list(_ESTIMATE),
    ceilings=_list(_CEILING),
    ceiling_verdict=_TEXT,
    dips=_list(_DIP),
)
_RATIO = _record(
    workload=_TEXT,
    metric=_TEXT,
    environment=_TEXT,
    parent=_TEXT,
    ratio=_NUMBER_OR_NULL,
    low=_NUMBER_OR_NULL,
    high=_NUMBER_OR_NULL,
    n=_COUNT,
    trust=_one_of(Trust),
    withheld=_TEXT,
    note=_TEXT,
    emulated={"type": "boolean"},
    counters={"type": "object", "additionalProperties": _NUMBER},
    explained_by=_list(_record(rule=_TEXT, subject=_TEXT, share=_NUMBER_OR_NULL)),
)

SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "perfadvisor advice",
    **_record(
        schema_version={"const": SCHEMA_VERSION},
        perfadvisor=_TEXT,
        made=_TEXT,
        source=_TEXT,
        host=_TEXT,
        goal=_TEXT,
        verdict=_one_of(Judged),
        summary=_TEXT,
        most_wanted={"anyOf": [{"type": "null"}, _record(fact=_TEXT, rules=_COUNT, source=_TEXT)]},
        counts=_record(fires=_COUNT, clear=_COUNT, unknown=_COUNT, not_applicable=_COUNT),
        findings=_list(_FINDING),
        parts=_list(_PART),
        contradictions=_list(_CONTRADICTION),
        ask_for=_list(_TEXT),
        cells=_list(_CELL),
        ratios=_list(_RATIO),
    ),
}
