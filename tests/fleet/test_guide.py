"""Every command of the guide to many hosts can be typed as it stands there."""

import re
import shlex
from pathlib import Path

import click
import pytest

from perfadvisor.cli.fleet import command

GUIDE = Path(__file__).resolve().parent.parent.parent / "docs" / "fleet.md"
FIRST = "## Your first ten hosts in ten minutes"


def blocks(text: str) -> list[str]:
    """What stands between fences, without the indentation of its list."""
    found = re.findall(r"^( *)```\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


def steps() -> list[str]:
    """The blocks of the first ten hosts, in order."""
    return blocks(GUIDE.read_text("utf-8").partition(FIRST)[2].partition("\n## ")[0])


def commands() -> list[str]:
    text = GUIDE.read_text("utf-8")
    inline = re.findall(r"`(perfadvisor fleet [a-z]+ [^`]+)`", text)
    return [line for block in blocks(text) for line in block.splitlines() if line.startswith("perfadvisor ")] + inline


@pytest.mark.parametrize("line", sorted(set(commands())))
def test_the_command_is_understood(line: str) -> None:
    program, group, name, *words = shlex.split(line)
    assert (program, group) == ("perfadvisor", "fleet")
    found = command.commands[name]
    given, left, _ = found.make_parser(click.Context(found, info_name=name)).parse_args(args=words)
    assert left == []
    assert [one.name for one in found.params if one.required and given.get(one.name) in (None, ())] == []


def test_the_guide_leads_from_nothing_to_drift() -> None:
    text = "\n".join(steps())
    for name in ("pip install", "ansible -i hosts", "advise", "--resume", "outliers", "report", "baseline", "drift"):
        assert name in text
