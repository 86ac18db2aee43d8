"""One environment as asked for, read: its text is not taken apart again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from perfadvisor.specs.option import DeviceUse, MainArgument, Option

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Spec:
    """`text` as given to --env, `kind` the word in front of the colon. `values` holds what was given for each option
    and place, in its order; ask `get` and `all_of` for them. `in_turns` and `for_the_run` are the devices of this
    machine that it takes away from others, and `on_our_disk` says that its test file lies below --dir here."""

    text: str
    kind: str = field(default="", compare=False)
    values: Mapping[str, tuple[object, ...]] = field(default_factory=dict, compare=False)
    in_turns: tuple[str, ...] = field(default=(), compare=False)
    for_the_run: tuple[str, ...] = field(default=(), compare=False)
    on_our_disk: bool = field(default=False, compare=False)

    @property
    def name(self) -> str:
        """What the environment is called: its `name=`, or else the whole text."""
        return str(self.values.get("name", (self.text,))[-1])

    @property
    def is_here(self) -> bool:
        """Whether it is this machine itself."""
        return self.kind == "local"

    def get(self, option: Option[T] | MainArgument[T]) -> T | None:
        """What was given for this option or place, None where nothing was."""
        return next(iter(self.all_of(option)), None)

    def all_of(self, option: Option[T] | MainArgument[T]) -> tuple[T, ...]:
        """Everything that was given for an option that may be repeated, in its order."""
        key = option.key if isinstance(option, MainArgument) else option.name
        return cast(tuple[T, ...], self.values.get(key, ()))

    def __str__(self) -> str:
        return self.text

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: object) -> Any:  # noqa: ANN401 (what pydantic wants has no public type)
        """In files a spec is its text. One that this version does not know is kept: results outlive options."""
        from pydantic_core import core_schema

        from perfadvisor.specs.parse import known_or_text

        return core_schema.no_info_after_validator_function(
            known_or_text, core_schema.str_schema(), serialization=core_schema.to_string_ser_schema()
        )


def taken(
    options: Mapping[str, Option[Any]], values: Mapping[str, tuple[object, ...]], how: DeviceUse
) -> tuple[str, ...]:
    """The devices given for the options that take them away in this way."""
    names = [name for name in values if name in options and options[name].taken is how]
    return tuple(str(value) for name in names for value in values[name])
