"""The environments file as JSON Schema (2020-12), from the tables of the kinds."""

from collections.abc import Mapping
from typing import Any

from perfadvisor.specs.kind import EnvironmentOptions
from perfadvisor.specs.kinds import KINDS
from perfadvisor.specs.named import KIND_KEYS
from perfadvisor.specs.option import Option
from perfadvisor.specs.readers import NAME

Schema = dict[str, Any]


def schema(kinds: Mapping[str, EnvironmentOptions] = KINDS) -> Schema:
    """What an editor or another program may check a file against."""
    openable = [kind for kind in kinds.values() if kind.opener]
    tables = [_kind(kind, key) for kind in openable for key in KIND_KEYS]
    names = {"pattern": f"^{NAME}$", "not": {"enum": list(kinds)}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Named environments of perfadvisor",
        "type": "object",
        "required": ["environments"],
        "additionalProperties": False,
        "properties": {
            "environments": {
                "type": "object",
                "minProperties": 1,
                "propertyNames": names,
                "additionalProperties": {"oneOf": [_spec(), *tables]},
            }
        },
    }


def _spec() -> Schema:
    text = {"type": "string", "minLength": 1, "description": "as for --env, without a name"}
    return {"type": "object", "required": ["spec"], "additionalProperties": False, "properties": {"spec": text}}


def _kind(kind: EnvironmentOptions, key: str) -> Schema:
    places = {place.key: {**place.reader.schema, "description": place.meaning} for place in kind.places}
    options = {option.name: _option(option) for option in kind.options}
    groups = {option.group for option in kind.options if option.group}
    grouped = {group: _group(kind, group) for group in sorted(groups)}
    one_place = [{"required": [name]} for name in places]
    none = {"not": {"anyOf": one_place}}
    return {
        "type": "object",
        "description": kind.meaning,
        "required": [key],
        "additionalProperties": False,
        "properties": {key: {"const": kind.name}, **places, **options, **grouped},
        **({"oneOf": one_place if kind.needs_place else [none, *one_place]} if places else {}),
    }


def _option(option: Option[Any]) -> Schema:
    words = option.meaning + (f" ({option.unit})" if option.unit else "")
    one = dict(option.reader.schema)
    value: Schema = {"anyOf": [one, {"type": "array", "items": one}]} if option.many else one
    return {**value, "description": words}


def _group(kind: EnvironmentOptions, group: str) -> Schema:
    inside = {option.name: _option(option) for option in kind.options if option.group == group}
    return {"type": "object", "additionalProperties": False, "properties": inside}
