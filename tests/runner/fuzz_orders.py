"""Rewrites a sealed run folder in many ways and resumes each: `python -m tests.runner.fuzz_orders DIR WAYS SEED`.

Run it in namespaces of its own. Canaries: files that nothing may read as orders or write to, and a program of every
name that perfadvisor could start, which notes how it was called. Prints a JSON object: the outcomes, and each way that
touched something, with its number and the seed, by which it can be repeated. A fourth word, `unguarded`, takes the
guard away, to see that the canaries notice.
"""

import copy
import hashlib
import io
import json
import os
import random
import re
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from perfadvisor import bundle
from perfadvisor.bundle.schema import run_file
from perfadvisor.errors import PerfAdvisorError
from perfadvisor.model.run import Run
from perfadvisor.model.workload import Environment, Trial, Workload
from perfadvisor.runner import orders
from perfadvisor.runner.progress import Progress
from perfadvisor.runner.session import resume

PROGRAMS = (
    "fio",
    "iperf3",
    "ssh",
    "docker",
    "podman",
    "qemu-system-x86_64",
    "virsh",
    "vng",
    "sh",
    "bash",
    "env",
    "cc",
    "gcc",
    "modprobe",
    "ip",
    "nsenter",
    "mount",
    "wipefs",
    "blkid",
    "losetup",
    "sudo",
    "python3",
    "rm",
    "dd",
    "touch",
    "runc",
)
LIMIT_S = 20
# So that a run gets as far as its trials, the test file is written.
WRITES_A_FILE = """case "$*" in --name=layout*) for word; do case "$word" in --filename=*)
/usr/bin/head -c 4096 /dev/urandom > "${word#--filename=}"; exit 0;; esac; done;; esac
"""
RANDOM_NAME = re.compile(r"perfadvisor-[0-9a-f]{12}")
Change = Callable[[Path, random.Random], str]


def hostile(canary: Path) -> tuple[Any, ...]:
    """Values that would start or touch something, were they taken for orders."""
    evil = f"{canary}/evil"
    return (
        f"external:{evil}.so",
        f"external:{evil}",
        f"ssh:x,config={evil}.cfg",
        f"ssh:-oProxyCommand={evil}",
        "ssh:x",
        f"docker:x,privileged=true,device={evil}",
        "docker:@x",
        "podman:x,privileged=true",
        f"vm:kernel={evil}",
        "vm",
        "libvirt:x",
        f"local:{evil}",
        "local:127.0.0.1",
        f"{canary}",
        f"{evil}.dir",
        f"../../../../{evil}",
        "/",
        "/etc",
        "/dev/loop0",
        "/dev/vda",
        f"{evil};touch {evil}",
        f"$(touch {evil})",
        f"`touch {evil}`",
        f"x\ntouch {evil}",
        f"--exec_prerun={evil}",
        f"-oProxyCommand={evil}",
        f"write_lat_log={evil}",
        "identity",
        "0000:00:01.0",
        "sh",
        "fio",
        "dmabench",
        "iperf3",
        0,
        -1,
        10**30,
        1e308,
        True,
        None,
        [],
        {},
        [evil],
        {"x": evil},
        "",
        "a" * 100_000,
    )


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in a JSON document, containers included."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        yield from leaves(child, (*path, key))


def set_value(folder: Path, chance: random.Random) -> str:
    """One to three values of run.json become hostile ones."""
    header = json.loads((folder / "run.json").read_text())
    done = []
    for _ in range(chance.choice((1, 1, 2, 3))):
        way = chance.choice([way for way in leaves(header) if way])
        holder = header
        for key in way[:-1]:
            holder = holder[key]
        holder[way[-1]] = chance.choice(hostile(folder.parent / "canary"))
        done.append("/".join(map(str, way)))
    (folder / "run.json").write_text(json.dumps(header))
    return f"set {', '.join(done)}"


