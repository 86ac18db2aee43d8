"""Values of any shape: every text in them, and the same value with each text changed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from perfadvisor.model.tree import Tree
from perfadvisor.redacting.files import redacted_file
from perfadvisor.redacting.redactor import Redactor
from perfadvisor.specs.parse import known_or_text
from perfadvisor.specs.spec import Spec


def texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any record of the model
    """Every text in records, mappings (keys, too) and sequences; trees are left out."""
    if isinstance(value, str):
        if not isinstance(value, Enum):
            yield value
    elif isinstance(value, Spec):
        yield value.text
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from texts(key)
            yield from texts(each)
    elif isinstance(value, tuple | list):
        for each in value:
            yield from texts(each)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from texts(getattr(value, field.name))


def trees(value: Any) -> Iterator[Tree]:  # noqa: ANN401
    """Every tree in records, mappings and sequences."""
    if isinstance(value, Tree):
        yield value
    elif isinstance(value, Mapping):
        yield from trees(list(value.values()))
    elif isinstance(value, tuple | list):
        for each in value:
            yield from trees(each)
    elif is_dataclass(value) and not isinstance(value, type | Spec):
        for field in fields(value):
            yield from trees(getattr(value, field.name))


def redacted(value: Any, by: Redactor) -> Any:  # noqa: ANN401
    """The same value with every text, specification and tree in it redacted."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return by.text(value)
    if isinstance(value, bytes):
        return redacted_file(value, by)
    if isinstance(value, Spec):
        return known_or_text(by.text(value.text))
    if isinstance(value, Tree):
        return by.tree(value)
    return _whole(value, lambda each: redacted(each, by))


def _whole(value: Any, changed: Callable[[Any], Any]) -> Any:  # noqa: ANN401
    if isinstance(value, Mapping):
        return {changed(key): changed(each) for key, each in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_make"):  # a record made as a named tuple
        return value._make(map(changed, value))
    if isinstance(value, tuple | list):
        return type(value)(map(changed, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: changed(getattr(value, field.name)) for field in fields(value)})
    return value
