"""Texts for people are in plain technical English: words that readers search for, sentences of a readable length."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from perfadvisor.cli import group

ROOT = Path(__file__).resolve().parent.parent
LONGEST, AVERAGE = 40, 25  # words per sentence: the limit for each, and for the average of a document

# What to avoid: what to write instead.
WORDS = {
    r"\b(?:be|been|is|are|was|were|not) had\b": "available, found",
    r"\b(?:can|cannot|could not) be had\b": "is (un)available",
    r"\btold\b": "reported, given, configured",
    r"\bsaid\b": "reported, stated, specified",
    r"\b(?:say|says|saying|said) so\b": "report it, state it, ... reports that",
    r"\b(?:lent|lends?|lending)\b": "bind temporarily, borrow",
    r"\bunma[dk]e\b": "remove, undo",
    r"\bone an? \w": "one per",
    r"\bfolders?\b": "directory",
    r"\bthe way back\b": "how to undo it",
    r"\bput(?:s|ting)? (?:it |them )?back\b": "restore, undo",
    r"\bwho may\b": "with permission to",
    r"\b(?:nobody|somebody)\b": "no process, another process, another user",
    r"\bnot so\b": "passed, otherwise",
    r"(?<!here )\bis no (?!more\b|longer\b|less\b|later\b)": "is not a",
    r"\bcr(?:y|ies) wolf\b": "false alarm",
    r"\bhangs? on\b": "is attached to",
    r"\b(?:stand|stands|standing|stood) still\b": "pause, not running",
    r"\bfell into\b": "occurred during",
    r"\bfull of them\b": "saturated",
    r"\bof what (?:it|they) can\b": "of its maximum",
    r"\bas meant\b": "check the path",
    r"\bclosed to\b": "unreadable by",
    r"\bin the house\b": "here",
    r"(?:^|[.!?] )That (?:is|was|does|has|makes|needs|takes|can|cannot|may|must|will|would)\b": "name the subject",
}
AVOID = {
    re.compile(word, re.IGNORECASE if not word.startswith("(?:^") else 0): better for word, better in WORDS.items()
}

# Texts that are not clean yet: shrink this list, never extend it.
NOT_YET: tuple[str, ...] = ()


DOCUMENTS = ("docs/**/*.md", "*.md")


class Text(NamedTuple):
    """One piece of text for people, and where it is."""

    where: str
    line: int
    text: str


def files(*patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def lines_of(path: Path) -> Iterator[Text]:
    """Each line outside of code blocks, without inline code and addresses of links."""
    in_code = False
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if line.lstrip().startswith("```"):
            in_code = not in_code
        elif not in_code and not line.startswith("    "):
            yield Text(relative(path), number, re.sub(r"\]\([^)]*\)", "", without_code(line)))


def template_texts(path: Path) -> Iterator[Text]:
    """What a template prints: without comments, expressions and tags."""
    text = path.read_text()
    for pattern in (r"\{#.*?#\}", r"\{%.*?%\}", r"\{\{.*?\}\}", r"<[^>]*>"):
        text = re.sub(pattern, lambda found: "\n" * found[0].count("\n"), text, flags=re.DOTALL)
    for number, line in enumerate(text.splitlines(), start=1):
        yield Text(relative(path), number, line.strip())


def python_texts(path: Path) -> Iterator[Text]:
    """String literals of more than one word, f-strings with a placeholder for each value; no docstrings."""
    tree = ast.parse(path.read_text())
    skipped = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values]
            skipped |= {id(part) for part in node.values}
            yield Text(relative(path), node.lineno, "".join(parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield Text(relative(path), node.lineno, node.value if " " in node.value.strip() else "")


def python_notes(path: Path) -> Iterator[Text]:
    """Docstrings as one line each, and comments, both without inline code."""
    text = path.read_text()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield Text(relative(path), node.lineno, without_code(" ".join(node.value.value.split())))
    for number, line in enumerate(text.splitlines(), start=1):
        if found := re.search(r"(?:^\s*|  )# (.*)", line):
            yield Text(relative(path), number, without_code(found[1]))


def without_code(text: str) -> str:
    return re.sub(r"`[^`]*`", "X", text)


def help_texts() -> Iterator[Text]:
    """The help of every command and option."""

    def walk(name: str, command: click.Command) -> Iterator[Text]:
        yield Text(f"{name} --help", 1, command.help or "")
        for parameter in command.params:
            yield Text(f"{name} {parameter.opts[0]}", 1, getattr(parameter, "help", None) or "")
        if isinstance(command, click.Group):
            context = click.Context(command)
            for child in command.list_commands(context):
                found = command.get_command(context, child)
                assert found is not None
                yield from walk(f"{name} {child}", found)

    yield from walk("perfadvisor", group)


def sentences_of(path: Path) -> Iterator[Text]:
    """Each sentence of running text; table rows, headings and code are none, a list item and a definition begin one."""
    block, start = "", 0
    for text in [*lines_of(path), Text("", 0, "")]:
        line = text.text.strip()
        new = bool(re.match(r"[*|#!:]|\d+\.|<|$", line)) or text.line != start + block.count("\n")
        if new:
            yield from (
                Text(relative(path), start, part)
                for part in re.split(r"(?<=[.!?])[\"*)]* (?=\S)", block.replace("\n", " "))
            )
            block, start = "", text.line
        if not re.match(r"[|#!<]", line):
            block += line + "\n"


def words_in(text: str) -> int:
    return len(re.findall(r"[A-Za-z0-9][\w'/.%-]*", text))


def complaints(texts: Iterable[Text]) -> list[str]:
    return [
        f"{text.where}:{text.line}: {found[0].strip()!r} -> {better}"
        for text in texts
        if not text.where.startswith(NOT_YET)
        for word, better in AVOID.items()
        if (found := word.search(text.text))
    ]


@pytest.mark.parametrize(
    ("patterns", "reader"),
    [
        (DOCUMENTS, lines_of),
        (("rules/**/*.yaml", "workloads/**/*.yaml", "action.yml"), lines_of),
        (("reports/*.j2",), template_texts),
        (("perfadvisor/**/*.py",), python_texts),
        (("perfadvisor/**/*.py",), python_notes),
    ],
    ids=["documents", "rules and workloads", "templates", "messages", "docstrings and comments"],
)
def test_words(patterns: tuple[str, ...], reader: Callable[[Path], Iterator[Text]]) -> None:
    found = files(*patterns)
    assert found
    assert complaints(text for path in found for text in reader(path)) == []


def test_words_of_the_help() -> None:
    texts = list(help_texts())
    assert len(texts) > 100
    assert complaints(texts) == []


@pytest.mark.parametrize("path", files(*DOCUMENTS), ids=relative)
def test_length_of_sentences(path: Path) -> None:
    sentences = [(words_in(text.text), text) for text in sentences_of(path)]
    long = [f"{text.where}:{text.line}: {count} words: {text.text}" for count, text in sentences if count > LONGEST]
    assert long == []
    counted = [count for count, _ in sentences if count]
    assert sum(counted) <= AVERAGE * len(counted)


@pytest.mark.parametrize(
    "text",
    [
        "What cannot be had is listed.",
        "be a user who may",
        "Lend this PCI function",
        "the function is unmade",
        "/tmp/x is no folder",
        "one a workload",
        "nothing to put back",
        "the rule says so",
        "Nobody asked. That is right.",
    ],
)
def test_the_check_finds(text: str) -> None:
    assert complaints([Text("x", 1, text)])


@pytest.mark.parametrize(
    "text", ["there is no room", "is no longer used", "a third of it had finished", "so that it is left"]
)
def test_the_check_lets_pass(text: str) -> None:
    assert complaints([Text("x", 1, text)]) == []


def test_a_sentence_is_counted_without_code_and_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(
        "# One two\n\nOne `two three` four.\nFive six\nseven. Eight.\n\n| a b | c |\n\n    code code\n\n* nine ten\n"
    )
    assert [count for text in sentences_of(page) if (count := words_in(text.text))] == [3, 3, 1, 2]
