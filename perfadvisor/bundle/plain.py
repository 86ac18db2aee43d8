"""JSON that is exactly what a dataclass says, without pydantic, whose import takes longer than reading a run.

Only what needs no judgement is taken: every name known and given once, every value of the very type. All else is None,
and for pydantic to accept or to refuse in words (perfadvisor.bundle.schema)."""

import json
import math
import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from perfadvisor.specs.parse import known_or_text
from perfadvisor.specs.spec import Spec

T = TypeVar("T")
Read = Callable[[Any], Any]
LARGEST = 2**53  # of whole numbers that a float holds exactly
_LONE = re.compile(rb"\\u[dD][89a-fA-F]")  # half a character
_SCALARS = frozenset({bool, int, float, str})


class OtherwiseError(ValueError):
    """Not exactly what is expected here."""


def parsed(data: bytes) -> Any:  # noqa: ANN401 - JSON
    """The values of strict JSON in UTF-8; None for any other text."""
    if _LONE.search(data):
        return None
    try:
        return json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def value(kind: type[T], found: object) -> T | None:
    """The dataclass with these values, None where they are otherwise."""
    try:
        made: T = _reader(typing.cast(Any, kind))(found)
    except (ValueError, TypeError):
        return None
    return made


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise OtherwiseError("a name given twice")
    return made


def _refuse(text: str) -> None:
    raise OtherwiseError(text)


@cache
def _reader(kind: Any) -> Read:  # noqa: ANN401 - a type, or what stands for one in an annotation
    """What makes a value of this kind of JSON's."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Spec:
        return lambda found: known_or_text(_exactly(str)(found))
    if isinstance(kind, type) and is_dataclass(kind):
        return _record(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return lambda found: kind(_exactly(str)(found))
    if kind in _SCALARS:
        return _exactly(kind)
    if origin is Literal:
        return _one_of(inner)
    if origin in (Union, types.UnionType) and _SCALARS.issuperset(inner):
        return _exactly(*inner)
    if origin in (Union, types.UnionType) and len(inner) == 2 and inner[1] is types.NoneType:
        return _or_nothing(_reader(inner[0]))
    if origin is tuple and len(inner) == 2 and inner[1] is Ellipsis:
        return _several(_reader(inner[0]))
    if origin in (dict, Mapping) and inner[0] is str:
        return _by_name(_reader(inner[1]))
    raise TypeError(f"{kind} is not read without pydantic")


def _exactly(*kinds: type) -> Read:
    """A value of one of these types; a float may be written as a whole number, where those are not meant too."""
    whole_too = float in kinds and int not in kinds

    def read(found: Any) -> Any:  # noqa: ANN401
        kind = type(found)
        if kind is int and not -LARGEST <= found <= LARGEST:
            raise OtherwiseError("a number that a float does not hold")
        if whole_too and kind is int:
            return float(found)
        if kind not in kinds or (kind is float and not math.isfinite(found)):
            raise OtherwiseError(f"a {kind.__name__}")
        return found

    return read


def _one_of(choices: tuple[Any, ...]) -> Read:
    def read(found: Any) -> Any:  # noqa: ANN401
        if type(found) is not str or found not in choices:
            raise OtherwiseError("none of the words")
        return found

    return read


def _or_nothing(read_one: Read) -> Read:
    return lambda found: None if found is None else read_one(found)


def _several(read_one: Read) -> Read:
    def read(found: Any) -> Any:  # noqa: ANN401
        if type(found) is not list:
            raise OtherwiseError("no list")
        return tuple(map(read_one, found))

    return read


def _by_name(read_one: Read) -> Read:
    def read(found: Any) -> Any:  # noqa: ANN401
        if type(found) is not dict:
            raise OtherwiseError("no object")
        return {name: read_one(each) for name, each in found.items()}

    return read


def _record(kind: type) -> Read:
    hints = typing.get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    needed = {field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING}

    def read(found: Any) -> Any:  # noqa: ANN401
        if type(found) is not dict or not needed <= found.keys() <= readers.keys():
            raise OtherwiseError("other names")
        return kind(**{name: readers[name](each) for name, each in found.items()})

    return read
