"""The commands as one family: the same options under the same names, examples that can be typed, one manual."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from perfadvisor.cli import group
from perfadvisor.cli.examples import EXAMPLES
from perfadvisor.cli.man import contexts
from perfadvisor.commands import COMMANDS

ALL = {" ".join(context.command_path.split()[1:]): context.command for context in contexts()}
LEAVES = {path: one for path, one in ALL.items() if not isinstance(one, click.Group) or one.invoke_without_command}
# What a command that lists or judges prints for programs: as --format json, or as a file where it prints for people.
WITH_FORMAT = {
    "doctor",
    "devices",
    "advise",
    "facts",
    "diff",
    "rules list",
    "settings list",
    "settings show",
    "workloads list",
    "environments list",
}
WITH_OUT = {
    "run",
    "sweep",
    "report",
    "snapshot",
    "export",
    "import",
    "compare",
    "gate calibrate",
    "rules new",
    "workloads new",
    "man",
}
READING = {"advise", "facts", "report", "diff"}  # take "-" for standard input
LAST_RUN = {"advise", "facts", "report", "view", "export", "rules explain"}
REDACTING = {"run", "snapshot", "report", "export", "advise", "facts", "diff", "devices"}


def options(path: str) -> dict[str, click.Parameter]:
    return {name: each for each in LEAVES[path].params for name in each.opts}


@pytest.mark.parametrize("path", LEAVES)
def test_every_command_can_be_quiet_verbose_and_without_colours(path: str) -> None:
    assert {"-q", "--quiet", "-v", "--verbose", "--no-color"} <= set(options(path))


@pytest.mark.parametrize("path", LEAVES)
def test_what_is_written_goes_where_out_says(path: str) -> None:
    names = set(options(path)) & {"-o", "--out", "--output"}
    assert names == ({"-o", "--out", "--output"} if names or path in WITH_OUT else set())


@pytest.mark.parametrize("path", LEAVES)
def test_formats_have_one_name_and_json_is_among_them(path: str) -> None:
    found = options(path).get("--format")
    assert found is not None or path not in WITH_FORMAT
    assert found is None or ("json" in found.type.choices and found.default in ("text", "table"))


@pytest.mark.parametrize("path", sorted(REDACTING))
def test_what_can_be_shared_can_be_redacted(path: str) -> None:
    assert "--redact" in options(path)


@pytest.mark.parametrize("path", sorted(READING))
def test_pipes_are_read(path: str) -> None:
    paths = [one for one in LEAVES[path].params if isinstance(one, click.Argument)]
    assert paths and all(one.type.allow_dash for one in paths)


@pytest.mark.parametrize("path", sorted(LAST_RUN))
def test_without_a_path_the_newest_run_is_meant(path: str, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    extra = {"report": ["-o", "x.html"], "export": ["-o", "x.csv"], "rules explain": ["cpu-offline"]}
    done = CliRunner().invoke(LEAVES[path], extra.get(path, []))
    assert done.exit_code == 2 and "no run in this directory" in done.output


@pytest.mark.parametrize("path", LEAVES)
def test_help_begins_with_examples(path: str) -> None:
    shown = click.Context(LEAVES[path], info_name=path).get_help() if path else ""
    if path and path in EXAMPLES:
        usage, first, *_ = [block for block in shown.split("\n\n") if block.strip()]
        assert usage.startswith("Usage:") and first.split("\n")[0].strip() == EXAMPLES[path][0]
    else:
        assert path == "" or path.split()[0] == "fleet"


@pytest.mark.parametrize("example", sorted({one for lines in EXAMPLES.values() for one in lines}))
def test_every_example_is_understood(example: str) -> None:
    """Names of options and commands are right, and no argument is missing or too much."""
    words = shlex.split(example)
    at = words.index("perfadvisor") + 1
    end = next((place for place in range(at, len(words)) if words[place] in ("|", ">", "&&")), len(words))
    command, context, rest = group, click.Context(group, info_name="perfadvisor"), words[at:end]
    while isinstance(command, click.Group) and rest and command.get_command(context, rest[0]):
        command = command.get_command(context, rest[0])
        context, rest = click.Context(command, info_name=rest[0], parent=context), rest[1:]
    if isinstance(command, click.Group) and "try" in command.commands:
        command = command.commands["try"]
        context = click.Context(command, info_name="try", parent=context)
    given, left, _ = command.make_parser(context).parse_args(args=list(rest))
    needed = [one for one in command.params if one.required and given.get(one.name) in (None, ())]
    assert left == [] and needed == []


def test_every_manual_page_has_its_sections(tmp_path) -> None:
    done = CliRunner().invoke(group.get_command(None, "man"), ["-o", str(tmp_path)])
    assert done.exit_code == 0, done.exception
    pages = {page.stem: page.read_text() for page in (tmp_path / "man1").iterdir()}
    assert len(pages) >= len(COMMANDS) + 20
    for page in pages.values():
        assert all(f".SH {name}" in page for name in ("NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS"))
        assert "\b" not in page and not [line for line in page.split("\n") if line.startswith(("'", "..."))]
    assert "\\-\\-redact" in pages["perfadvisor-report"] and "perfadvisor report run" in pages["perfadvisor-report"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(shell: str) -> None:
    done = CliRunner().invoke(group.get_command(None, "completion"), [shell])
    assert done.exit_code == 0 and "_PERFADVISOR_COMPLETE" in done.output


@pytest.mark.commands
def test_a_shell_is_told_the_commands_and_options() -> None:
    argv = [sys.executable, "-c", "from perfadvisor.cli import group; group(prog_name='perfadvisor')"]
    for words, number, wanted in (("perfadvisor re", 1, "report"), ("perfadvisor report --red", 2, "--redact")):
        asked = {"_PERFADVISOR_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(number)}
        done = subprocess.run(argv, env={**os.environ, **asked}, capture_output=True, text=True)
        assert f"plain,{wanted}" in done.stdout


def perfadvisor(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "perfadvisor", *words]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True)


@pytest.mark.commands
def test_quiet_leaves_results_and_errors(tmp_path) -> None:
    run = Path(__file__).resolve().parent.parent / "data" / "earlier" / "run-1"
    (tmp_path / "run").symlink_to(run)
    loud, quiet = (perfadvisor("advise", "--format", "json", *more, folder=tmp_path) for more in ((), ("-q",)))
    assert "the newest run here" in loud.stderr and quiet.stderr == "" and quiet.stdout
    failed = perfadvisor("advise", "missing", "-q", folder=tmp_path)
    assert failed.returncode == 2 and "no such file" in failed.stderr


@pytest.mark.commands
def test_verbose_names_programs_and_the_time(tmp_path) -> None:
    said = perfadvisor("snapshot", "-o", "host.tar.gz", "-v", folder=tmp_path).stderr
    assert "took " in said and said.rstrip().endswith(" s")
