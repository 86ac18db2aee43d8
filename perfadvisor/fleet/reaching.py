"""Every host of an inventory read or measured into a file of its name; what failed is named, and can be tried again."""

import base64
import binascii
import json
import re
import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from perfadvisor.errors import InputError, PerfAdvisorError
from perfadvisor.fleet.ansible import FAILED, FleetOptions, HostAnswer, NoHostsError, play, run_play
from perfadvisor.fleet.capture_script import MOST_BYTES, answer_of, capture_script, snapshot_of_answer
from perfadvisor.fleet.kept import AHEAD_S
from perfadvisor.plaintext import visible_line
from perfadvisor.saved.packed_run import PACKED_RUN
from perfadvisor.saved.snapshot_file import snapshot_bytes
from perfadvisor.whole import write_whole

STATE = "fleet.json"
EVERYWHERE = "/proc/meminfo"
BEHIND_S = 3600.0  # an answer may take its time; a clock further behind is wrong
SNAPSHOT = ".tar.gz"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@:+-]{0,199}")
_RUN = r"""#!/bin/sh
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
cd "$dir" || exit 1
@PROGRAM@ run @ARGUMENTS@ --out "$dir/run" >"$dir/log" 2>&1 </dev/null
[ -f run/run.json ] || { echo failed; tail -n 3 log; exit 0; }
echo run; tar czf - run | base64
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetJob:
    """What is run on each host: a script, and how its output becomes the bytes of a file that ends in `suffix`, with a
    note about the host or ""."""

    name: str
    script: str
    suffix: str
    contents: Callable[[str, str], tuple[bytes, str]]


@dataclass(slots=True)
class ReachedFleet:
    """The hosts that were read, those read before, and host -> why not of the others. `notes` says of some that were
    read what is odd about them."""

    read: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    missed: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


def snapshot_job() -> FleetJob:
    """Read the machine. The host needs a shell alone."""
    script = capture_script()

    def contents(host: str, output: str) -> tuple[bytes, str]:
        snapshot = snapshot_of_answer(output, script.mark, host)
        if not snapshot.tree.read(EVERYWHERE):
            raise InputError(f"its answer has no {EVERYWHERE}, which every machine has")
        off = snapshot.taken - time.time()
        if -BEHIND_S <= off <= AHEAD_S:
            return snapshot_bytes(snapshot), ""
        note = f"its clock is {abs(off) / 3600:.1f} hours {'ahead' if off > 0 else 'behind'}; dated by the clock here"
        return snapshot_bytes(replace(snapshot, taken=time.time())), note if snapshot.taken else ""

    return FleetJob(name="read the machine", script=script.text, suffix=SNAPSHOT, contents=contents)


def run_job(program: str, arguments: Sequence[str]) -> FleetJob:
    """Measure with the perfadvisor that the host has as `program`; the run comes back packed."""
    parts = {"PROGRAM": program, "ARGUMENTS": shlex.join(arguments)}
    script = re.sub(r"@([A-Z]+)@", lambda found: parts[found[1]], _RUN)
    return FleetJob(name="measure", script=script, suffix=PACKED_RUN, contents=_run_bytes)


def _run_bytes(_host: str, output: str) -> tuple[bytes, str]:
    kind, body = answer_of(output, ("run", "failed"))
    if kind != "run":
        lines = [line for line in body.splitlines() if line.strip()]
        raise InputError(f"perfadvisor run failed: {lines[0] if lines else kind}"[:300])
    if len(body) > MOST_BYTES:
        raise InputError(f"its run is larger than {MOST_BYTES >> 20} MiB")
    try:
        return base64.b64decode(body), ""
    except binascii.Error as error:
        raise InputError(f"its answer is damaged: {error}") from error


def reach(options: FleetOptions, out: Path, job: FleetJob, *, resume: bool = False) -> ReachedFleet:
    """Run the job on every host, into `out`/HOST and the job's suffix; with `resume` only where that is missing."""
    done = ReachedFleet(before=_prepare(out, job.suffix, resume))

    def take(answer: HostAnswer) -> None:
        if answer.host in done.read:
            return
        reason = f"{answer.state}: {answer.reason}" if answer.state else _kept(answer, job, out, done.notes)
        done.missed.pop(answer.host, None)
        if reason:
            done.missed[answer.host] = reason
        else:
            done.read.append(answer.host)

    if done.before:
        between = "," if "," in options.limit else ":"  # Ansible splits by one of them
        limit = between.join([options.limit or "all", *(f"!{host}" for host in done.before)])
        options = replace(options, limit=limit)
    file = out / ".job.sh"
    write_whole(file, job.script.encode())
    try:
        run_play(options, play(options, [_task(job, file, options)], f"perfadvisor: {job.name}"), job.name, take)
    except NoHostsError:
        if not done.before:
            raise
    finally:
        file.unlink(missing_ok=True)
        state = {"read": sorted({*done.read, *done.before}), "missed": dict(sorted(done.missed.items()))}
        write_whole(out / STATE, json.dumps(state, indent=1).encode())
    return done


def _task(job: FleetJob, file: Path, options: FleetOptions) -> dict[str, Any]:
    return {
        "name": job.name,
        "ansible.builtin.script": {"cmd": shlex.quote(str(file.resolve()))},
        "timeout": options.timeout_s,
        "ignore_errors": True,
        "changed_when": False,
    }


def _prepare(out: Path, suffix: str, resume: bool) -> list[str]:
    """The hosts that are there already. InputError where others' files would be mixed up."""
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: exists and is not a directory", "choose another directory")
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not resume and any(out.iterdir()):
        raise InputError(f"{out}: is not empty", "choose another directory, or finish it with --resume")
    there = (path.name for path in out.glob(f"*{suffix}") if suffix == PACKED_RUN or not path.name.endswith(PACKED_RUN))
    return sorted(name.removesuffix(suffix) for name in there if _NAME.fullmatch(name))


def _kept(answer: HostAnswer, job: FleetJob, out: Path, notes: dict[str, str]) -> str:
    """Write the host's file; why that failed, "" where it did not."""
    if not _NAME.fullmatch(answer.host):
        return f"{FAILED}: its name in the inventory cannot be that of a file"
    try:
        data, note = job.contents(answer.host, str(answer.result.get("stdout", "")))
        write_whole(out / f"{answer.host}{job.suffix}", data)
    except PerfAdvisorError as error:
        return f"{FAILED}: {visible_line(error.message)}"
    except OSError:
        raise  # of this machine's own disk
    except Exception as error:  # whatever a hostile host answers must not end the others
        return f"{FAILED}: its answer could not be read: {visible_line(repr(error))[:200]}"
    if note:
        notes[answer.host] = note
    return ""
