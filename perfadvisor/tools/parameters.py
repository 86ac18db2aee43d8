"""What a workload's `parameters` may hold: each tool declares its own, and packs, docs and command lines use that."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from perfadvisor.model.fact import Scalar

# Stands for a NUMA node until the workload is expanded for a machine; see perfadvisor.expand.
PLACEHOLDER = re.compile(r"\{(node|cpu_node|memory_node|device_node)\}\Z")


def _fine(_text: str) -> str:
    return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """One parameter: its type, what it means (with the unit), the values allowed (none given: any), and whether a
    NUMA node's placeholder may stand for it. Numbers are at least `low` and at most `high`. `known_as` are the tool's
    own names for it. Texts have `choices`, or match the regular expression `form`, as `example` does: they become
    parts of commands. `check` says what else is wrong with a text, "" for nothing."""

    type: type[bool] | type[int] | type[float] | type[str]
    meaning: str
    choices: tuple[Scalar, ...] = ()
    low: float = 0
    high: float = 2**50
    per_node: bool = False
    known_as: tuple[str, ...] = ()
    form: str = ""
    example: str = ""
    check: Callable[[str], str] = field(default=_fine, compare=False)

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
        if self.form and isinstance(value, str) and not re.fullmatch(self.form, value):
            return f"should look like {self.form}, not {value!r}"
        if isinstance(value, int | float) and not self.low <= value <= self.high:
            return f"should be between {self.low:g} and {self.high:g}, not {value!r}"
        return self.check(value) if isinstance(value, str) else ""


_TYPES: dict[type, str] = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}

Parameters = Mapping[str, Parameter]

# The tools' names for what stands beside `parameters` in a workload, or what perfadvisor decides itself.
ELSEWHERE = {
    **dict.fromkeys(("runtime", "time", "t"), "the measured time is `runtime_s`, beside `parameters`"),
    **dict.fromkeys(("ramp_time", "omit", "O"), "the warm-up is `warmup_s`, beside `parameters`"),
    **dict.fromkeys(("filename", "directory"), "perfadvisor chooses the file: `run --dir` or `run --device`"),
    **dict.fromkeys(("port", "client", "server", "bind"), "perfadvisor chooses the far end: `run --peer`"),
}


def complaints(known: Parameters, given: Mapping[str, Scalar]) -> Iterator[tuple[str, str]]:
    """(parameter, what is wrong with it) for every parameter that is unknown or has an unusable value."""
    for name, value in given.items():
        if name not in known:
            yield name, f"unknown parameter `{name}`{_hint(known, name)}"
        elif complaint := known[name].complaint(value):
            yield name, f"`{name}` {complaint}"


def _hint(known: Parameters, name: str) -> str:
    """What to write instead: what the tool's own name is called here, or the nearest name."""
    here = next((ours for ours, parameter in known.items() if name in parameter.known_as), None)
    if here:
        return f"; it is called `{here}` here: {known[here].meaning}"
    if name in ELSEWHERE:
        return f"; {ELSEWHERE[name]}"
    near = get_close_matches(name, known, n=1)
    return f" (did you mean `{near[0]}`?)" if near else f"; known are {', '.join(known)}"
