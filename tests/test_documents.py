"""Documents name files that exist and commands that are there."""

import re
from pathlib import Path

import pytest

from perfadvisor.commands import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "decisions").glob("*.md")])
PLACES = (ROOT, ROOT / "docs", ROOT / "tests")
STRUCTURE = [ROOT / "docs" / "architecture.md", *sorted((ROOT / "docs" / "decisions").glob("*.md"))]
NAMED = re.compile(r"`((?:[\w.-]+/)*[\w-]+\.(?:py|c|h|md|yaml|yml|j2|toml)|(?:[\w.-]+/)+)`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
PROSE = {"measures", "reads"}  # sentences that begin with its name
WRITTEN_BY_RUNS = {"trials/NNNN/", "snapshots/"}


@pytest.mark.parametrize("document", STRUCTURE, ids=lambda path: path.name)
def test_every_file_that_is_named_exists(document: Path) -> None:
    names = set(NAMED.findall(document.read_text("utf-8"))) - WRITTEN_BY_RUNS
    rooms = [path for path in (ROOT / "perfadvisor").glob("**/") if path.name != "__pycache__"]
    assert [name for name in sorted(names) if not any((place / name).exists() for place in (*PLACES, *rooms))] == []


def test_the_architecture_names_every_part() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    parts = [f"{path.name}/" if path.is_dir() else path.name for path in (ROOT / "perfadvisor").iterdir()]
    known = [part for part in parts if not part.startswith("_") and part != "py.typed"]
    assert [part for part in known if f"`{part}`" not in text] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = [target for target in LINK.findall(document.read_text("utf-8")) if not target.startswith("reference/")]
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_is_named_exists(document: Path) -> None:
    named = re.findall(r"(?:`|^\$ |^)perfadvisor ([a-z]+)\b", document.read_text("utf-8"), re.MULTILINE)
    assert set(named) - set(COMMANDS) - PROSE == set()


@pytest.mark.parametrize("command", ["perfadvisor advise tests/data/planted/slow-guest.tar.gz"])
def test_the_sample_is_what_the_program_prints(command: str, monkeypatch) -> None:
    from click.testing import CliRunner

    from perfadvisor.cli.advise import command as advise

    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(ROOT)
    text = (ROOT / "README.md").read_text("utf-8")
    _, found, after = text.partition(f"$ {command}\n")
    assert found
    printed = CliRunner().invoke(advise, command.split()[2:]).output
    assert _uncounted(after.partition("```")[0]) == _uncounted(printed)


def _uncounted(text: str) -> str:
    """The text without how many rules there were: each new rule would change it."""
    return re.sub(r"\d+ (rules (passed|could)|not (evaluated|applicable))", r"N \1", " ".join(text.split()))
