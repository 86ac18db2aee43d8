"""The faults: every place in a module's syntax tree where an operator, constant, condition or statement can differ.

Texts, annotations and docstrings stay: a message with other words is no fault of the logic.
"""

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.Mod: ast.Mult,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One faulty version of a module: where, what was changed into what, and the whole text."""

    line: int
    change: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    found = []
    left_out = {id(part) for node in ast.walk(tree) for top in _trifles(node) for part in ast.walk(top)}
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in left_out:
            continue
        for variant, change in enumerate(_changes(node)):
            found.append((getattr(node, "lineno", 0), number, variant, change))
    for line, number, variant, change in sorted(found):
        copy = deepcopy(tree)
        node = list(ast.walk(copy))[number]
        _apply(node, variant)
        yield Mutant(line=line, change=change, source=ast.unparse(ast.fix_missing_locations(copy)))


def _trifles(node: ast.AST) -> list[ast.AST]:
    """Parts whose faults no test should have to notice: options of decorators, annotations."""
    found: list[ast.AST | None] = [*getattr(node, "decorator_list", ()), getattr(node, "annotation", None)]
    return [part for part in (*found, getattr(node, "returns", None)) if part]


def _changes(node: ast.AST) -> list[str]:
    """What can be changed at this node, in words; `_apply` does the one of the same number."""
    return [words for words, _ in _variants(node)]


def _apply(node: ast.AST, variant: int) -> None:
    replacement = _variants(node)[variant][1]
    node.__class__ = replacement.__class__  # the node stays where its parent has it
    node.__dict__.clear()
    node.__dict__.update(replacement.__dict__)


def _variants(node: ast.AST) -> list[tuple[str, ast.AST]]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in COMPARISONS:
            other = COMPARISONS[type(op)]
            return [(f"{type(op).__name__} -> {other.__name__}", _with(node, ops=[other()]))]
        case ast.BinOp() if type(node.op) in ARITHMETIC:
            other = ARITHMETIC[type(node.op)]
            return [(f"{type(node.op).__name__} -> {other.__name__}", _with(node, op=other()))]
        case ast.BoolOp():
            turned = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            return [(f"{type(node.op).__name__} -> {type(turned).__name__}", _with(node, op=turned))]
        case ast.UnaryOp(op=ast.Not()):
            return [("not removed", node.operand)]
        case ast.Constant(value=bool() as value):
            return [(f"{value} -> {not value}", ast.Constant(not value))]
        case ast.Constant(value=int() | float() as value):
            return [(f"{value} -> {value + 1}", ast.Constant(value + 1))]
        case ast.If() | ast.While():
            return [("condition reversed", _with(node, test=ast.UnaryOp(op=ast.Not(), operand=node.test)))]
        case ast.IfExp():
            return [("branches exchanged", _with(node, body=node.orelse, orelse=node.body))]
        case ast.Return(value=value) if value is not None and not _is_none(value):
            return [("returns None", ast.Return(ast.Constant(None)))]
        case ast.Expr(value=value) if not isinstance(value, ast.Constant):
            return [(f"removed: {ast.unparse(value)[:60]}", ast.Pass())]
        case ast.Raise():
            return [("raise removed", ast.Pass())]
        case ast.Break():
            return [("break -> continue", ast.Continue())]
        case ast.Continue():
            return [("continue -> break", ast.Break())]
    return []


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _with(node: ast.AST, **changed: object) -> ast.AST:
    copy = deepcopy(node)
    for name, value in changed.items():
        setattr(copy, name, value)
    return copy
