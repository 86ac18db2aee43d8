"""Answers to a condition for the terminal: a line per subject, and each term with its values below."""

from collections.abc import Iterable, Iterator

from rich.text import Text

from perfadvisor.plaintext import one_line
from perfadvisor.report.asked import Asked, told

WORDS = {True: "true", False: "false", None: "unknown"}
STYLES = {True: "bold", False: "", None: "yellow"}


def lines(found: Iterable[Asked], *, several: bool) -> Iterator[Text]:
    """`several` environments are named."""
    for one in found:
        about = one.subject or "the machine"
        where = f" in {one.environment}" if several else ""
        yield Text(one_line(f"{about}{where}: ")).append(WORDS[one.answer], STYLES[one.answer])
        for term in one.terms:
            yield Text(one_line(f"   {WORDS[term.answer]:<8} {term.text}"))
            for fact in term.facts:
                yield Text(one_line(f"            {told(fact)}"), "dim").append(one_line(f"  {fact.source}"), "dim")


def by_condition(found: Iterable[tuple[str, Iterable[Asked]]], *, several: bool) -> Iterator[Text]:
    """The answers to several conditions, each below its text."""
    for text, answers in found:
        yield Text()
        yield Text(one_line(text), "bold")
        yield from lines(answers, several=several)
