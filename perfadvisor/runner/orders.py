"""The orders of a run (workloads, plan, environments, options), and whose they may be.

A run directory is data: anybody can be handed one. `run --resume` starts programs and opens machines, so it follows
only orders that this user gave on this machine. Proof is an HMAC (RFC 2104) over the orders in `run.json`, whose key
lies in the user's private state directory; a directory that another user can write is refused before it is read.
"""

import hashlib
import hmac
import json
import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

from perfadvisor.bundle.schema import RUN_FILE, RunFile
from perfadvisor.errors import InputError
from perfadvisor.packs import plugins
from perfadvisor.targets.changing import journal
from perfadvisor.targets.here import private
from perfadvisor.tools.catalogue import TOOLS
from perfadvisor.tools.parameters import complaints

KEY_BYTES = 32
SEALED = ("id", "environments", "workloads", "plan", "options")
WAY_OUT = "measure anew, with the environments typed again: perfadvisor run --like {path} --out NEW-DIR [--env SPEC]..."
HOOKS = "hooks"  # the option that keeps that there were hooks, never which


def seal(header: RunFile) -> str:
    """The hexadecimal HMAC-SHA256 of a run's orders, as `run.json` holds them, under this user's key."""
    kept = json.loads(RUN_FILE.encode(RUN_FILE.decode(RUN_FILE.encode(header), Path("run.json"))))
    text = json.dumps({name: kept[name] for name in SEALED}, sort_keys=True, separators=(",", ":"))
    return hmac.new(_key(), text.encode(), hashlib.sha256).hexdigest()


def refuse_folder(path: Path) -> None:
    """InputError where another user could have written the orders in this directory, or where a resumed run's files
    would go elsewhere: a directory that came back from a colleague may hold links."""
    folder = path.resolve()
    for place in (folder, *sorted(folder.rglob("*"))):
        kind = place.lstat().st_mode
        if not (stat.S_ISDIR(kind) or stat.S_ISREG(kind)):
            raise InputError(f"{place}: neither a file nor a directory, so this run is not resumed", _way_out(path))
        if not private.is_private(place):
            raise InputError(f"{place}: other users own it or can write to it, so its plan is not run", _way_out(path))


def refuse_foreign(path: Path, header: RunFile) -> None:
    """InputError for orders that this user did not give on this machine, or that no typed command could give."""
    if not hmac.compare_digest(seal(header).encode(), header.seal.encode()):
        raise InputError(
            f"{path}: this plan was not made here by this user, or was changed since; it is not run", _way_out(path)
        )
    problems = list(_problems(header))
    if problems:
        raise InputError(f"{path}/run.json: {problems[0]}", _way_out(path))


def refuse_without_hooks(path: Path, header: RunFile, *, given: bool) -> None:
    """InputError for a run that began with hooks around its trials and would go on without. Which they were is kept
    nowhere: a run directory names no command to be run beside its trials."""
    if header.options.get(HOOKS) and not given:
        raise InputError(
            f"{path}: began with hooks, which are never taken from a run",
            f"perfadvisor run --resume {path} --before-trial COMMAND --after-trial COMMAND",
        )


def _way_out(path: Path) -> str:
    return WAY_OUT.format(path=path)


def _problems(header: RunFile) -> Iterable[str]:
    """The checks of a workload file, over the workloads and over each trial."""
    if any(workload.tool not in TOOLS for workload in header.workloads.values()):
        plugins.add()
    for workload in header.workloads.values():
        if workload.tool not in TOOLS:
            yield f"{workload.id}: unknown tool {workload.tool!r}"
            continue
        for _, complaint in complaints(TOOLS[workload.tool].PARAMETERS, workload.parameters):
            yield f"{workload.id}: {complaint}"
    for trial in header.plan:
        if trial.parameters != header.workloads[trial.workload].parameters:
            yield f"trial {trial.number}: other parameters than its workload {trial.workload}"


def _key() -> bytes:
    """This user's key, made on first use; `O_EXCL` decides between two commands that make it at once."""
    file = journal.state_directory() / "seal.key"
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    if not file.exists():
        fresh.unlink(missing_ok=True)  # left by a killed command of the same number
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secrets.token_bytes(KEY_BYTES))
            stream.flush()
            os.fsync(descriptor)
        _link(fresh, file)
    key = file.read_bytes() if private.is_private(file) else b""
    if len(key) != KEY_BYTES:
        raise InputError(f"{file}: not a key that only this user can write", f"rm {file}")
    return key


def _link(fresh: Path, file: Path) -> None:
    """Give the whole key its name, unless another command was faster."""
    try:
        os.link(fresh, file)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
