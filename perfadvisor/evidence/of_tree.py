"""Outputs of commands that a collection of a machine's files holds beside them, as a sosreport does."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from perfadvisor.evidence.lines import cleaned
from perfadvisor.evidence.prompts import program
from perfadvisor.facts.reading.word_lines import lines_with
from perfadvisor.model.tree import Tree

if TYPE_CHECKING:
    from perfadvisor.evidence.taken import ReadPart

MAX_BYTES = 4 << 20
_READ_WITH_FILES = frozenset({"ethtool", "pgrep"})  # subsystems read these beside the files of /sys
_ALSO = frozenset({"journalctl", "sar", "docker", "oc"})  # print what a kind of another name reads
_PROCESSES = (b"qemu", b"kvm")


def outputs(tree: Tree) -> Iterator["ReadPart"]:
    """Every part of every saved output that a reader wants, read; by its command it is known before it is opened. The
    machine's own files say more, so they count first."""
    for source in tree.sources("$ "):
        command = source.removeprefix("$ ")
        name = program(command)
        if name in _READ_WITH_FILES or name not in _wanted() or (output := _output(tree, source, name)) is None:
            continue
        from perfadvisor.evidence.parts import parts
        from perfadvisor.evidence.taken import take

        for part in parts(cleaned(output), command):
            yield take(replace(part, source=source), source)


@cache
def _wanted() -> frozenset[str]:
    """The programs whose outputs are read."""
    from perfadvisor.evidence.kinds import KINDS  # all readers of outputs, which few trees need

    return frozenset(program(kind.command) for kind in KINDS if kind.command) | _ALSO


def _output(tree: Tree, source: str, name: str) -> bytes | None:
    """What is looked at of an output: of logs and lists of processes few lines, however long they are. None where it
    holds NULs, or is longer than any other that is read."""
    output = tree.read(source)
    if output is None or b"\0" in output[:4096]:
        return None
    if name in ("dmesg", "journalctl"):
        from perfadvisor.facts.text.kernel.log import WORDS

        return lines_with(output, WORDS)
    if name == "ps":
        return lines_with(output, _PROCESSES)
    return output if len(output) <= MAX_BYTES else None
