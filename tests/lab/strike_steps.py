"""Signals at random moments to runs that have a device lent, by hand: `python -m tests.lab SCRIPT`, where SCRIPT says
`python -m tests.lab.inside struck`."""

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

from perfadvisor import bundle
from perfadvisor.errors import PerfAdvisorError
from tests.lab.device_steps import DEVICES, Seen, _binding, _words, wait_for
from tests.lab.device_steps import disk_of as disk
from tests.lab.inside import HERE, driver, perfadvisor, say, start, text
from tests.lab.server import EDU, PLAIN_NVME

SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
MOST, STRUCK_S, LONGEST_S, ENDS_WITHIN_S = 40, 600.0, 25.0, 120.0
OURS = (b"perfadvisor.targets", b"dmabench", b"fio")


def struck() -> Seen:
    """A line per run and signal with how often it was sent, and everything that was otherwise afterwards."""
    chance, done, problems = random.Random(5), Counter[str](), list[str]()
    deadline, before = time.monotonic() + STRUCK_S, _state()
    lent = 0
    while sum(done.values()) < MOST and time.monotonic() < deadline:
        number = sum(done.values())
        name, words = _victims()[number % 2]
        one, moment_s = chance.choice(SIGNALS), chance.uniform(1, LONGEST_S)
        out = f"struck-{number}"
        child = start(*_words(out, *words))
        ended = _within(child, moment_s)
        lent += _state() != before
        if not ended:
            os.kill(child, one)
            if not _within(child, ENDS_WITHIN_S):
                problems.append(f"{name}: no end after {one.name}")
                os.kill(child, signal.SIGKILL)
        done[f"{name} {one.name}"] += 1
        problems += [f"{name} {one.name} after {moment_s:.1f} s: {what}" for what in _wrong(out, before)]
    return {"done": done, "signals": sum(done.values()), "lent": lent, "problems": problems}


def _victims() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        ("run --vfio", ("mapping/edu", "mapping/map-4k", "--vfio", EDU)),
        ("run --domain", ("storage/lab-busy", "--device", disk(PLAIN_NVME), "--domain", "identity")),
    )


def _within(child: int, seconds: float) -> bool:
    """Whether it ends in this time, and is no zombie then."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if os.waitpid(child, os.WNOHANG)[0]:
            return True
        time.sleep(0.1)
    return False


def _wrong(out: str, before: Seen) -> list[str]:
    """What is not as it was, and what is left, after `restore`."""
    wait_for(lambda: not _processes() or None, ENDS_WITHIN_S)
    found = [] if perfadvisor("restore") == 0 else ["restore failed"]
    wait_for(lambda: disk(PLAIN_NVME), ENDS_WITHIN_S)
    found += [] if _state() == before else [f"{_state()}, before {before}"]
    found += [f"left: {path}" for path in Path(os.environ["XDG_STATE_HOME"]).rglob("*.jsonl")]
    if (HERE / out / "run.json").exists():
        try:
            bundle.load(HERE / out)
        except PerfAdvisorError as error:
            found.append(error.message)
    for what in found:
        say(f"NOT AS IT WAS: {what}")
    return found


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
