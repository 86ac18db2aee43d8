"""A kind of environment: one table from which parser, refusals, help, documents and JSON Schema come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from perfadvisor.specs.option import MainArgument, Option
from perfadvisor.specs.readers import WORD
from perfadvisor.specs.spec import Spec

NAME = Option(
    name="name",
    reader=WORD,
    meaning="what the environment is called in the results",
    example="small",
    default="the whole spec",
)


def fine(_spec: Spec) -> str:
    """No options of this kind exclude each other."""
    return ""


@dataclass(frozen=True, kw_only=True)
class EnvironmentOptions:
    """`name` is the word in front of the colon. `opener` names the function that opens one, "module:function", taking a
    Spec and an Opening. `places` may stand behind the colon, at most one of them, and one of them must where
    `needs_place`. `clash` says why options that are fine by themselves cannot be combined, "" where they can."""

    name: str
    meaning: str
    opener: str
    places: tuple[MainArgument[Any], ...] = ()
    options: tuple[Option[Any], ...] = ()
    needs_place: bool = False
    on_our_disk: bool = False
    clash: Callable[[Spec], str] = fine

    @cached_property
    def by_name(self) -> Mapping[str, Option[Any]]:
        """Every option by its name; each environment may be given a name."""
        return {option.name: option for option in (*self.options, NAME)}

    def __str__(self) -> str:
        return self.name

    @property
    def usage(self) -> str:
        """How a spec of this kind is written: `vm[,OPTION=VALUE]...`."""
        places = "|".join(f"{place.prefix}{place.key.upper()}" for place in self.places)
        behind = (f":{places}" if self.needs_place else f"[:{places}]") if places else ""
        joint = "," if places else ":"
        return f"{self.name}{behind}[{joint}OPTION=VALUE]..."
