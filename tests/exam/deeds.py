"""Do what a scenario says, and undo it: newest first, whatever happened in between."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.exam.scenario import Step
from tests.exam.stages.stage import Stage

SECONDS = 30.0


class DeedError(Exception):
    """A step that this machine does not take, and why: the scenario cannot be judged here."""


@contextlib.contextmanager
def done(steps: Sequence[Step], stage: Stage, values: Mapping[str, str]) -> Iterator[None]:
    """The steps are done within, and undone at the end."""
    with contextlib.ExitStack() as undo:
        for step in steps:
            undo.enter_context(_done(step, stage, {**stage.names, **values}))
        yield


@contextlib.contextmanager
def _done(step: Step, stage: Stage, names: Mapping[str, str]) -> Iterator[None]:
    prefix = stage.near if step.side == "near" else stage.far
    if step.write:
        path = step.write.format(**names)
        before = chosen(call(prefix, f"cat {path}"))
        call(prefix, f"printf %s '{step.value.format(**names)}' > {path}")
        try:
            yield
        finally:
            call(prefix, f"printf %s '{before}' > {path}")
    elif step.start:
        with _process((*prefix, "sh", "-c", step.start.format(**names))):
            yield
    else:
        call(prefix, step.run.format(**names))
        try:
            yield
        finally:
            call(prefix, step.undo.format(**names) or "true")


def chosen(text: str) -> str:
    """What a file of sysfs is set to: the word in brackets where it lists several."""
    return text.split("[")[1].split("]")[0] if "[" in text else text.strip()


def call(prefix: Sequence[str], script: str) -> str:
    """What a shell prints. DeedError where it fails."""
    argv = (*prefix, "sh", "-c", script)
    told = subprocess.run(argv, capture_output=True, text=True, timeout=SECONDS)
    if told.returncode:
        raise DeedError(f"{script}: {told.stderr.strip() or f'exit code {told.returncode}'}")
    return told.stdout


@contextlib.contextmanager
def _process(argv: Sequence[str]) -> Iterator[None]:
    """A process, and all that it starts, until the end."""
    process = subprocess.Popen(argv, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def read(path: Path) -> str:
    """A file as text; why it cannot be read where it cannot."""
    try:
        return path.read_text(errors="replace").strip()
    except OSError as error:
        return f"unreadable: {error.strerror}"
