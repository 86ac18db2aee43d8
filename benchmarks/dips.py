"""Dips planted for real within short trials: are they found at their second, and named; do quiet trials name none?

`python -m benchmarks.dips [TRIALS] [DIRECTORY] [FILE]`: every second trial of one run is left alone; about ten seconds
each. One in whose seconds another program used half a CPU was not left alone, whatever its rate did: it is shown, not
counted. FILE gets the seconds of all trials, as in tests/data/dips.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from perfadvisor import bundle
from perfadvisor.bundle.reading import evidence
from perfadvisor.facts.trial.steps import of_disk
from perfadvisor.model.timeline import Dip, Timeline, TrialSecond
from perfadvisor.targets.here.own_threads import processes

TRIALS, RUNTIME_S, AT_S, LASTS_S = 40, 9.0, 4.0, 2.0
OTHERS_CPUS = 0.5  # judgement: what a cron job or a login takes
LATE_S = 1.1  # readings are a second apart
HOGS = 4  # for each CPU: with one, the scheduler would leave the tool half of it
WORKLOAD = "storage/randread-4k-qd32"
SPIN = "import time\nend = time.monotonic() + {seconds}\nwhile time.monotonic() < end: pass"
WRITE = (
    "import os, time\nfile = os.open({name!r}, os.O_RDWR | os.O_CREAT)\nblock = os.urandom(1 << 20)\n"
    "end = time.monotonic() + {seconds}\nwhile time.monotonic() < end:\n"
    " for _ in range(64): os.write(file, block)\n os.fdatasync(file); os.lseek(file, 0, 0)"
)

Plant = Callable[[Path, int], None]


def hog(_folder: Path, _tool: int) -> None:
    """Somebody else's loops on every CPU, each in a session of its own, as programs of other users are."""
    _together([SPIN.format(seconds=LASTS_S)] * HOGS * len(os.sched_getaffinity(0)))


def writeback(folder: Path, _tool: int) -> None:
    """Somebody else's writes to the same disk."""
    _together([WRITE.format(name=str(folder / f"w{number}"), seconds=LASTS_S) for number in range(2)])


def pause(_folder: Path, tool: int) -> None:
    """The tool stopped, and let go on."""
    below = processes(tool)
    for number, wait_s in ((signal.SIGSTOP, LASTS_S), (signal.SIGCONT, 0.0)):
        for pid in below:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        time.sleep(wait_s)


PLANTS: dict[str, tuple[Plant, str]] = {
    "writeback": (writeback, "writeback"),
    "hog": (hog, "other programs"),
    "paused": (pause, "stopped"),
}


def _together(programs: Sequence[str]) -> None:
    started = [subprocess.Popen([sys.executable, "-I", "-S", "-c", code], start_new_session=True) for code in programs]
    for process in started:
        process.wait()


def plant_of(number: int) -> str:
    """What is planted into a trial, "" for none; the first trial is number 1 and left alone."""
    return "" if number % 2 else list(PLANTS)[number // 2 % len(PLANTS)]


def right(dips: Sequence[Dip], plant: str) -> bool:
    """One dip, within the planted seconds, with its cause among the words; of a quiet trial, none."""
    if not plant:
        return not dips
    words = PLANTS[plant][1]
    return (
        len(dips) == 1
        and dips[0].start_s >= AT_S - LATE_S
        and dips[0].start_s + dips[0].seconds <= AT_S + LASTS_S + LATE_S
        and any(words in cause for cause in dips[0].causes)
    )


def left_alone(steps: Sequence[TrialSecond]) -> bool:
    """Whether no other program was busy in any of these seconds."""
    return all(step.seen.get("other_cpus", 0.0) < OTHERS_CPUS for step in steps)


def main(trials: int = TRIALS, place: str = "/var/tmp", kept: str = "") -> None:
    """A line for each trial, and the sums."""
    with tempfile.TemporaryDirectory(prefix="perfadvisor-dips-", dir=place) as text:
        folder = Path(text)
        out = folder / "run"
        times = ("--repeats", str(trials), "--runtime", f"{RUNTIME_S}s", "--ramp", "0s", "--size", "256m")
        run = subprocess.Popen(
            [sys.executable, "-m", "perfadvisor", "run", WORKLOAD, "--dir", text, "--out", str(out), *times],
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        _plant_all(run, folder, trials)
        run.wait()
        _judge(out, kept)


def _plant_all(run: "subprocess.Popen[bytes]", folder: Path, trials: int) -> None:
    """Into each trial what is meant for it, counted from when its tool runs."""
    seen: set[int] = set()
    for number in range(1, trials + 1):
        tool = 0
        while not tool and run.poll() is None:
            tool = next((pid for pid in processes(run.pid) - seen if _is_trial(pid)), 0)
            time.sleep(0.02)
        began = time.monotonic()
        seen.add(tool)
        if tool and (plant := plant_of(number)):
            time.sleep(max(0.0, began + AT_S - time.monotonic()))
            PLANTS[plant][0](folder, tool)


def _is_trial(pid: int) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return words[0] == b"fio" and b"--time_based" in words


def _judge(out: Path, kept: str) -> None:
    good: dict[str, list[bool]] = {}
    lines: list[str] = []
    for result in bundle.load(out, snapshots=False).results:
        plant, line = plant_of(result.trial.number), result.timeline
        steps = _seconds(out, result.trial.number, line)
        lines.append(json.dumps({"plant": plant, "steps": [asdict(step) for step in steps]}))
        name = plant or ("left alone" if left_alone(steps) else "disturbed by others, not counted")
        dips = line.dips if line else ()
        good.setdefault(name, []).append(line is not None and right(dips, plant))
        rates = " ".join(f"{rate / 1e6:.0f}" for rate in line.rates) if line else result.reason
        told = "; ".join(f"{dip.start_s} s, {dip.seconds} s, {dip.lost_share:.0%}, {dip.causes}" for dip in dips)
        verdict = "right" if good[name][-1] else "WRONG" if plant or name == "left alone" else "-"
        print(f"{result.trial.number:3} {name:10} {verdict}  MB/s {rates}  {told}", flush=True)
    for name, marks in good.items():
        print(f"{name}: {sum(marks)} of {len(marks)}")
    if kept:
        Path(kept).write_text("".join(f"{one}\n" for one in lines))


def _seconds(out: Path, number: int, line: Timeline | None) -> list[TrialSecond]:
    """The seconds of its time line, with all that was seen in them."""
    if line is None:
        return []
    first, last = line.edges_s[0] - 0.01, line.edges_s[-1] + 0.01
    return [
        one for one in of_disk(evidence(out, number).gauges, ["read"]) if first <= one.start_s and one.end_s <= last
    ]


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else TRIALS, *sys.argv[2:4])
