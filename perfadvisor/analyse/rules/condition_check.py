"""Check a condition against the catalogue of facts before it ever meets a machine: names, and kinds of value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from perfadvisor.analyse.rules.expression import (
    Arithmetic,
    Compare,
    ConditionError,
    Constant,
    Logic,
    Name,
    Node,
    Not,
    OneOf,
    children,
    names,
    parse_expression,
)
from perfadvisor.model.fact import FactSpec, Scalar

Catalogue = Mapping[str, FactSpec]

YES_NO, NUMBER, TEXT = "yes/no", "a number", "text"
_KINDS: dict[type, str] = {bool: YES_NO, int: NUMBER, float: NUMBER, str: TEXT}
HOST = "host."


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """What is wrong in a condition, and the column (from 1) in its text."""

    message: str
    column: int


def spec_of(name: str, catalogue: Catalogue) -> FactSpec | None:
    """The catalogue entry of a name as rules write it, with or without `host.`."""
    return catalogue.get(name.removeprefix(HOST))


def unknown_fact(name: str, catalogue: Catalogue) -> str:
    """Words for a name the catalogue does not hold, with the nearest that it does."""
    plain = name.removeprefix(HOST)
    near = get_close_matches(plain, catalogue, n=1, cutoff=0.6)
    hint = f" (did you mean `{name[: len(name) - len(plain)]}{near[0]}`?)" if near else ""
    return f"no fact is called `{name}`{hint}"


def check(text: str, catalogue: Catalogue) -> tuple[Mistake, ...]:
    """Everything wrong with a condition; empty where it is good."""
    try:
        node = parse_expression(text)
    except ConditionError as error:
        return (Mistake(message=error.message, column=error.column),)
    unknown = tuple(
        Mistake(message=unknown_fact(name.name, catalogue), column=name.column)
        for name in names(node)
        if spec_of(name.name, catalogue) is None
    )
    if unknown:
        return unknown
    if next(names(node), None) is None:
        return (Mistake(message="it names no fact", column=1),)
    return tuple(_must_be(node, YES_NO, catalogue))


def _kind(node: Node, catalogue: Catalogue) -> str:
    match node:
        case Name(name=name):
            spec = spec_of(name, catalogue)
            assert spec is not None
            return _KINDS[spec.type]
        case Constant(value=value):
            return _kind_of_value(value)
        case Arithmetic():
            return NUMBER
        case _:
            return YES_NO


def _kind_of_value(value: Scalar) -> str:
    return _KINDS[type(value)]


def _must_be(node: Node, wanted: str, catalogue: Catalogue) -> Iterator[Mistake]:
    """Mistakes in the node, and one more where it is of another kind than wanted."""
    kind = _kind(node, catalogue)
    if kind != wanted:
        what = f"`{node.name}`" if isinstance(node, Name) else "this"
        yield Mistake(message=f"{what} is {kind}, where {wanted} is needed", column=node.column)
    yield from _inside(node, catalogue)


def _inside(node: Node, catalogue: Catalogue) -> Iterator[Mistake]:
    match node:
        case Not() | Logic():
            for child in children(node):
                yield from _must_be(child, YES_NO, catalogue)
        case Arithmetic():
            for child in children(node):
                yield from _must_be(child, NUMBER, catalogue)
        case Compare():
            yield from _compared(node, catalogue)
        case OneOf():
            yield from _inside(node.left, catalogue)
            for choice in node.choices:
                yield from _must_be(choice, _kind(node.left, catalogue), catalogue)
        case _:
            return


def _compared(node: Compare, catalogue: Catalogue) -> Iterator[Mistake]:
    if node.operator in ("==", "!="):
        yield from _inside(node.left, catalogue)
        yield from _must_be(node.right, _kind(node.left, catalogue), catalogue)
    else:
        yield from _must_be(node.left, NUMBER, catalogue)
        yield from _must_be(node.right, NUMBER, catalogue)
