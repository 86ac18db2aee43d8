"""Signals at random moments to runs that have a device lent, by hand: `python -m tests.lab --timeout 860 SCRIPT`, where
SCRIPT says `STRUCK=SEED python -m tests.lab.inside struck; cat struck.json`. `python -m tests.torture --total FILE...`
puts several such files into one table."""

import itertools
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from perfadvisor import bundle
from perfadvisor.errors import PerfAdvisorError
from tests.lab.device_steps import DEVICES, Seen, _binding, _words, wait_for
from tests.lab.device_steps import disk_of as disk
from tests.lab.inside import HERE, driver, perfadvisor, say, start, text
from tests.lab.server import EDU, PLAIN_NVME

SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
MOST, STRUCK_S, ENDS_WITHIN_S = 40, 620.0, 120.0
LENT_SHARE, LENT_WITHIN_S = 0.8, 90.0  # how many wait until the device is lent, and how long at most
ANY_S, AFTER_S = 25.0, 6.0  # the latest moment of the others, and of these after that
OURS = (b"perfadvisor.targets", b"dmabench", b"fio")


def struck() -> Seen:
    """How many signals were sent and how many while a device was lent; and everything that was otherwise afterwards."""
    seed = int(os.environ.get("STRUCK", "1"))
    chance, done, problems = random.Random(seed), Counter[tuple[str, str]](), list[str]()
    deadline, before, trials = time.monotonic() + STRUCK_S, _state(), 0
    for number in itertools.count():
        if sum(done.values()) >= MOST or time.monotonic() > deadline:
            break
        name, words = _victims()[number % 2]
        out = f"struck-{number}"
        child, one = start(*_words(out, *words)), chance.choice(SIGNALS)
        if not _until_moment(child, chance, before):
            say(f"{name} ended before {one.name}")
            continue
        lent, finished = _state() != before, _finished(out)
        found = [*_strike(child, one), *_wrong(out, before, finished)]
        done[one.name, f"{name}, {'lent' if lent else 'before'}"] += 1
        trials += len(finished)
        problems += [f"{name} {one.name}{' while lent' if lent else ''}: {what}" for what in found]
        _keep(seed, done, problems, trials)
    return {"signals": sum(done.values()), "trials": trials, "problems": problems}


def _keep(seed: int, done: "Counter[tuple[str, str]]", problems: list[str], trials: int) -> None:
    counts = [[*pair, count] for pair, count in done.items()]
    told = {"seed": seed, "done": counts, "failures": problems, "trials": trials}
    (HERE / "struck.json").write_text(json.dumps(told) + "\n")


def _until_moment(child: int, chance: random.Random, before: Seen) -> bool:
    """Whether the run still goes on at a random moment: of its whole life, or after the device was lent."""
    if chance.random() > LENT_SHARE:
        return not _within(child, chance.uniform(1, ANY_S))
    return not _within(child, LENT_WITHIN_S, lambda: _state() != before) and not _within(
        child, chance.uniform(0, AFTER_S)
    )


def _strike(child: int, one: signal.Signals) -> list[str]:
    os.kill(child, one)
    if _within(child, ENDS_WITHIN_S):
        return []
    os.kill(child, signal.SIGKILL)
    return [f"no end within {ENDS_WITHIN_S:.0f} s"]


def _victims() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        ("run --vfio", ("mapping/edu", "mapping/map-4k", "--vfio", EDU)),
        ("run --domain", ("storage/lab-busy", "--device", disk(PLAIN_NVME), "--domain", "identity")),
    )


def _within(child: int, seconds: float, enough: Callable[[], bool] = lambda: False) -> bool:
    """Whether it ends in this time, and is no zombie then; it is not waited for any longer where that is `enough`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not enough():
        if os.waitpid(child, os.WNOHANG)[0]:
            return True
        time.sleep(0.1)
    return False


def _finished(out: str) -> set[int]:
    """The numbers of the trials that are on disk."""
    return {int(file.parent.name) for file in (HERE / out / "trials").glob("*/trial.json")}


def _wrong(out: str, before: Seen, finished: set[int]) -> list[str]:
    """What is not as it was, and what is left, after `restore`."""
    found = [f"still running: {process}" for process in _left_running()]
    found += [] if perfadvisor("restore") == 0 else ["restore failed"]
    wait_for(lambda: disk(PLAIN_NVME), ENDS_WITHIN_S)
    found += [] if _state() == before else [f"{_state()}, before {before}"]
    found += [f"left: {path}" for path in Path(os.environ["XDG_STATE_HOME"]).rglob("*.jsonl")]
    if (HERE / out / "run.json").exists():
        try:
            kept = {one.trial.number for one in bundle.load(HERE / out).results}
            found += [f"trial {number} is lost" for number in finished - kept]
        except PerfAdvisorError as error:
            found.append(error.message)
    for what in found:
        say(f"NOT AS IT WAS: {what}")
    return found


def _left_running() -> list[str]:
    """What of ours goes on, after the time it may take to end."""
    deadline = time.monotonic() + ENDS_WITHIN_S
    while (left := _processes()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return left


def _processes() -> list[str]:
    files = Path("/proc").glob("[0-9]*/cmdline")
    return [file.parent.name for file in files if any(word in _bytes(file) for word in OURS)]


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _state() -> Seen:
    group = DEVICES / PLAIN_NVME / "iommu_group" / "type"
    return {"edu": _binding(), "disk": driver(PLAIN_NVME), "translation": text(group)}
