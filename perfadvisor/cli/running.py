"""What `perfadvisor run` needs between its options and the runner."""

import contextlib
import os
import re
import secrets
import shlex
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

import click

from perfadvisor.analyse.ceilings import rating as ratings
from perfadvisor.analyse.statistics.looks import FIRST_LOOK
from perfadvisor.bundle.reading import read_header
from perfadvisor.cli.changes_option import TypedChanges
from perfadvisor.cli.own_option import TypedWork
from perfadvisor.durations import seconds
from perfadvisor.errors import InputError
from perfadvisor.formatting import quantity
from perfadvisor.model.result import Sample
from perfadvisor.model.workload import Workload
from perfadvisor.packs.environments import load_environments
from perfadvisor.packs.job_files import SUFFIX, load_job_file
from perfadvisor.packs.suites import load_suites, select
from perfadvisor.packs.workloads import load_workloads
from perfadvisor.runner import Request, RunOutcome
from perfadvisor.runner.progress import Progress
from perfadvisor.runner.request import RunOptions
from perfadvisor.specs.parse import distinct, read_spec
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.changing import journal
from perfadvisor.targets.lending.pci_group import full_address
from perfadvisor.tools.own.command import refuse
from perfadvisor.tools.own.job_file import JobFile, TypedPlaces
from perfadvisor.varying import base_of, changed

DEFAULT_REPEATS = 5
LEAST_PRECISION, MOST_PRECISION = 0.001, 0.5
ENDS = (signal.SIGTERM, signal.SIGHUP)
NODES = r"(-(node|cpu|memory)[0-9]+)+"


def request(
    names: Sequence[str],
    environments: Sequence[Spec],
    *,
    budget: str | None,
    wait_quiet: str | None = None,
    out: Path,
    repeats: int | None,
    precision: str | None,
    seed: int | None,
    directory: Path,
    device: str,
    peer: str,
    vfio: Sequence[str],
    domain: str,
    own: Sequence[Path],
    changes: TypedChanges,
    work: TypedWork | None = None,
    rating: str = "",
    controlled: bool = False,
    precondition: bool = False,
) -> Request:
    """The run asked for. InputError for names that mean nothing, PackError for broken workload files."""
    work = work or TypedWork()
    jobs = job_files(names, TypedPlaces(device=device, directory=str(directory) if directory != Path() else ""))
    names = [name for name in names if not name.endswith(SUFFIX)]
    workloads = load_workloads(own)
    suites = load_suites(workloads, own)
    ours = [one for job in jobs for one in job.workloads]
    files, typed_ones = (*select(names, workloads, suites), *ours), work.workloads()
    if not work.allowed:
        refuse(files)
    named = [suites[name].repeats for name in names if name in suites]
    wanted = None if precision is None else share(precision)
    if wanted is not None and repeats is not None:
        raise InputError("--precision decides how often each workload runs: leave --repeats out")
    return Request(
        workloads=changed(distinct_names((*files, *typed_ones)), changes.read()),
        environments=tuple(environments),
        repeats=FIRST_LOOK if wanted else repeats or max(named, default=DEFAULT_REPEATS),
        precision=wanted,
        seed=secrets.randbelow(2**31) if seed is None else seed,
        out=out,
        options=RunOptions(
            directory=directory,
            device=device,
            peer=peer,
            vfio=tuple(dict.fromkeys(map(full_address, vfio))),
            domain=domain,
            confirm=typed,
            commands=True,  # what is left was typed or allowed
            controlled=controlled,
            precondition=precondition,
        ),
        budget_s=None if budget is None else seconds(budget),
        wait_quiet_s=0.0 if wait_quiet is None else seconds(wait_quiet),
        hooks=work.hooks(),
        notes=tuple(note for job in jobs for note in job.notes),
        rating=rating if ratings.read(rating) else "",
        argv=tuple(sys.argv),
    )


def job_files(names: Sequence[str], place: TypedPlaces) -> list[JobFile]:
    """The job files among the names, read."""
    return [load_job_file(Path(name), place) for name in names if name.endswith(SUFFIX)]


def distinct_names(workloads: Sequence[Workload]) -> tuple[Workload, ...]:
    """The workloads. InputError where two of them have one name."""
    twice = [name for name, count in Counter(workload.id for workload in workloads).items() if count > 1]
    if twice:
        raise InputError(f"two workloads are called {twice[0]}", "give one of them another name")
    return tuple(workloads)


