"""A command of the user's own: its rows, or what it prints, are the samples; the time it takes is one always.

`run` measures it only where the user typed it, or allowed the commands of workload files: a file that another person
changed must not start programs.
"""

import re
import shlex
from collections.abc import Iterable

from perfadvisor.errors import InputError
from perfadvisor.model.result import Output
from perfadvisor.model.workload import RUNTIME_S, Parameters, Trial, Workload
from perfadvisor.tools.context import Context
from perfadvisor.tools.defaults import (
    engine,
    huge_pages,
    needs_function,
    prepare,
    probe,
    server,
    with_common_engine,
)
from perfadvisor.tools.own import values
from perfadvisor.tools.parameters import Parameter
from perfadvisor.tools.program import Program

__all__ = [
    "METRICS",
    "PARAMETERS",
    "PROGRAM",
    "command",
    "engine",
    "huge_pages",
    "needs_function",
    "parse",
    "prepare",
    "probe",
    "server",
    "with_common_engine",
]

NAME = "command"
TYPED = "own/"  # before the name of a command that was typed
EXAMPLE = "perfadvisor run --cmd 'build=make -j8'"
PROGRAM = Program(name="sh", package="dash", measures="own commands")
METRICS: tuple[str, ...] = ()
# The rows go through a pipe that the command finds under a name: no file is left behind, on no machine. Only the inner
# shell holds it, so that what the command leaves running does not keep it open. The command's words are arguments.
SCRIPT = """exec 5>&1
code=$({
  { sh -c 'export PERFADVISOR_CSV=/proc/$$/fd/3; ("$@" 3>&-); exit $?' own "$@" 3>&1 1>&5 4>&- 5>&-; echo $? >&4; } |
  while IFS= read -r row || [ -n "$row" ]; do printf 'PERFADVISOR_CSV %s\\n' "$row" >&5; done
} 4>&1)
exit "$code"
"""
_TYPED = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]{0,62})(?::([A-Za-z_][A-Za-z0-9_.]{0,63}))?=(.+)", re.ASCII | re.DOTALL)


def words(text: str) -> tuple[str, ...]:
    """The program and its arguments. ValueError where a quotation has no end, or there is no word."""
    found = tuple(shlex.split(text))
    if not found:
        raise ValueError("no command")
    return found


def _complaint(text: str) -> str:
    try:
        words(text)
    except ValueError as error:
        return f"cannot be split into words: {error}"
    return ""


PARAMETERS = {
    "command": Parameter(
        type=str,
        meaning="the program and its arguments, split as a shell would; no shell runs it",
        form=r"[^\x00-\x08\x0a-\x1f\x7f]{1,4096}",
        example="sleep 1",
        check=_complaint,
    ),
    **values.PARAMETERS,
}


def command(workload: Workload, trial: Trial, context: Context) -> tuple[str, ...]:
    """The argv of one trial."""
    text = str({**workload.parameters, **trial.parameters}["command"])
    return (context.program or PROGRAM.name, "-c", SCRIPT, NAME, *words(text))


def parse(stdout: bytes, stderr: bytes = b"", returncode: int = 0, parameters: Parameters | None = None) -> Output:
    """What it printed, read as the workload says."""
    if returncode:
        said = stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        return Output(samples=(), error=": ".join([f"exit code {returncode}", *(line[:200] for line in said)]))
    return values.read(stdout, stderr, parameters or {})


def typed(text: str) -> Workload:
    """ "NAME=COMMAND" or "NAME:METRIC=COMMAND" as a workload, judged by that metric of its rows, else by the time it
    takes. InputError for another form."""
    match = _TYPED.fullmatch(text)
    if match is None:
        raise InputError(f"--cmd {text}: should be NAME=COMMAND", EXAMPLE)
    if complaint := PARAMETERS["command"].complaint(match[3]):
        raise InputError(f"--cmd {text}: the command {complaint}", EXAMPLE)
    metrics = (match[2], values.TIME) if match[2] and match[2] != values.TIME else (values.TIME,)
    return Workload(
        id=f"{TYPED}{match[1]}",
        title=match[1],
        why="A command that was typed.",
        device="own",
        tool=NAME,
        parameters={"command": match[3]},
        metrics=metrics,
        runtime_s=RUNTIME_S,
        warmup_s=0.0,
    )


def refuse(workloads: Iterable[Workload]) -> None:
    """InputError for a workload that starts a program which the user has not allowed."""
    for workload in workloads:
        if workload.tool == NAME:
            raise InputError(
                f"{workload.id} runs a command of its own: {workload.parameters.get('command', '')}",
                "read its file first; perfadvisor run --allow-commands then runs it",
            )
