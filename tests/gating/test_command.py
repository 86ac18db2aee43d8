"""A benchmark's command as it is printed and kept."""

from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.gating.command import shown, timed_command


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("make 'bench one'", "make 'bench one'"),
        ("curl -u joe:geh31m https://h", "curl -u hidden https://h"),
        ("tool --token geh31m 'a b'", "tool --token hidden 'a b'"),
        ("psql postgresql://joe:geh31m@h/db", "psql postgresql://joe:hidden@h/db"),
    ],
)
def test_secrets_among_its_words_are_hidden(command: str, told: str) -> None:
    assert shown(command) == told


def test_no_error_and_no_name_of_a_side_holds_them(tmp_path: Path) -> None:
    assert "geh31m" not in timed_command("true --token geh31m", tmp_path, 30.0).name
    with pytest.raises(InputError) as failed:
        timed_command("sh -c 'echo password=geh31m >&2; exit 1' x --token geh31m", tmp_path, 30.0)
    assert "geh31m" not in failed.value.message and "exit code 1" in failed.value.message
