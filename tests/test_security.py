"""SECURITY.md promises nothing without a test, and names tests that are there."""

import re
from pathlib import Path

import click

from perfadvisor.cli.run import command

REPOSITORY = Path(__file__).resolve().parent.parent
TEXT = (REPOSITORY / "SECURITY.md").read_text()


def test_every_promise_names_tests_that_exist() -> None:
    promises = re.split(r"\n(?=\*\*[A-G]\. )", TEXT.split("## What is not promised")[0])[1:]
    assert [promise[2] for promise in promises] == list("ABCDEFG")
    for promise in promises:
        named = re.findall(r"`(tests/[\w/]+\.py)`", promise)
        assert named, promise
        assert [path for path in named if not (REPOSITORY / path).is_file()] == []


def test_the_figures_are_the_guards_own() -> None:
    from perfadvisor.targets.raw import content

    assert f"{content.SAMPLES:,} random blocks" in TEXT
    assert f"up to {content.WHOLE_BYTES >> 30} GiB" in TEXT
    assert f"at most {content.PATTERN_BYTES} bytes" in TEXT


def test_no_option_says_yes() -> None:
    """Nothing on the command line replaces the word that is typed before a raw device is overwritten."""
    words = {word for one in command.params if isinstance(one, click.Option) for word in one.opts}
    assert not {word for word in words if re.search("yes|force|confirm|overwrite|destroy|erase|no-ask|batch", word)}
