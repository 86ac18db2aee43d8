"""Texts that attack an output, and values of any record of the model with such texts in every field."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from enum import Enum

from hypothesis import strategies as st

PIECES = (
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "\x9b2J",
    "\x00",
    "\r",
    "\n",
    "\n\n# heading",
    "\n```\n[a](javascript:x)",
    "```",
    "`",
    "\u202edesrever",
    "\u2066",
    "\u200b",
    "\ufeff",
    "\u2028",
    "\ud800",
    "\udfff",
    "\ufffe",
    "\U000e0041",
    "<script>alert(1)</script>",
    "</style>",
    "</script>",
    "<img src=x onerror=x>",
    "-->",
    "]]>",
    "&amp;",
    "<!--",
    "{{7*7}}",
    '"',
    "'",
    "\\",
    "|",
    "||",
    "# EOF",
    "# EOF\n",
    "\n# EOF\n",
    '{a="b"}',
    "=1+1",
    '=HYPERLINK("http://a")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    ",",
    ";",
    "- item",
    "1. item",
    "> quote",
    "    code",
    "http://a.example",
    "www.a.example",
    "@someone",
    "#1",
    "* * *",
    "---",
    "![a](b)",
    "[a]: b",
    "~~a~~",
    "plain",
    "gr\xfc\xdf",
    "\u901f\u5ea6",
    " ",
    "",
)
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), min_size=1, max_size=3).map("".join)
NUMBERS = st.floats(min_value=1e-3, max_value=1e9)
COUNTS = st.integers(min_value=0, max_value=9)


def records(kind: typing.Any, texts: st.SearchStrategy[str] = TEXTS, **known: st.SearchStrategy) -> st.SearchStrategy:
    """Values of a record, walked field by field: hostile `texts` wherever a string may stand; `known` fields of the
    record itself are drawn as given."""
    hints = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    return st.builds(kind, **{name: known[name] if name in known else _of(hints[name], texts) for name in names})


def _of(hint: typing.Any, texts: st.SearchStrategy[str]) -> st.SearchStrategy:
    plain = {str: texts, float: NUMBERS, int: COUNTS, bool: st.booleans(), type(None): st.none()}
    if hint in plain:
        return plain[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(_of(each, texts) for each in arguments))
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return st.lists(_of(arguments[0], texts), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*(_of(each, texts) for each in arguments))
    if origin in (Mapping, dict):
        return st.dictionaries(_of(arguments[0], texts), _of(arguments[1], texts), max_size=2)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if dataclasses.is_dataclass(hint):
        return records(hint, texts)
    raise TypeError(f"no strategy for {hint}")


def poisoned(value: typing.Any, tail: str, spare: frozenset[str] = frozenset()) -> typing.Any:
    """The same value with `tail` behind every string in it, keys of mappings among them, so that equal names stay
    equal. Fields named in `spare` are words of ours, not of a machine."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return value + tail if value else value
    if isinstance(value, tuple) and hasattr(value, "_asdict"):  # a record made as a named tuple
        named = value._asdict().items()
        return type(value)(**{n: each if n in spare else poisoned(each, tail, spare) for n, each in named})
    if isinstance(value, tuple):
        return tuple(poisoned(each, tail, spare) for each in value)
    if isinstance(value, Mapping):
        return {poisoned(key, tail, spare): poisoned(each, tail, spare) for key, each in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
        return type(value)(**{n: each if n in spare else poisoned(each, tail, spare) for n, each in fields.items()})
    return value
