"""The README shows a real tune in the form that the program prints today."""

import re

from perfadvisor.tuning import text
from perfadvisor.tuning.model import FixAnswer
from tests.conftest import REPOSITORY

GAIN = r"[+-]\d+ % \([+-]\d+ to [+-]\d+\)"


def sample() -> list[str]:
    """The lines of the README's block that starts with a tune."""
    (block,) = re.findall(r"```\n(\$ perfadvisor tune .*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)
    return block.splitlines()


def test_the_table_is_todays() -> None:
    _, head, *rows = sample()
    assert tuple(re.split(r"  +", head)) == text.COLUMNS
    for row in rows[: rows.index("")]:
        cells = re.split(r"  +", row)
        assert len(cells) == len(text.COLUMNS)
        assert re.fullmatch(GAIN, cells[4])
        assert re.fullmatch(r"none|\d+ of \d+ hold", cells[5])
        assert cells[6] in set(FixAnswer)


def test_the_ending_is_todays() -> None:
    lines = sample()
    head, gain, guards, last = lines[-4:]
    assert re.fullmatch(r"Kept: \d+ fix(es)?\. All together, measured once more against none:", head)
    assert re.fullmatch(rf"\S+ {GAIN}", gain)
    assert re.fullmatch(r"guards: (none|\d+ of \d+ hold)", guards)
    assert last == text.UNTIL