def set_order(folder: Path, chance: random.Random) -> str:
    """A value where an order would be looked for: specs, options, engines."""
    header = json.loads((folder / "run.json").read_text())
    value = chance.choice(hostile(folder.parent / "canary"))
    holder, key = chance.choice(
        [(header["environments"][0], "spec"), (header["workloads"]["storage/tiny"], "tool"), (header, "argv")]
        + [(header["options"], name) for name in ("directory", "device", "peer", "vfio", "domain", "workloads")]
        + [
            (place["parameters"], name)
            for place in (header["workloads"]["storage/tiny"], header["plan"][0])
            for name in ("engine", "rw", "filename", "exec_prerun", "ioengine", "include", "verify_state_load")
        ]
    )
    holder[key] = value
    (folder / "run.json").write_text(json.dumps(header))
    return f"order {key}={value!r:.60}"


def drop_or_add(folder: Path, chance: random.Random) -> str:
    """A value goes, or a copy of one comes, or the plan is twice as long."""
    header = json.loads((folder / "run.json").read_text())
    key = chance.choice(sorted(header))
    what = chance.choice(("drop", "copy", "double"))
    if what == "drop":
        del header[key]
    elif what == "copy":
        header[key] = copy.deepcopy(header[chance.choice(sorted(header))])
    else:
        header["plan"] = header["plan"] * 2
    (folder / "run.json").write_text(json.dumps(header))
    return f"{what} {key}"


def edit_bytes(folder: Path, chance: random.Random) -> str:
    """A few bytes of run.json differ, or it ends early."""
    data = bytearray((folder / "run.json").read_bytes())
    if chance.random() < 0.3:
        del data[chance.randrange(len(data)) :]
    for _ in range(chance.randrange(1, 5)):
        if data:
            data[chance.randrange(len(data))] = chance.randrange(256)
    (folder / "run.json").write_bytes(data)
    return "bytes of run.json"


def plant(folder: Path, chance: random.Random) -> str:
    """Something else lies where the run's own files are looked for."""
    canary = folder.parent / "canary"
    name = chance.choice(("trials", "snapshots", "journal.jsonl", "trials/0001", "run.json", "x", ".unfinished-a"))
    place = folder / name
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    kind = chance.choice(("link", "directory link", "pipe", "journal", "device"))
    if kind == "link":
        place.symlink_to(canary / "evil")
    elif kind == "directory link":
        place.symlink_to(canary)
    elif kind == "pipe":
        os.mkfifo(place)
    elif kind == "device":
        os.mknod(place, 0o600 | 0o020000, os.makedev(1, 3))
    else:
        order = {"n": 1, "what": "command", "path": "x", "argv": ["touch", f"{canary}/evil"]}
        place.write_text(json.dumps(order) + "\n")
    return f"{kind} at {name}"


def give_away(folder: Path, chance: random.Random) -> str:
    """Others own a part of it, or can write to it."""
    place = chance.choice([folder, *folder.rglob("*")])
    if chance.random() < 0.5:
        os.chown(place, *chance.choice(((65534, 65534), (1000, 1000), (65533, 0))))
        return f"owner of {place.name}"
    place.chmod(chance.choice((0o777, 0o722, 0o702, 0o1777)))
    return f"mode of {place.name}"


def foreign_seal(folder: Path, chance: random.Random) -> str:
    """An order with a seal that somebody without the key could write."""
    said = set_order(folder, chance)
    header = json.loads((folder / "run.json").read_text())
    header["seal"] = chance.choice(("", "0" * 64, hashlib.sha256(json.dumps(header).encode()).hexdigest(), None))
    (folder / "run.json").write_text(json.dumps(header))
    return f"{said} with another seal"


CHANGES: tuple[Change, ...] = (set_value, set_order, set_order, drop_or_add, edit_bytes, plant, give_away, foreign_seal)


