"""Read rule files: every mistake in every file is reported at once, at its place."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from perfadvisor.model.fact import FactSpec
from perfadvisor.model.rule import Rule
from perfadvisor.packs.check import checked, read
from perfadvisor.packs.problems import PackError, Problem, did_you_mean
from perfadvisor.packs.rule_file import RuleText, rule_of
from perfadvisor.packs.rule_lint import problems
from perfadvisor.packs.yamltext import Document, Keys


def read_rules(files: Sequence[Path], catalogue: Mapping[str, FactSpec]) -> tuple[Rule, ...]:
    """The rules in these files, sorted by id. Raises PackError with the problems of all of them."""
    documents: list[tuple[Document, Rule]] = []
    found: list[Problem] = []
    for file in files:
        try:
            document = read(file)
            text = checked(document, RuleText)
        except PackError as error:
            found.extend(error.problems)
            continue
        found.extend(_misnamed(document, file, text.id))
        found.extend(problems(document, text, catalogue))
        documents.append((document, rule_of(text, str(file))))
    found.extend(_between(documents))
    if found:
        raise PackError(found)
    return tuple(sorted((rule for _, rule in documents), key=lambda rule: rule.id))


def _misnamed(document: Document, file: Path, rule_id: str) -> Iterator[Problem]:
    if file.stem != rule_id:
        yield document.problem(("id",), f"`{rule_id}` must be the file's name, `{file.stem}`")


def _between(documents: Sequence[tuple[Document, Rule]]) -> Iterator[Problem]:
    """What only shows with all rules in hand: two with one id, and suppressing what does not exist."""
    first: dict[str, str] = {}
    for document, rule in documents:
        if rule.id in first:
            yield document.problem(("id",), f"`{rule.id}` is also in {first[rule.id]}")
        first.setdefault(rule.id, document.name)
    for document, rule in documents:
        for number, glob in enumerate(rule.suppresses):
            if not any(fnmatchcase(other, glob) for other in first):
                keys: Keys = ("suppresses", number)
                yield document.problem(keys, f"no rule is called `{glob}`{did_you_mean(glob, first)}")
