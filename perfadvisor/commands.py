"""The program's commands: what each does, and how one is typed where the program was started."""

import re
import sys

NAME = "perfadvisor"

COMMANDS = {
    "doctor": "What can be measured and read here, what cannot, and what unlocks it.",
    "devices": "List which PCI devices can be passed through here, and what prevents the others.",
    "run": "Measure: storage, network and memory, several fresh runs of each.",
    "sweep": "Measure one workload over several values of one parameter: the curve and its knee.",
    "report": "Write a run or snapshot as one self-contained HTML page.",
    "view": "Show the report of a run or snapshot in a browser, from a local port.",
    "advise": "Show the findings of a run or snapshot in the terminal, or as JSON.",
    "snapshot": "Read this machine's state into one archive, optionally while sampling its workload.",
    "facts": "Print every fact of a run, snapshot, tree or tool output, with its source.",
    "export": "Write a run's figures as CSV, JSON or Parquet.",
    "import": "Make a run of fio and iperf3 JSON files you already have.",
    "diff": "Show what differs between two runs or machines: findings, results, settings.",
    "compare": "Compare two runs, cell by cell.",
    "gate": "Fail on a real regression, pass otherwise, and report when the data cannot decide.",
    "ab": "Compare two of anything in turns: a setting, commands, environments.",
    "tune": "Try what findings advise, measured in turns, and keep what helps.",
    "history": "Keep results over time and find the changes.",
    "fleet": "Judge, compare and store many machines: who differs, why, and since when.",
    "rules": "List, show, check and test the rules.",
    "settings": "List what can be set on a machine, and show what it is set to.",
    "workloads": "List and show the workloads and suites.",
    "environments": "List and show the kinds of environment that --env takes.",
    "schema": "Print the JSON Schema of a file or output.",
    "restore": "Restore whatever an interrupted command changed.",
    "completion": "Print what a shell needs to complete commands and options.",
    "man": "Write the manual pages.",
}


def as_typed(text: str) -> str:
    """The text with each command of the program as it can be typed here: its name alone may not be found, as after
    `make run` in a fresh checkout."""
    if f"{NAME} " not in text or (program := _program()) == NAME:
        return text
    command = rf"(?<![\w./-]){NAME} (?=(?:{'|'.join(COMMANDS)})\b)"
    return re.sub(command, lambda _: f"{program} ", text)


def _program() -> str:
    """The name where a shell finds this very file by it or another program runs, else the file as it was started."""
    from pathlib import Path
    from shlex import quote
    from shutil import which

    started = Path(sys.argv[0])
    if started.name == "__main__.py" and started.parent.name == NAME:
        return f"{quote(sys.executable)} -m {NAME}"
    found = which(NAME)
    if not started.name.startswith(NAME) or (found and started.exists() and started.samefile(found)):
        return NAME
    return quote(sys.argv[0]) if "/" in sys.argv[0] else f"{quote(sys.executable)} {quote(sys.argv[0])}"
