"""YAML 1.2 text with the line and column of every value: plain data for pydantic, places for error messages.

Read from the parser's events instead of a loader, because that gives all of it in one pass: duplicate keys, nesting
and aliases are refused before anything is built, so that no file can make the reader slow ("billion laughs") or odd.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Union

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from perfadvisor.packs.problems import PackError, Problem
from perfadvisor.packs.scalars import scalar

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20

Keys = tuple[str | int, ...]
Place = tuple[int, int]
Value = Union[None, bool, int, float, str, "list[Value]", "dict[str, Value]"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One YAML file: `data` is dicts, lists, str, int, float, bool and None; `places` maps the way to a value
    ("cases", 0, "name") to its line and column, `key_places` to those of its key; both count from 1."""

    name: str
    data: Any
    places: Mapping[Keys, Place]
    key_places: Mapping[Keys, Place]

    def problem(self, keys: Keys, message: str, *, at_key: bool = False) -> Problem:
        """A problem at a value (or its key); at the nearest thing around it where the value is not there."""
        table = self.key_places if at_key and keys in self.key_places else self.places
        while keys and keys not in table:
            keys = keys[:-1]
        line, column = table.get(keys, (1, 1))
        return Problem(file=self.name, line=line, column=column, message=message)


def parse(data: bytes, name: str) -> Document:
    """The document in `data`; `name` is what messages call the file. Raises PackError with everything wrong in it."""
    text = _text(data, name)
    try:
        return _YamlBuilder(name).build(iter(YAML(typ="safe", pure=True).parse(text)))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise PackError([_problem(name, f"not YAML: {error.problem or error.context}", (line, column))]) from None
    except (YAMLError, ValueError) as error:
        raise PackError(
            [_problem(name, f"not YAML: {str(error).splitlines()[0] if str(error) else error!r}")]
        ) from None


def _text(data: bytes, name: str) -> str:
    if len(data) > MAX_BYTES:
        raise PackError([_problem(name, f"{len(data)} bytes; at most {MAX_BYTES} are read")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise PackError([_problem(name, "not UTF-8 text", (line, 1))]) from None


def _problem(name: str, message: str, place: Place = (0, 0)) -> Problem:
    return Problem(file=name, line=place[0], column=place[1], message=message)


def _place(event: Event) -> Place:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


@dataclass(slots=True)
class _YamlBuilder:
    name: str
    places: dict[Keys, Place] = field(default_factory=dict)
    key_places: dict[Keys, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def build(self, events: Iterator[Event]) -> Document:
        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                self._check(documents == 1, event, "a second document; one file holds one thing")
                data = self._value(next(events), events, ())
        self._check(documents > 0, None, "the file is empty")
        if self.problems:
            raise PackError(self.problems)
        return Document(name=self.name, data=data, places=self.places, key_places=self.key_places)

    def _check(self, good: bool, event: Event | None, message: str) -> None:
        if not good:
            self.problems.append(_problem(self.name, message, _place(event) if event else (0, 0)))

    def _stop(self, event: Event, message: str) -> PackError:
        return PackError([*self.problems, _problem(self.name, message, _place(event))])

    def _value(self, event: Event, events: Iterator[Event], keys: Keys) -> Value:
        self.places[keys] = _place(event)
        refusal = _refusal(event, len(keys))
        if refusal:
            raise self._stop(event, refusal)
        if isinstance(event, MappingStartEvent):
            return self._mapping(events, keys)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(events, keys)
        return self._scalar(event)

    def _scalar(self, event: Event) -> Value:
        assert isinstance(event, ScalarEvent)
        try:
            return scalar(event.value) if event.style is None else str(event.value)
        except ValueError as error:
            self._check(False, event, str(error))
            return None

    def _mapping(self, events: Iterator[Event], keys: Keys) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            if not isinstance(event, ScalarEvent):
                raise self._stop(event, "a key must be plain text")
            key = str(event.value)
            self._check(key not in found, event, f"`{key}` is given twice")
            self.key_places[(*keys, key)] = _place(event)
            found[key] = self._value(next(events), events, (*keys, key))
        return found

    def _sequence(self, events: Iterator[Event], keys: Keys) -> list[Value]:
        found: list[Value] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            found.append(self._value(event, events, (*keys, len(found))))
        return found


def _refusal(event: Event, depth: int) -> str:
    """Why this may not stand in a pack: what YAML can do and people who write packs do not need."""
    if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
        return "anchors and aliases are not used here; write the value out"
    if getattr(event, "tag", None):
        return "tags are not used here"
    return f"nested deeper than {MAX_DEPTH} levels" if depth > MAX_DEPTH else ""
