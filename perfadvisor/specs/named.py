"""One entry of an environments file as the spec that says the same on the command line."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from perfadvisor.specs.kind import EnvironmentOptions
from perfadvisor.specs.kinds import KINDS
from perfadvisor.specs.option import MainArgument, Option
from perfadvisor.specs.parse import SpecError, nearest, read_spec
from perfadvisor.specs.readers import NAME
from perfadvisor.specs.spec import Spec

KIND_KEYS = ("kind", "engine")  # the second is what files for containers began with
WORDS = {True: "on", False: "off"}
Entry = Mapping[str, object]


def named(name: str, entry: Entry, kinds: Mapping[str, EnvironmentOptions] = KINDS) -> Spec:
    """The environment of this name: a whole `spec`, or a `kind` with its options as keys. SpecError, whose `key` is the
    one at fault (below a group with a dot between), for what means nothing."""
    if not re.fullmatch(NAME, name, re.ASCII):
        raise SpecError(f"`{name}` is not a valid name: letters, digits, dots, dashes and underscores only")
    if name in kinds:
        raise SpecError(f"`{name}` has a meaning of its own; choose another name")
    given = [key for key in ("spec", *KIND_KEYS) if key in entry]
    if len(given) != 1:
        raise SpecError("give either `spec` or `kind`" + (f": here are {' and '.join(given)}" if given else ""))
    text = _whole(entry) if given == ["spec"] else _composed(entry, str(entry[given[0]]), given[0], kinds)
    kind, colon, rest = text.partition(":")
    return read_spec(f"{kind}:{rest}{',' if colon and rest else ''}name={name}", kinds)


def _whole(entry: Entry) -> str:
    if not isinstance(entry["spec"], str) or not entry["spec"]:
        raise SpecError("`spec` is text as for --env", key="spec")
    if more := [key for key in entry if key != "spec"]:
        raise SpecError("options go behind the commas of `spec`, or with `kind`", key=more[0])
    if re.search(r"[:,]name=", entry["spec"]):
        raise SpecError("`spec` has a name of its own: its key here is the name", key="spec")
    return entry["spec"]


def _composed(entry: Entry, kind_name: str, key: str, kinds: Mapping[str, EnvironmentOptions]) -> str:
    kind = kinds.get(kind_name)
    if kind is None:
        raise SpecError(f"`{kind_name}` is not a kind of environment", nearest(kind_name, kinds, ", ".join(kinds)), key)
    places: list[str] = []
    options: list[str] = []
    for name, path, value in _flat(entry, kind):
        if name in (*KIND_KEYS, "name"):
            continue
        place = next((place for place in kind.places if place.key == name), None)
        if place is not None:
            places.append(place.prefix + _word(place, value, path))
        else:
            options += _options(_option(kind, name, path), value, path)
    if len(places) > 1:
        raise SpecError(f"give one of {', '.join(f'`{place.key}`' for place in kind.places)}")
    return f"{kind.name}:{','.join((*places, *options))}"


def _flat(entry: Entry, kind: EnvironmentOptions) -> Iterator[tuple[str, str, object]]:
    """(option, key, value); what stands below a group's key comes out of it."""
    groups = {option.group for option in kind.options if option.group}
    for key, value in entry.items():
        if key in groups and isinstance(value, Mapping):
            yield from ((str(name), f"{key}.{name}", below) for name, below in value.items())
        else:
            yield key, key, value


def _option(kind: EnvironmentOptions, name: str, path: str) -> Option[Any]:
    if name not in kind.by_name:
        known = (*(place.key for place in kind.places), *kind.by_name)
        hint = nearest(name, known, f"known: {', '.join(known)}")
        raise SpecError(f"unknown key `{name}` of {kind.name}", hint, path)
    return kind.by_name[name]


def _options(option: Option[Any], value: object, path: str) -> Iterator[str]:
    if isinstance(value, list) and not option.many:
        raise SpecError(f"`{option.name}` takes one value", f"for example {option.example}", path)
    for one in value if isinstance(value, list) else [value]:
        yield f"{option.name}={_word(option, one, path)}"


def _word(option: Option[Any] | MainArgument[Any], value: object, path: str) -> str:
    """The text of a value, checked here so that a mistake has the place of its key."""
    name = option.key if isinstance(option, MainArgument) else option.name
    text = WORDS[value] if isinstance(value, bool) else str(value)
    try:
        if isinstance(value, Mapping | list) or value is None:
            raise ValueError(text)
        written = option.reader.write(text)
        option.reader.read(written)
    except ValueError:
        example = option.example.removeprefix(option.prefix) if isinstance(option, MainArgument) else option.example
        said = f"`{name}`: {text!r}: {option.reader.what} is expected"
        raise SpecError(said, f"for example {example}", path) from None
    if "," in written:
        raise SpecError(f"`{name}`: {text!r} has a comma", "commas separate options", path)
    return written