def share(text: str) -> float:
    """ "2%" or "0.02" as 0.02. InputError for what is not a share, or one that no run would reach or need."""
    number = re.fullmatch(r"(\d{1,3}(?:\.\d{1,6})?) ?(%?)", text, re.ASCII)
    found = float(number[1]) / (100 if number[2] else 1) if number else 0.0
    if not LEAST_PRECISION <= found <= MOST_PRECISION:
        raise InputError(f"--precision {text}: should be from 0.1% to 50%", "perfadvisor run quick --precision 2%")
    return found


def workloads_of(run: Path | None, own: Sequence[Path]) -> tuple[str, ...]:
    """The workloads known here that a run measured, by name alone. A workload that was made one per NUMA node there has
    the nodes behind its name (perfadvisor.expand). InputError where there are none."""
    if run is None:
        return ()
    known = load_workloads(own)
    names = []
    for id in read_header(run).workloads:
        here = base_of(id)
        found = [name for name in known if here == name or re.fullmatch(re.escape(name) + NODES, here)]
        names += sorted(found, key=len)[-1:]
        if here != id:
            click.echo(f"{id}: measured here without its changes; give --size, --fio or --iperf3 again", err=True)
    if not names:
        raise InputError(f"{run}: none of its workloads is known here", "perfadvisor workloads list")
    return tuple(dict.fromkeys(names))


def specs(given: Sequence[str], file: Path | None) -> tuple[Spec, ...]:
    """What --env names stand for: those of the environments file, and specs as they are. Without --env the machine
    itself, and everything in the file beside it. All are read here, before anything is opened. InputError for one that
    means nothing or two of one name, PackError for a broken file."""
    named = load_environments(file) if file else {}
    found = [named[word] if word in named else read_spec(word) for word in given]
    return distinct(found or (read_spec("local"), *named.values()))


def typed(name: str, seen: str) -> str:
    """What a person at a terminal types who was warned that everything on the device will be lost. Nothing where
    standard input is a pipe or a file: those answer whatever is asked."""
    click.echo(f"{seen}\nEverything on this device will be overwritten. To go on, type its name: {name}", err=True)
    if not sys.stdin.isatty():
        return ""
    try:
        answer: str = click.prompt("name", err=True, default="", show_default=False)
    except click.Abort:
        return ""
    return answer


def figure(sample: Sample) -> str:
    """One number with its unit and its name."""
    return f"{quantity(sample.value, sample.unit)} {sample.metric}"


@contextlib.contextmanager
def progress(stream: TextIO) -> Iterator[Progress]:
    """A bar on a terminal, plain lines elsewhere."""
    if not stream.isatty():
        yield Progress(stream, figure)
        return
    from perfadvisor.cli.live import LiveProgress  # imports rich, which takes 0.1 s

    with LiveProgress(stream, figure) as live:
        yield live


def put_back_leftovers() -> None:
    """Restore what a command that was killed left changed, before anything else is done."""
    done, failed = journal.restore()
    for what in done:
        click.echo(f"restored after an interrupted command: {what}", err=True)
    for why in failed:
        click.echo(f"could not be restored: {why}", err=True)


def stop_cleanly() -> None:
    """A request to end (kill, a closed terminal) is an interrupt: what was measured is kept and all is restored."""
    for number in ENDS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup asks to go on
            signal.signal(number, _interrupt)
    sys.unraisablehook = _raise_again


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _raise_again(lost: "sys.UnraisableHookArgs") -> None:
    """Python drops what is raised where nothing can catch it, as in the callback of a weak reference. An interrupt must
    not get lost so: it is sent once more, a moment later."""
    if not issubclass(lost.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(lost)
        return
    heard = [number for number in (*ENDS, signal.SIGINT) if signal.getsignal(number) is not signal.SIG_IGN]
    for number in heard[:1]:
        over = threading.Event()  # where it came earlier, it would be lost in here
        threading.Thread(target=_send, args=(number, over), daemon=True).start()
        over.set()


def _send(number: int, over: threading.Event) -> None:
    over.wait()
    time.sleep(0.01)
    os.kill(os.getpid(), number)


def kept(out: Path, work: Callable[[], RunOutcome]) -> RunOutcome:
    """Run `work`; an interrupt carries the command that goes on."""
    try:
        return work()
    except KeyboardInterrupt:
        hint = f"perfadvisor run --resume {shlex.quote(str(out))}" if (out / "run.json").exists() else ""
        raise KeyboardInterrupt(hint) from None
