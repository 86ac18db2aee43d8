"""What a workload's `parameters` may hold: each tool declares its own, and packs, docs and command lines use that."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from perfadvisor.model.fact import Scalar

# Stands for a NUMA node until the workload is expanded for a machine; see perfadvisor.expand.
PLACEHOLDER = re.compile(r"\{(node|cpu_node|memory_node|device_node)\}\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """One parameter: its type, what it means (with the unit), the values allowed (none given: any), and whether a
    NUMA node's placeholder may stand for it. Numbers are at least `low` and at most `high`."""

    type: type[bool] | type[int] | type[float] | type[str]
    meaning: str
    choices: tuple[Scalar, ...] = ()
    low: float = 0
    high: float = 2**50
    per_node: bool = False

    def complaint(self, value: Scalar) -> str:
        """Why this value cannot be used, or nothing."""
        if self.per_node and isinstance(value, str) and PLACEHOLDER.match(value):
            return ""
        if not isinstance(value, self.type) and not (self.type is float and type(value) is int):
            return f"should be {_TYPES[self.type]}, not {value!r}"
        if isinstance(value, bool) is not (self.type is bool):
            return f"should be {_TYPES[self.type]}, not {value!r}"
        if self.choices and value not in self.choices:
            return f"should be one of {', '.join(map(str, self.choices))}, not {value!r}"
        if isinstance(value, int | float) and not self.low <= value <= self.high:
            return f"should be between {self.low:g} and {self.high:g}, not {value!r}"
        return ""


_TYPES: dict[type, str] = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}

Parameters = Mapping[str, Parameter]


def complaints(known: Parameters, given: Mapping[str, Scalar]) -> Iterator[tuple[str, str]]:
    """(parameter, what is wrong with it) for every parameter that is unknown or has an unusable value."""
    for name, value in given.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f" (did you mean `{near[0]}`?)" if near else f"; known are {', '.join(known)}"
            yield name, f"unknown parameter `{name}`{hint}"
        elif complaint := known[name].complaint(value):
            yield name, f"`{name}` {complaint}"
