"""Signals to commands that change something, at any moment; then `restore`, and a look at what is left."""

import contextlib
import os
import pty
import random
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from perfadvisor import bundle
from perfadvisor.errors import PerfAdvisorError
from perfadvisor.saved import saved
from tests.torture.report import Report
from tests.torture.victims import REPOSITORY, Victim, victims
from tests.torture.world import World

SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
ENDS_WITHIN_S = 90


def strike(world: World, chance: random.Random, number: int, report: Report, wanted: tuple[str, ...] = ()) -> None:
    """One signal to one command of those whose names begin as `wanted`."""
    found = {name: one for name, one in victims(world).items() if not wanted or name.startswith(wanted)}
    names = sorted(found)
    (name,) = chance.choices(names, [found[one].turns for one in names])
    one, moment_s = chance.choice(SIGNALS), chance.uniform(0.05, found[name].longest_s)
    state = world.state()
    if prepare := found[name].before:
        prepare(world)
    victim = victims(world)[name]
    before = finished(victim.out)
    code, error = _struck(world, victim, one, moment_s)
    report.count(signal.Signals(one).name, name)
    for _ in finished(victim.out).keys() - before.keys():
        report.count("finished", "trials of these runs")
    for problem in problems(world, victim, before, state, error, code):
        report.fail(
            f"{name}: {problem}", number, {"stderr": error.encode()}, argv=victim.argv, signal=one, moment_s=moment_s
        )
    if victim.out and len(finished(victim.out)) == len(_planned(victim.out)) > 0 and chance.random() < 0.5:
        shutil.rmtree(victim.out)


def _struck(world: World, victim: Victim, number: int, moment_s: float) -> tuple[int, str]:
    """The exit code, and what was said."""
    with _keyboard(victim.typed) as terminal:
        process = subprocess.Popen(  # what a script starts in the background ignores signals, and so would its children
            ["env", "--default-signal=INT,QUIT,HUP,TERM", *victim.argv],
            stdin=terminal,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=world.environment() | {"PYTHONPATH": str(REPOSITORY)},
            cwd=world.root,
            text=True,
        )
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(moment_s)
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        try:
            _, error = process.communicate(timeout=ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            _, error = process.communicate()
            error = f"{error}\nit did not end within {ENDS_WITHIN_S} s"
    return process.returncode, error


@contextlib.contextmanager
def _keyboard(typed: str) -> Iterator[int]:
    """Standard input: a terminal at which this was typed, or nothing."""
    if not typed:
        yield subprocess.DEVNULL
        return
    keyboard, terminal = pty.openpty()
    try:
        os.write(keyboard, typed.encode())
        yield terminal
    finally:
        os.close(keyboard)
        os.close(terminal)


def _before_the_first_line(error: str) -> bool:
    """Whether Ctrl-C met the interpreter's own start, before a line of perfadvisor could say how to end."""
    frames = re.findall(r'File "[^"]*/perfadvisor/([^"]+)"', error)
    ours = set(frames) - {"__main__.py", "__init__.py"}
    return error.rstrip().endswith("KeyboardInterrupt") and not ours


def _planned(run: Path) -> tuple[object, ...]:
    """The trials that the run is to have."""
    return bundle.load(run).plan if (run / "run.json").exists() else ()


def finished(run: Path | None) -> dict[str, bytes]:
    """The finished trials, byte for byte."""
    folders = (run / "trials").glob("[0-9]*") if run and run.exists() else ()
    return {folder.name: (folder / "trial.json").read_bytes() for folder in folders}


def problems(
    world: World, victim: Victim, before: dict[str, bytes], state: dict[str, str], error: str, code: int
) -> Iterator[str]:
    """What must not be so after a signal."""
    if "Traceback" in error and not _before_the_first_line(error):
        yield "a traceback"
    if "did not end within" in error:
        yield "it did not end"
    world.leftovers()  # waits until what was started has ended
    if left := world.processes():
        yield f"processes are left: {left}"
    if failed := world.restore():
        yield f"restore failed: {failed}"
    if left := world.leftovers():
        yield f"left after restore: {left}"
    if (now := world.state()) != state:
        yield f"not as it was after restore: {now}, before {state}"
    if not before.items() <= finished(victim.out).items():
        yield "a finished trial was lost or changed"
    yield from _unreadable(world, victim)
    if code == 4:
        yield "it called itself a bug"


def _unreadable(world: World, victim: Victim) -> Iterator[str]:
    """Files that were begun and cannot be read; what was not begun or is whole is well."""
    for run in (victim.out, world.root / "imported"):
        try:
            if run and (run / "run.json").exists():
                bundle.load(run)
        except PerfAdvisorError as wrong:
            yield f"the run cannot be read: {wrong.message}"
    try:
        yield from _cut_off(world.root)
    except PerfAdvisorError as wrong:
        yield f"the snapshot cannot be read: {wrong.message}"


def _cut_off(root: Path) -> Iterator[str]:
    """What a command writes whole or not at all, and any part of it under another name."""
    for name, end in (("report.html", b"</html>"), ("samples.csv", b"\n")):
        if (root / name).exists() and not (root / name).read_bytes().rstrip(b" ").endswith((end, end + b"\n")):
            yield f"{name} is cut off"
    yield from (f"{path.name} is left" for path in root.glob(".*.*"))
    if (root / "snapshot.tar.gz").exists():
        saved.load(root / "snapshot.tar.gz")
