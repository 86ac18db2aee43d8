"""A condition term by term: each comparison with its answer and the facts behind it."""

from collections.abc import Iterator
from dataclasses import dataclass

from perfadvisor.analyse.rules.conditions import Condition, Lookup, Unknown, evaluated
from perfadvisor.analyse.rules.expression import (
    Arithmetic,
    Compare,
    Constant,
    Logic,
    Name,
    Node,
    Not,
    OneOf,
    children,
    names,
)
from perfadvisor.model.fact import Absent, Fact


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """A comparison as text, its answer (None where it is unknown), and the facts it names."""

    text: str
    answer: bool | None
    facts: tuple[Fact | Absent, ...]


def terms(condition: Condition, lookup: Lookup) -> Iterator[Term]:
    """The terms in reading order; `and`, `or` and `not` join them."""
    for node in _leaves(condition.node):
        value = evaluated(node, lookup)
        mentioned = tuple(lookup(name) for name in dict.fromkeys(each.name for each in names(node)))
        answer = None if isinstance(value, Unknown) else bool(value)
        yield Term(text=written(node), answer=answer, facts=mentioned)


def _leaves(node: Node) -> Iterator[Node]:
    if isinstance(node, Logic | Not):
        for child in children(node):
            yield from _leaves(child)
    else:
        yield node


def written(node: Node) -> str:
    """The node as text that parses to the same node."""
    match node:
        case Name():
            return node.name
        case Constant(value=value):
            return repr(value)
        case Not():
            return f"not ({written(node.operand)})"
        case Logic():
            return f" {node.operator} ".join(f"({written(each)})" for each in node.operands)
        case OneOf():
            choices = ", ".join(repr(each.value) for each in node.choices)
            return f"{_within(node.left)} {'not ' if node.negated else ''}in ({choices},)"
        case Compare() | Arithmetic():
            return f"{_within(node.left)} {node.operator} {_within(node.right)}"


def _within(node: Node) -> str:
    text = written(node)
    return text if isinstance(node, Name | Constant) else f"({text})"
