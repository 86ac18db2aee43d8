"""Outputs of commands that a collection of a machine's files holds beside them, as a sosreport does."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from perfadvisor.evidence.lines import cleaned
from perfadvisor.evidence.prompts import PROGRAMS, program
from perfadvisor.model.tree import Tree

if TYPE_CHECKING:
    from perfadvisor.evidence.taken import ReadPart

MAX_BYTES = 4 << 20
_READ_WITH_FILES = ("ethtool", "pgrep")  # subsystems read these beside the files of /sys


def outputs(tree: Tree) -> Iterator["ReadPart"]:
    """Every part of every saved output in the tree, read. The machine's own files say more, so they count first."""
    for source in tree.sources("$ "):
        command, output = source.removeprefix("$ "), tree.read(source)
        if output is None or len(output) > MAX_BYTES or b"\0" in output[:4096]:
            continue
        if program(command) in PROGRAMS and program(command) not in _READ_WITH_FILES:
            from perfadvisor.evidence.parts import parts  # all readers of outputs, which few trees need
            from perfadvisor.evidence.taken import take

            for part in parts(cleaned(output), command):
                yield take(replace(part, source=source), source)
