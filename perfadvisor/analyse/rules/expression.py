"""The shape of a condition: Python comparison syntax cut down to what can neither run code nor take long.

Text is parsed by `ast` and rebuilt, node by node, from the few kinds below; everything else is refused with its column.
"""

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from perfadvisor.model.fact import Scalar

MAX_TEXT = 2000
MAX_DEPTH = 12
MAX_NUMBER = 10**18
MAX_STRING = 200


class ConditionError(ValueError):
    """Why a text is not a condition, and the column (from 1) where that shows."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"column {column}: {message}")
        self.message = message
        self.column = column


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """A fact's name: "nic.rx_usecs", "host.cpu.model_name"."""

    name: str
    column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Constant:
    """A number, text or True/False."""

    value: Scalar
    column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Not:
    """`not operand`."""

    operand: "Node"
    column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Logic:
    """`and` or `or` over two or more operands."""

    operator: str
    operands: tuple["Node", ...]
    column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Compare:
    """One comparison; a chain `a < b < c` is the `and` of two."""

    operator: str
    left: "Node"
    right: "Node"
    column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OneOf:
    """`left in (choices)`, or `not in`."""

    left: "Node"
    choices: tuple[Constant, ...]
    negated: bool
    column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Arithmetic:
    """`left operator right` for + - * /."""

    operator: str
    left: "Node"
    right: "Node"
    column: int


Node = Name | Constant | Not | Logic | Compare | OneOf | Arithmetic

_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly inside this one, from left to right."""
    match node:
        case Not(operand=operand):
            return (operand,)
        case Logic(operands=operands):
            return operands
        case Compare(left=left, right=right) | Arithmetic(left=left, right=right):
            return (left, right)
        case OneOf(left=left):
            return (left,)
        case _:
            return ()


def names(node: Node) -> Iterator[Name]:
    """Every fact name in the node, in reading order, as often as it stands there."""
    if isinstance(node, Name):
        yield node
    for child in children(node):
        yield from names(child)


def parse_expression(text: str) -> Node:
    """The condition in `text`. Raises ConditionError."""
    if len(text) > MAX_TEXT:
        raise ConditionError(f"a condition of {len(text)} characters; at most {MAX_TEXT}", 1)
    line = text.replace("\r", " ").replace("\n", " ")
    blank = len(line) - len(line.lstrip(" "))
    return _node(_syntax(line.strip(" "), blank).body, 0, blank)


def _syntax(text: str, blank: int) -> ast.Expression:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise ConditionError(f"not a condition: {error.msg}", (error.offset or len(text) + 1) + blank) from None
    except (ValueError, MemoryError, RecursionError) as error:
        raise ConditionError(f"not a condition: {error or 'nested too deeply'}", 1) from None


def _node(node: ast.expr, depth: int, blank: int) -> Node:
    column = node.col_offset + 1 + blank
    if depth > MAX_DEPTH:
        raise ConditionError(f"nested deeper than {MAX_DEPTH} levels", column)
    inner = partial(_node, depth=depth + 1, blank=blank)
    match node:
        case ast.BoolOp():
            operator = "and" if isinstance(node.op, ast.And) else "or"
            return Logic(operator=operator, operands=tuple(map(inner, node.values)), column=column)
        case ast.UnaryOp(op=ast.Not()):
            return Not(operand=inner(node.operand), column=column)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant() as positive) if not isinstance(positive.value, bool):
            return Constant(value=-_number(positive, column), column=column)
        case ast.BinOp() if type(node.op) in _ARITHMETIC:
            operator = _ARITHMETIC[type(node.op)]
            return Arithmetic(operator=operator, left=inner(node.left), right=inner(node.right), column=column)
        case ast.Compare():
            return _comparison(node, depth, blank)
        case ast.Constant():
            return _constant(node, column)
        case ast.Name() | ast.Attribute():
            return Name(name=_dotted(node, column), column=column)
    raise ConditionError(f"{_what(node)} cannot stand in a condition", column)


def _comparison(node: ast.Compare, depth: int, blank: int) -> Node:
    column = node.col_offset + 1 + blank
    sides = [node.left, *node.comparators]
    pairs = zip(sides, node.ops, sides[1:], strict=False)
    found = tuple(_pair(left, operator, right, depth + 1, blank) for left, operator, right in pairs)
    return found[0] if len(found) == 1 else Logic(operator="and", operands=found, column=column)


def _pair(left: ast.expr, operator: ast.cmpop, right: ast.expr, depth: int, blank: int) -> Node:
    column = left.col_offset + 1 + blank
    if isinstance(operator, ast.In | ast.NotIn):
        choices = _choices(right, blank)
        negated = isinstance(operator, ast.NotIn)
        return OneOf(left=_node(left, depth, blank), choices=choices, negated=negated, column=column)
    if type(operator) not in _COMPARE:
        raise ConditionError("`is` cannot stand in a condition; use `==`", column)
    sides = {"left": _node(left, depth, blank), "right": _node(right, depth, blank)}
    return Compare(operator=_COMPARE[type(operator)], column=column, **sides)


def _choices(node: ast.expr, blank: int) -> tuple[Constant, ...]:
    column = node.col_offset + 1 + blank
    if not isinstance(node, ast.Tuple) or not node.elts:
        raise ConditionError('after `in` stands a list of values in parentheses: ("a", "b")', column)
    found = tuple(_node(element, 0, blank) for element in node.elts)
    if not all(isinstance(element, Constant) for element in found):
        raise ConditionError("the list after `in` holds plain values only", column)
    return tuple(element for element in found if isinstance(element, Constant))


def _constant(node: ast.Constant, column: int) -> Constant:
    value = node.value
    if isinstance(value, str):
        if len(value) > MAX_STRING:
            raise ConditionError(f"a text of {len(value)} characters; at most {MAX_STRING}", column)
        return Constant(value=value, column=column)
    if isinstance(value, bool):
        return Constant(value=value, column=column)
    return Constant(value=_number(node, column), column=column)


def _number(node: ast.Constant, column: int) -> int | float:
    value = node.value
    if not isinstance(value, int | float):
        raise ConditionError(f"{value!r} cannot stand in a condition"[:100], column)
    if not abs(value) <= MAX_NUMBER:
        raise ConditionError("a number larger than 10**18", column)
    return value


def _dotted(node: ast.expr, column: int) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < MAX_DEPTH:
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        raise ConditionError("a fact is named by words joined with dots", column)
    return ".".join((node.id, *reversed(parts)))


def _what(node: ast.expr) -> str:
    words = {ast.Call: "a call", ast.Subscript: "an index", ast.BinOp: "this operator", ast.UnaryOp: "this sign"}
    return words.get(type(node), f"a {type(node).__name__.lower()}")
