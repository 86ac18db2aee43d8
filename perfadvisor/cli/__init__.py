"""The command line: parse, call, print, exit. Commands are imported when they are called, so `--help` stays fast."""

import sys

from perfadvisor.cli.group import LazyGroup
from perfadvisor.cli.guard import exit_code_of
from perfadvisor.commands import COMMANDS, NAME

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
}

group = LazyGroup(
    NAME,
    COMMANDS,
    help="Measure the I/O of a Linux machine, read its configuration, and advise from both together.\n\n"
    "Start with `perfadvisor doctor`, then `perfadvisor run quick`.",
)


def main() -> None:
    """Entry point of the `perfadvisor` program."""
    sys.exit(exit_code_of(lambda: group.main(prog_name=NAME, standalone_mode=False)))