def make_run(folder: Path, directory: Path) -> None:
    """A run with one trial that is still to do."""
    workload = Workload(
        id="storage/tiny",
        title="T",
        device="storage",
        tool="fio",
        metrics=("read.iops",),
        runtime_s=0.2,
        warmup_s=0.0,
        parameters={"rw": "randread", "engine": "psync", "size_bytes": 4096},
    )
    trial = Trial(
        number=1,
        workload=workload.id,
        environment="local",
        repeat=1,
        position=1,
        runtime_s=0.2,
        warmup_s=0.0,
        parameters=workload.parameters,
    )
    run = Run(
        id="r1",
        started=1.0,
        seed=1,
        argv=("perfadvisor",),
        state="interrupted",
        versions={},
        host={},
        results=(),
        environments=(Environment(name="local", spec="local"),),
        workloads={workload.id: workload},
        plan=(trial,),
    )
    options: dict[str, Any] = {"directory": str(directory), "device": "", "peer": "", "vfio": "", "domain": ""}
    bundle.create(folder, run, options, orders.seal(run_file(run, options))).close()


def make_canaries(root: Path) -> None:
    """Files to be left alone, and programs that note every call."""
    canary, programs = root / "canary", root / "programs"
    (canary / "evil.dir" / ".unfinished-x").mkdir(parents=True)
    for name in ("evil", "evil.so", "evil.cfg"):
        (canary / name).write_text(f"#!/bin/sh\n: > {root}/touched\n")
        (canary / name).chmod(0o755)
    programs.mkdir()
    for name in PROGRAMS:
        (programs / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {root}/started\n{WRITES_A_FILE}exit 1\n')
        (programs / name).chmod(0o755)


def state_of(canary: Path) -> str:
    """What the canaries are, as one text."""
    found = []
    for path in sorted(canary.rglob("*")):
        status = path.lstat()
        body = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found.append(f"{path.name} {status.st_mode} {status.st_uid} {status.st_mtime_ns} {body}")
    return "\n".join(found)


def outcome(folder: Path) -> str:
    """How a resumed run ended."""
    try:
        resume(folder, Progress(io.StringIO(), str), lambda _name, _seen: "")
    except PerfAdvisorError as error:
        return type(error).__name__
    except Exception as error:  # the canaries tell what it did before
        return type(error).__name__
    return "resumed"


def started(root: Path) -> list[str]:
    """The calls of programs since the last time."""
    file = root / "started"
    lines = RANDOM_NAME.sub("perfadvisor", file.read_text()).splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return lines


def main(root: Path, ways: int, seed: int) -> dict[str, Any]:
    """Try them all."""
    os.environ["XDG_STATE_HOME"] = str(root / "state")
    make_canaries(root)
    os.environ["PATH"] = str(root / "programs")
    import perfadvisor.targets.here.process as process

    process.ADMIN_PATHS = ()
    (root / "disk").mkdir()
    make_run(root / "pristine", root / "disk")
    before, found, touched = state_of(root / "canary"), Counter[str](), []
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TimeoutError("longer than 20 s")))
    shutil.copytree(root / "pristine", root / "run", symlinks=True)
    outcome(root / "run")
    allowed = set(started(root))
    for way in range(ways):
        chance = random.Random(f"{seed}/{way}")
        shutil.rmtree(root / "run")
        shutil.copytree(root / "pristine", root / "run", symlinks=True)
        said = chance.choice(CHANGES)(root / "run", chance)
        signal.alarm(LIMIT_S)
        end = outcome(root / "run")
        signal.alarm(0)
        found[end] += 1
        calls = started(root)
        if (root / "touched").exists() or state_of(root / "canary") != before or not set(calls) <= allowed:
            touched.append({"way": way, "seed": seed, "change": said, "calls": calls[:5], "end": end})
            (root / "touched").unlink(missing_ok=True)
            before = state_of(root / "canary")
    return {"ways": ways, "seed": seed, "outcomes": found, "touched": touched}


def take_the_guard_away() -> None:
    """Resume as if nothing were checked."""
    orders.refuse_folder = orders.refuse_foreign = lambda *_: None


if __name__ == "__main__":
    if sys.argv[4:] == ["unguarded"]:
        take_the_guard_away()
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
