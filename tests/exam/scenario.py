"""Scenarios as files: what is planted where, what must be found, and how it is taken away.

"{name}" in a text is filled in from the values that the seed draws, or by the stage ({disk}, {mount}, {nic}, ...).
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "scenarios"
KINDS = ("plant", "pair", "decoy", "unknown")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One deed: a file written (its old value is put back), a command with its undo, or a process that runs until the
    undo. `side` says at which end of a network."""

    write: str = ""
    value: str = ""
    run: str = ""
    undo: str = ""
    start: str = ""
    side: str = "near"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A plant costs something and one of the rules in `expect` must find it; of a pair each; a decoy costs nothing; an
    unknown cause has no rule. `also` are true findings beside the expected ones; `fix` are deeds by hand where the
    advice is words: of a plant all of it, of a pair those of the rules in `by_hand`. `reason` says what it is about."""

    name: str
    kind: str
    stage: str
    workload: str
    plant: tuple[Step, ...]
    reason: str
    expect: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    fix: tuple[Step, ...] = ()
    by_hand: tuple[str, ...] = ()
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    slice: bool = False

    @property
    def words(self) -> set[str]:
        """What it may be called by."""
        return {self.name, self.kind, self.stage, *(["slice"] if self.slice else [])}

    def drawn(self, seed: int) -> dict[str, str]:
        """The values that this seed gives, of this scenario alone."""
        chance = random.Random(f"{seed}/{self.name}")
        return {name: str(chance.choice(list(given))) for name, given in self.values.items()}


def read(path: Path) -> Scenario:
    """One file. ValueError, with the file's name, where it says something that no scenario has."""
    given: dict[str, Any] = yaml.safe_load(path.read_text())
    try:
        steps = {name: tuple(Step(**one) for one in given.pop(name, ())) for name in ("plant", "fix")}
        listed = {name: tuple(given.pop(name, ())) for name in ("expect", "also", "by_hand")}
        found = Scenario(name=path.stem, **steps, **listed, **given)
    except TypeError as error:
        raise ValueError(f"{path}: {error}") from None
    if found.kind not in KINDS:
        raise ValueError(f"{path}: {found.kind!r} is not one of {', '.join(KINDS)}")
    return found


def scenarios(names: Sequence[str] = ()) -> tuple[Scenario, ...]:
    """All scenarios, or those named; a kind or a stage stands for all of it, "slice" for the short choice."""
    every = [read(path) for path in sorted(FOLDER.glob("*.yaml"))]
    known = {word for one in every for word in one.words} | {*KINDS, "slice"}
    if unknown := set(names) - known:
        raise ValueError(f"no scenario is called {', '.join(sorted(unknown))}; --list shows them")
    return tuple(one for one in every if not names or one.words & set(names))
