"""The one parser of specs: "vm:cpus=4,memory=2G", "docker:IMAGE,cpus=0.5", "ssh:USER@HOST,dir=/srv", "local"."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from perfadvisor.errors import InputError
from perfadvisor.specs.kind import EnvironmentOptions
from perfadvisor.specs.kinds import KINDS
from perfadvisor.specs.option import DeviceUse, MainArgument, Option
from perfadvisor.specs.spec import Spec, taken

LONGEST = 4000


class SpecError(InputError):
    """A spec that means nothing; `key` is the option or place at fault, "" for the whole."""

    def __init__(self, message: str, hint: str = "", key: str = "") -> None:
        super().__init__(message, hint)
        self.key = key


def read_spec(text: str, kinds: Mapping[str, EnvironmentOptions] = KINDS) -> Spec:
    """The environment meant. SpecError, with the nearest word, for what means nothing."""
    if len(text) > LONGEST:
        raise SpecError(f"an environment of {len(text)} characters", f"at most {LONGEST}")
    name, _, rest = text.partition(":")
    kind = kinds.get(name)
    if kind is None:
        raise SpecError(f"unknown environment {text!r}", nearest(name, kinds, "perfadvisor environments list"))
    values = _values(kind, [word for word in rest.split(",") if word], text)
    spec = Spec(
        text=text,
        kind=name,
        values=values,
        on_our_disk=kind.on_our_disk,
        in_turns=taken(kind.by_name, values, DeviceUse.IN_TURNS),
        for_the_run=taken(kind.by_name, values, DeviceUse.FOR_THE_RUN),
    )
    if clash := kind.clash(spec):
        raise SpecError(f"{text}: {clash}", f"perfadvisor environments show {name}")
    return spec


def known_or_text(text: str) -> Spec:
    """The spec of a finished run. What another version of perfadvisor wrote is kept as text."""
    with contextlib.suppress(SpecError):
        return read_spec(text)
    return Spec(text=text)


def read_specs(texts: Iterable[str], kinds: Mapping[str, EnvironmentOptions] = KINDS) -> tuple[Spec, ...]:
    """Every environment, each once. SpecError for one that means nothing, or for two of one name."""
    return distinct(read_spec(text, kinds) for text in texts)


def distinct(specs: Iterable[Spec]) -> tuple[Spec, ...]:
    """The same without repetitions. SpecError where two different ones have one name."""
    found: dict[str, Spec] = {}
    for spec in specs:
        if found.setdefault(spec.name, spec) != spec:
            other = found[spec.name].text
            raise SpecError(f"{spec.text}: {spec.name!r} is the name of {other} too", "choose another name")
    return tuple(found.values())


def _values(kind: EnvironmentOptions, words: Sequence[str], text: str) -> dict[str, tuple[object, ...]]:
    found: dict[str, tuple[object, ...]] = {}
    for number, word in enumerate(words):
        name, equals, value = word.partition("=")
        if not equals:
            place = _place(kind, word, text, first=number == 0)
            found[place.key] = (_read(place.key, place, word.removeprefix(place.prefix), text),)
            continue
        option = kind.by_name.get(name)
        if option is None:
            hint = nearest(name, kind.by_name, f"perfadvisor environments show {kind.name}")
            raise SpecError(f"{text}: unknown option {name!r}", hint, name)
        if name in found and not option.many:
            raise SpecError(f"{text}: {name} is given twice", f"give {name} once", name)
        found[name] = tuple(dict.fromkeys((*found.get(name, ()), _read(name, option, value, text))))
    if kind.needs_place and not any(place.key in found for place in kind.places):
        first = kind.places[0]
        raise SpecError(f"{text}: the {first.key} is missing", f"for example {kind.name}:{first.example}", first.key)
    return found


def _place(kind: EnvironmentOptions, word: str, text: str, *, first: bool) -> MainArgument[Any]:
    """The place that a word without "=" is. SpecError for an option that lacks its value, and for a later word."""
    if word in kind.by_name:
        option = kind.by_name[word]
        raise SpecError(f"{text}: {word} has no value", f"for example {word}={option.example}", word)
    if not kind.places:
        hint = nearest(word, kind.by_name, f"perfadvisor environments show {kind.name}")
        raise SpecError(f"{text}: unknown option {word!r}", hint, word)
    if not first:
        raise SpecError(
            f"{text}: {word!r} is not an option", "options are NAME=VALUE; CPUs are joined by +: 0-3+8", word
        )
    fitting = (place for place in kind.places if word.startswith(place.prefix))
    return max(fitting, key=lambda place: len(place.prefix))


def _read(name: str, option: Option[Any] | MainArgument[Any], value: str, text: str) -> object:
    try:
        return option.reader.read(value)
    except ValueError:
        example = f"{name}={option.example}" if isinstance(option, Option) else option.example
        said = f"{name} {value!r}" if value else f"{name} without a value"
        raise SpecError(f"{text}: {said}: {option.reader.what} is expected", f"for example {example}", name) from None


def nearest(word: str, known: Iterable[str], otherwise: str) -> str:
    """A hint: the nearest of the known words, or what to do where none is near."""
    words = list(known)
    longer = [each for each in words if len(each) > 1 and word.startswith(each)]
    near = get_close_matches(word, words, n=1) or sorted(longer, key=len)[-1:]
    return f"did you mean {near[0]}?" if near else otherwise
