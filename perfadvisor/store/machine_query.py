"""A condition of the rules' language over all machines, answered in SQL.

SQL's NULL is the language's unknown: both have Kleene's three values, so a missing fact makes an answer unknown only
where it could change it. Every value is a parameter; names of facts come from the catalogue.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    and_,
    case,
    func,
    literal,
    not_,
    or_,
    select,
)

from perfadvisor.analyse.rules.condition_check import check
from perfadvisor.analyse.rules.expression import (
    Arithmetic,
    Compare,
    Constant,
    Logic,
    Name,
    Node,
    Not,
    OneOf,
    names,
    parse_expression,
)
from perfadvisor.errors import InputError
from perfadvisor.model.fact import FactSpec
from perfadvisor.store.machine_reading import newest
from perfadvisor.store.schema import MACHINE_FACTS, MACHINE_REPORT_SETS, MACHINE_REPORTS, MACHINES

Column = ColumnElement[Any]
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
ELSEWHERE = "ask it of one machine: perfadvisor facts BUNDLE --eval EXPRESSION"


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryAnswer:
    """Host and subject of everything for which the condition holds; `unknown` hosts lack a fact that could decide it;
    `asked` hosts were asked."""

    matches: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    asked: int


def query_machines(connection: Connection, text: str, catalogue: Mapping[str, FactSpec]) -> QueryAnswer:
    """The machines for which the condition holds, by their newest readings. InputError for a text that is not a
    condition, or that has no form in SQL."""
    mistakes = check(text, catalogue)
    if mistakes:
        raise InputError(f"column {mistakes[0].column}: {mistakes[0].message}", "perfadvisor facts BUNDLE lists names")
    node = parse_expression(text)
    asked = {name.name: _spec(name.name, catalogue) for name in names(node)}
    kinds = {spec.subject for spec in asked.values()} - {""}
    if len(kinds) > 1:
        raise InputError(f"the condition asks of {' and '.join(sorted(kinds))} at once", ELSEWHERE)
    rows = connection.execute(_select(node, asked, next(iter(kinds), ""))).all()
    total = connection.execute(select(func.count()).select_from(newest().subquery())).scalar_one()
    return QueryAnswer(
        matches=tuple((row[0], row[1]) for row in rows if row[2] == 1),
        unknown=tuple(dict.fromkeys(row[0] for row in rows if row[2] is None)),
        asked=total,
    )


def _spec(name: str, catalogue: Mapping[str, FactSpec]) -> FactSpec:
    if name not in catalogue or name.startswith("result."):
        raise InputError(f"{name} is not stored for machines of a fleet", ELSEWHERE)
    return catalogue[name]


def _select(node: Node, asked: Mapping[str, FactSpec], kind: str) -> Any:  # noqa: ANN401 - a SELECT of three columns
    """Host, subject, and 1, 0 or NULL, of every subject of the kind that a machine has."""
    reports = newest().subquery()
    source = select(reports.c.id, literal("").label("subject")).subquery()
    if kind:
        of_kind = MACHINE_FACTS.c.name.startswith(f"{kind}.", autoescape=True)
        source = (
            select(MACHINE_REPORT_SETS.c.report_id.label("id"), MACHINE_FACTS.c.subject)
            .join(MACHINE_FACTS, MACHINE_FACTS.c.set_id == MACHINE_REPORT_SETS.c.set_id)
            .where(MACHINE_REPORT_SETS.c.report_id.in_(newest()), of_kind, MACHINE_FACTS.c.subject != "")
            .distinct()
            .subquery()
        )
    joined: Any = source.join(MACHINE_REPORTS, MACHINE_REPORTS.c.id == source.c.id).join(
        MACHINES, MACHINES.c.id == MACHINE_REPORTS.c.machine_id
    )
    columns: dict[str, Column] = {}
    for number, (name, spec) in enumerate(asked.items()):
        fact = _facts_named(name).subquery(f"fact{number}")
        subject = source.c.subject if spec.subject else literal("")
        same = and_(fact.c.report_id == source.c.id, fact.c.subject == subject)
        joined = joined.outerjoin(fact, same)
        columns[name] = fact.c.words if spec.type is str else fact.c.number
    truth = _Sql(columns, asked).truth(node)
    answer = case((truth, 1), (not_(truth), 0), else_=None)
    query = select(MACHINES.c.name, source.c.subject, answer).select_from(joined)
    return query.order_by(MACHINES.c.name, source.c.subject)


def _facts_named(name: str) -> Any:  # noqa: ANN401 - a SELECT of four columns
    """Reading, subject and value of every fact of this name."""
    columns = (MACHINE_REPORT_SETS.c.report_id, MACHINE_FACTS.c.subject, MACHINE_FACTS.c.number, MACHINE_FACTS.c.words)
    joined = select(*columns).join(MACHINE_FACTS, MACHINE_FACTS.c.set_id == MACHINE_REPORT_SETS.c.set_id)
    return joined.where(MACHINE_FACTS.c.name == name)


class _Sql:
    """Conditions as SQL over one column per fact."""

    def __init__(self, columns: Mapping[str, Column], specs: Mapping[str, FactSpec]) -> None:
        self._columns, self._specs = columns, specs

    def truth(self, node: Node) -> Column:
        """What is yes, no or NULL."""
        match node:
            case Not():
                return not_(self.truth(node.operand))
            case Logic():
                parts = [self.truth(operand) for operand in node.operands]
                return or_(*parts) if node.operator == "or" else and_(*parts)
            case Compare():
                compared: Column = _COMPARE[node.operator](self.value(node.left), self.value(node.right))
                return compared
            case OneOf():
                found = self.value(node.left).in_([_plain(choice) for choice in node.choices])
                return not_(found) if node.negated else found
            case Name():
                return self._columns[node.name] == 1.0
            case _:
                return self.value(node) == 1.0

    def value(self, node: Node) -> Column:
        """A number or text; yes is 1."""
        match node:
            case Name():
                return self._columns[node.name]
            case Constant():
                plain = _plain(node)
                return literal(plain, Float(53)) if isinstance(plain, float) else literal(plain)
            case Arithmetic(operator="/"):
                return self.value(node.left) / func.nullif(self.value(node.right), 0.0)
            case Arithmetic():
                found: Column = _ARITHMETIC[node.operator](self.value(node.left), self.value(node.right))
                return found
            case _:
                raise InputError(f"column {node.column}: a condition inside a comparison has no form in SQL", ELSEWHERE)


def _plain(node: Constant) -> float | str:
    return node.value if isinstance(node.value, str) else float(node.value)
