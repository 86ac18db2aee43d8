"""What a kind of environment declares: its options and places, each with how it is read and what it means."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T", covariant=True)


@dataclass(frozen=True, kw_only=True)
class ValueReader(Generic[T]):
    """One kind of value: `what` it is in words, how its text is read (ValueError for anything else), how a value from
    a file is written in a spec, where commas separate options, and its JSON Schema."""

    what: str
    read: Callable[[str], T]
    write: Callable[[str], str] = str
    schema: Mapping[str, object] = field(default_factory=lambda: {"type": "string"})


class DeviceUse(StrEnum):
    """Whether an option takes a device of this machine away from all others, and for how long."""

    NO = "no"
    IN_TURNS = "in turns"  # while the environment measures
    FOR_THE_RUN = "for the run"


@dataclass(frozen=True, kw_only=True)
class Option(Generic[T]):
    """`name=value` behind the commas of a spec, and a key of the environments file. With `many` it may be given several
    times. `unit` is that of a bare number, `default` says in words what holds where the option is not given."""

    name: str
    reader: ValueReader[T]
    meaning: str
    example: str
    unit: str = ""
    default: str = ""
    many: bool = False
    group: str = ""  # the key of the environments file below which it may stand
    taken: DeviceUse = DeviceUse.NO


@dataclass(frozen=True, kw_only=True)
class MainArgument(Generic[T]):
    """What may stand right behind the colon: an image, a machine, a domain. `key` is its key in the environments file;
    `prefix` tells it from another one."""

    key: str
    reader: ValueReader[T]
    meaning: str
    example: str
    prefix: str = ""
