"""The fix of a finding: its plan made by the product on the stage's own side, or the deeds that its words ask for."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from tests.exam.deeds import done
from tests.exam.scenario import Scenario
from tests.exam.stages.stage import Stage

Fix = Callable[[], AbstractContextManager[None]]


class NoFixError(Exception):
    """There is nothing to make of the finding; the message says why."""


def by_hand(scenario: Scenario, stage: Stage, values: Mapping[str, str]) -> tuple[tuple[str, ...], Fix]:
    """What it changes, and the deeds that the scenario names."""
    told = tuple(step.run or f"{step.write}={step.value}" for step in scenario.fix)
    return told, lambda: done(scenario.fix, stage, values)


@contextlib.contextmanager
def by_plan(rule: str, run: Path, stage: Stage) -> Iterator[tuple[tuple[str, ...], Fix]]:
    """What it changes, and the fix as the finding's plan. Raises NoFixError where the finding has none."""
    argv = (*stage.near, sys.executable, "-m", "tests.exam.inside", str(run), rule)
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            told = _answer(process)["differences"]
            yield tuple(told), lambda: _made(process)
        finally:
            if process.stdin:
                process.stdin.close()
            process.wait(timeout=30)


@contextlib.contextmanager
def _made(process: "subprocess.Popen[str]") -> Iterator[None]:
    _ask(process, "make")
    try:
        yield
    finally:
        _ask(process, "undo")


def _ask(process: "subprocess.Popen[str]", word: str) -> None:
    if process.stdin is None:
        raise NoFixError("the fix has ended")
    process.stdin.write(f"{word}\n")
    process.stdin.flush()
    _answer(process)


def _answer(process: "subprocess.Popen[str]") -> dict[str, list[str]]:
    line = process.stdout.readline() if process.stdout else ""
    answer = json.loads(line or '{"refused": "it ended without a word"}')
    if "refused" in answer:
        raise NoFixError(answer["refused"])
    return dict(answer)
