"""YAML from strangers as plain dicts, lists and texts: no types are guessed, no aliases followed, sizes bounded."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Union

from perfadvisor.errors import InputError
from perfadvisor.facts.reading.decoded import decoded

if TYPE_CHECKING:
    from ruamel.yaml.events import Event

MAX_BYTES = 4 << 20
MAX_DEPTH = 50

Value = Union[str, "list[Value]", "dict[str, Value]"]


def parse(data: bytes, name: str) -> list[Value]:
    """Every document in it; a scalar is the text as written. InputError where it is not YAML, or hostile."""
    from ruamel.yaml import YAML  # takes 0.1 s to import
    from ruamel.yaml.error import YAMLError

    if len(data) > MAX_BYTES:
        raise InputError(f"{name}: {len(data) >> 20} MiB is too large for a Kubernetes object")
    try:
        events = iter(YAML(typ="safe", pure=True).parse(decoded(data)))
        return list(_documents(events, name))
    except (YAMLError, ValueError, IndexError) as error:
        first = (str(error).splitlines() or ["broken"])[0]
        raise InputError(f"{name}: not YAML: {first}", "save it again: kubectl get -o yaml KIND NAME > FILE") from error


def _documents(events: "Iterator[Event]", name: str) -> Iterator[Value]:
    from ruamel.yaml.events import DocumentStartEvent

    for event in events:
        if isinstance(event, DocumentStartEvent):
            yield _value(next(events), events, name, MAX_DEPTH)


def _value(event: "Event", events: "Iterator[Event]", name: str, depth: int) -> Value:
    from ruamel.yaml.events import (
        AliasEvent,
        MappingEndEvent,
        MappingStartEvent,
        ScalarEvent,
        SequenceEndEvent,
        SequenceStartEvent,
    )

    if isinstance(event, AliasEvent) or depth == 0:
        raise InputError(f"{name}: an alias, or nested too deep to be a Kubernetes object", "refused")
    if isinstance(event, SequenceStartEvent):
        found: list[Value] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            found.append(_value(event, events, name, depth - 1))
        return found
    if isinstance(event, MappingStartEvent):
        pairs: dict[str, Value] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            key = _value(event, events, name, depth - 1)
            value = _value(next(events), events, name, depth - 1)
            if isinstance(key, str):
                pairs[key] = value
        return pairs
    return str(event.value) if isinstance(event, ScalarEvent) else ""
