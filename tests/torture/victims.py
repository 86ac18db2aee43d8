"""Every command that changes something, as it is called; which of them may be killed is a matter of what is there."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.runner.conftest import PROGRAM
from tests.torture.world import DEVICE_BYTES, KSM, World

DATA = Path(__file__).resolve().parents[1] / "data"
REPOSITORY = DATA.parents[1]
BENCHMARK = 'sh -c "echo workload,metric,value,unit > $PERFADVISOR_CSV; echo w,m,1,s >> $PERFADVISOR_CSV; sleep 0.1"'
TINY = ("storage/tiny", "network/tiny", "dma/tiny")


@dataclass(frozen=True)
class Victim:
    """A command: its arguments, the run that it makes, what is typed, and how late a signal may come. `before` makes
    what the command works on; `turns` says how often it is struck beside the others."""

    argv: list[str]
    out: Path | None = None
    typed: str = ""
    longest_s: float = 4.0
    turns: int = 4
    before: Callable[[World], None] | None = field(default=None)


def victims(world: World) -> dict[str, Victim]:
    """By name, those that can be called here."""
    found = {**_runs(world), **_gates(world), **_files(world)}
    if world.loop:
        found |= _on_the_device(world)
    for engine in world.engines:
        found[f"{engine}: run"] = _run(world, engine, "storage/tiny", more=("--env", engine), longest_s=20.0)
        if world.loop:
            given = ("--env", f"{engine}:device={world.loop}", "--device", world.loop)
            found[f"{engine}: run, with a device"] = _run(
                world, f"{engine}-device", "storage/tiny", more=given, longest_s=20.0
            )
    found["guest: run"] = _run(world, "guest", "storage/tiny", more=("--env", "vm"), longest_s=90.0, turns=1)
    return found


def _run(
    world: World,
    name: str,
    *names: str,
    more: tuple[str, ...] = (),
    repeats: tuple[str, ...] = ("--repeats", "2"),
    longest_s: float = 12.0,
    turns: int = 4,
) -> Victim:
    """A run into a directory of its own, or the rest of it where it was begun."""
    out = world.out.with_name(f"run-{name}")
    if (out / "run.json").exists():
        return Victim([*PROGRAM, "run", "--resume", str(out)], out, longest_s=longest_s, turns=turns)
    argv = [*world.argv(*names, more=(*repeats, "--seed", "1", *more))]
    argv[argv.index(str(world.out))] = str(out)
    return Victim(argv, out, longest_s=longest_s, turns=turns)


def _runs(world: World) -> dict[str, Victim]:
    return {
        "run": _run(world, "local", *TINY, turns=12),
        "run --precision": _run(world, "precise", "storage/tiny", repeats=("--precision", "30%", "--budget", "15s")),
        "sweep": _sweep(world),
    }


def _sweep(world: World) -> Victim:
    """A curve of three values, or the rest of it."""
    found = _run(world, "swept", "storage/tiny", more=("--over", "block_size=4k,8k,16k", "--runtime", "0.3s"))
    return (
        found
        if "--resume" in found.argv
        else replace(found, argv=["sweep" if word == "run" else word for word in found.argv])
    )


def _gates(world: World) -> dict[str, Victim]:
    here, own = str(world.test_dir), str(world.root / "workloads")
    shell = [*PROGRAM, "gate", "run", "--cmd", BENCHMARK, "--a", here, "--b", here]
    words = ("--a", "local", "--b", "local", "--dir", here, "--workloads", own)
    compared = [*PROGRAM, "ab", "--a", BENCHMARK, "--b", BENCHMARK, "--pairs", "5"]
    return {
        "gate run --cmd": Victim(shell),
        "gate run": Victim([*PROGRAM, "gate", "run", "storage/tiny", *words], longest_s=12.0),
        "ab": Victim(compared),
    }


def _files(world: World) -> dict[str, Victim]:
    """Commands that write a file or a directory."""
    root, run = world.root, next((DATA / "earlier").glob("run-*"))
    results = sorted(str(path) for path in (DATA / "fio").glob("randr*.json"))
    return {
        "snapshot": Victim([*PROGRAM, "snapshot", "-o", str(root / "snapshot.tar.gz")]),
        "history ingest": Victim([*PROGRAM, "history", "ingest", str(run), "--db", str(root / "history.db")]),
        "report": Victim([*PROGRAM, "report", str(run), "-o", str(root / "report.html")]),
        "export": Victim([*PROGRAM, "export", str(run), "-o", str(root / "samples.csv")]),
        "import": Victim([*PROGRAM, "import", *results, "-o", str(root / "imported")], before=_nothing_imported),
    }


def _nothing_imported(world: World) -> None:
    """An import makes its directory, and refuses one that is there."""
    import shutil

    shutil.rmtree(world.root / "imported", ignore_errors=True)


def _on_the_device(world: World) -> dict[str, Victim]:
    """What changes a setting of the loop device, reads it or fills it."""
    wanted = ("--set", f"block.read_ahead_kb@{Path(world.loop).name}=512", "--yes", "--cmd", "sleep 0.05")
    reads = _run(world, "reading", "storage/tiny", more=("--device", world.loop), turns=2)
    found = {
        "ab --set": Victim([*PROGRAM, "ab", *wanted], turns=8),
        "run --device, reading": reads,
        "run --device, writing": _writer(world),
        "restore": Victim(world.with_stand_in([*PROGRAM, "restore"]), before=_orphaned, longest_s=1.5, turns=8),
    }
    if KSM.exists():
        tune = [*PROGRAM, "tune", "now", "--only", "memory-ksm-active", "--yes", "--pairs", "5", "--cmd", "sleep 0.05"]
        found["tune"] = Victim(world.with_stand_in(tune), turns=8)
    return found


def _writer(world: World) -> Victim:
    """A run that fills the device: the guard asks, and the name is typed at a terminal."""
    out = world.out.with_name("run-writing")
    words = world.argv("storage/writer", more=("--repeats", "2", "--device", world.loop))[3:]
    words[words.index(str(world.out))] = str(out)
    name = f"{Path(world.loop).name} {DEVICE_BYTES} {bytes(8).hex()}\n"
    # As in a machine on which every process can be seen; see tests.machine_seen.
    argv = [PROGRAM[0], "-m", "tests.machine_seen", str(world.root / "proc"), *words]
    return Victim(argv, out, typed=name, before=_blank_again, longest_s=6.0)


def _blank_again(world: World) -> None:
    import shutil

    world.blank()
    for place in ("proc", "run-writing"):
        shutil.rmtree(world.root / place, ignore_errors=True)


def _orphaned(world: World) -> None:
    """A comparison and its guardian killed at once while the setting is changed: only `restore` is left to undo it."""
    import os
    import signal
    import time

    argv = [*PROGRAM, "ab", "--set", f"block.read_ahead_kb@{Path(world.loop).name}=512", "--yes", "--cmd", "sleep 1"]
    process = world.start(argv)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and world.read_ahead.read_text() != "512\n":
        time.sleep(0.02)
    lines = sorted(world.processes(), key=lambda line: "guardian" not in line)
    for pid in (int(line.split()[0]) for line in lines):
        with_kill(pid, os.kill, signal.SIGKILL)
    process.communicate()


def with_kill(pid: int, kill: Callable[[int, int], None], number: int) -> None:
    """End one process that may be gone already."""
    try:
        kill(pid, number)
    except ProcessLookupError:
        return
