"""What is wrong in a pack, with the place: collected over all files and reported at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

from perfadvisor.errors import InputError

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Problem:
    """One mistake in one file; line and column start at 1, and are 0 where the whole file is meant."""

    file: str
    line: int = 0
    column: int = 0
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}"


class PackError(InputError):
    """Every problem found, one per line, sorted by place."""

    def __init__(self, problems: Iterable[Problem], hint: str = "") -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)), hint)


def collect(one: Callable[[Item], Result], items: Iterable[Item]) -> tuple[Result, ...]:
    """`one` of every item; the problems of all items are raised together as one PackError."""
    results: list[Result] = []
    problems: list[Problem] = []
    for item in items:
        try:
            results.append(one(item))
        except PackError as error:
            problems.extend(error.problems)
    if problems:
        raise PackError(problems)
    return tuple(results)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` (did you mean ...?)` with the nearest of the known names, or nothing where none is near."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" (did you mean `{near[0]}`?)" if near else ""
