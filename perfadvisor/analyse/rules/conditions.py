"""Conditions over facts that may be missing: three-valued logic after Kleene, the same whichever side comes first.

A missing fact makes an answer unknown only where it could change it: `False and unknown` is False. The answer names the
facts that are missing. (One case is not seen through: a condition that mentions the same missing fact twice, as in
`x > 5 or x <= 5`, stays unknown.)
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from perfadvisor.analyse.rules.expression import (
    Arithmetic,
    Compare,
    Constant,
    Logic,
    Name,
    Node,
    Not,
    OneOf,
    parse_expression,
)
from perfadvisor.analyse.rules.expression import names as names_in
from perfadvisor.model.fact import Absent, Fact, Scalar

Lookup = Callable[[str], Fact | Absent]


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer, because of these facts: not read, without a value, or making no sense here (division by zero)."""

    missing: frozenset[Absent]


Value = Scalar | Unknown
Evaluator = Callable[[Lookup], Value]
_Operation = Callable[[Scalar, Scalar], Scalar]

_OPERATIONS: dict[str, _Operation] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """A parsed condition: its text, the facts it names (once each, in reading order) and how to evaluate it."""

    text: str
    names: tuple[str, ...]
    node: Node
    evaluator: Evaluator

    def __call__(self, lookup: Lookup) -> bool | Unknown:
        """Whether it holds, or why that is unknown."""
        value = self.evaluator(lookup)
        if isinstance(value, bool | Unknown):
            return value
        return _senseless(self.node, "neither yes nor no")


@lru_cache(maxsize=4096)
def parse(text: str) -> Condition:
    """The condition in `text`; raises ConditionError with the column."""
    node = parse_expression(text)
    return Condition(text=text, names=_names(node), node=node, evaluator=_compiled(node))


def evaluated(node: Node, lookup: Lookup) -> Value:
    """The value of a part of a condition."""
    return _compiled(node)(lookup)


def from_values(values: Mapping[str, Scalar], source: str = "given") -> Lookup:
    """A lookup over plain values, for cases and tests; a name that is not there is absent."""

    def find(name: str) -> Fact | Absent:
        if name in values:
            return Fact(name=name, value=values[name], source=source)
        return Absent(name=name, reason="not given")

    return find


def _compiled(node: Node) -> Evaluator:
    match node:
        case Name():
            return _name(node)
        case Constant(value=value):
            return lambda _lookup: value
        case Not():
            return _not(node)
        case Logic():
            return _logic(node)
        case Compare() | Arithmetic():
            return _operation(node)
        case OneOf():
            return _member(_compiled(node.left), frozenset(choice.value for choice in node.choices), node.negated)


def _names(node: Node) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.name for name in names_in(node)))


def _senseless(node: Node, reason: str) -> Unknown:
    return Unknown(frozenset(Absent(name=name, reason=reason) for name in _names(node)))


def _name(node: Name) -> Evaluator:
    name = node.name

    def evaluate(lookup: Lookup) -> Value:
        found = lookup(name)
        if isinstance(found, Absent):
            return Unknown(frozenset((found,)))
        if found.value != found.value:
            return _senseless(node, "not a number")
        return found.value

    return evaluate


def _not(node: Not) -> Evaluator:
    operand = _compiled(node.operand)

    def evaluate(lookup: Lookup) -> Value:
        value = operand(lookup)
        if isinstance(value, Unknown):
            return value
        return (not value) if isinstance(value, bool) else _senseless(node, "neither yes nor no")

    return evaluate


def _logic(node: Logic) -> Evaluator:
    """`and` is decided by one False, `or` by one True, whatever else is missing."""
    operands, decides = tuple(map(_compiled, node.operands)), node.operator == "or"

    def evaluate(lookup: Lookup) -> Value:
        missing: frozenset[Absent] = frozenset()
        for operand in operands:
            value = operand(lookup)
            if value is decides:
                return decides
            if isinstance(value, Unknown):
                missing |= value.missing
            elif not isinstance(value, bool):
                missing |= _senseless(node, "neither yes nor no").missing
        return Unknown(missing) if missing else not decides

    return evaluate


def _operation(node: Compare | Arithmetic) -> Evaluator:
    operation, left, right = _OPERATIONS[node.operator], _compiled(node.left), _compiled(node.right)

    def evaluate(lookup: Lookup) -> Value:
        a, b = left(lookup), right(lookup)
        if isinstance(a, Unknown):
            return Unknown(a.missing | b.missing) if isinstance(b, Unknown) else a
        if isinstance(b, Unknown):
            return b
        try:
            value = operation(a, b)
        except ZeroDivisionError:
            return _senseless(node.right if _names(node.right) else node, "would divide by zero")
        except (TypeError, OverflowError):
            return _senseless(node, "not of a kind that can be compared here")
        return value if value == value else _senseless(node, "not a number")

    return evaluate


def _member(left: Evaluator, choices: frozenset[Scalar], negated: bool) -> Evaluator:
    def evaluate(lookup: Lookup) -> Value:
        value = left(lookup)
        return value if isinstance(value, Unknown) else (value in choices) != negated

    return evaluate
