"""What every fact module needs to turn a source of a `Tree` into a typed value, or into an absence with its reason."""

import re
from collections.abc import Iterator
from functools import lru_cache

from perfadvisor.model.fact import Absent, Fact, FactSpec, Scalar
from perfadvisor.model.tree import Tree, text_of, why

KIB = 1024
LARGEST = 2**64  # no counter the kernel prints is larger; a longer number is damage or an attack

_INTEGER = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})", re.ASCII)
_BRACKETED = re.compile(r"\[([^\[\]\s]+)\]")
_TRUE = frozenset({"1", "y", "yes", "on", "enabled", "true"})
_FALSE = frozenset({"0", "n", "no", "off", "disabled", "false"})


def number(text: str | None) -> int | None:
    """A whole number (decimal, or hexadecimal with 0x) of at most 64 bits; None for anything else."""
    text = (text or "").strip(" \t\r\n\0")
    if not _INTEGER.fullmatch(text):
        return None
    value = int(text, 16 if "x" in text.lower() else 10)
    return value if abs(value) <= LARGEST else None


def integer(tree: Tree, path: str) -> int | None:
    """The whole number a source holds, None where it is absent or holds something else."""
    return number(tree.text(path))


def boolean(text: str | None) -> bool | None:
    """What the kernel's many ways of yes and no mean ("1", "Y", "on", "enabled"); None for anything else."""
    word = (text or "").strip(" \t\r\n\0").lower()
    return True if word in _TRUE else False if word in _FALSE else None


def chosen(text: str | None) -> str | None:
    """The bracketed word of "always [madvise] never"; the word itself where it stands alone."""
    match = _BRACKETED.search(text or "")
    if match:
        return match.group(1)
    words = (text or "").split()
    return words[0] if len(words) == 1 else None


def choices(text: str | None) -> tuple[str, ...]:
    """All words of "always [madvise] never", without the brackets."""
    return tuple(word.strip("[]") for word in (text or "").split() if word.strip("[]"))


def first_text(tree: Tree, *paths: str) -> tuple[str, str] | None:
    """(path, text) of the first of these sources that holds any text."""
    return next(((path, text) for path in paths if (text := tree.text(path))), None)


def fields(text: str | None, separator: str = ":") -> dict[str, str]:
    """The lines "Key:   value" of a text as a dict; the first of equal keys counts, other lines are left out."""
    return dict(_fields(text or "", separator))


@lru_cache(maxsize=64)  # several subsystems read the same file of a machine
def _fields(text: str, separator: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.splitlines():
        key, split, value = line.partition(separator)
        if split:
            found.setdefault(key.strip(), value.strip(" \t\r\0"))
    return found


def kibibytes(text: str | None) -> int | None:
    """The bytes of "123 kB" as /proc/meminfo writes it (its kB are KiB), or of a bare count of KiB."""
    words = (text or "").split()
    size = number(words[0]) if words and words[1:] in ([], ["kB"]) else None
    return None if size is None or size < 0 else size * KIB


def numbered(tree: Tree, directory: str, prefix: str) -> Iterator[tuple[int, str]]:
    """(number, path) of every entry of a directory whose name is the prefix and a number, by number: cpu0, cpu1, ..."""
    entries = (name for name in tree.names(directory) if name.startswith(prefix))
    found = ((number(digits), name) for name in entries if (digits := name[len(prefix) :]).isdecimal())
    return ((n, f"{directory}/{name}") for n, name in sorted((n, name) for n, name in found if n is not None))


def reason(tree: Tree, path: str) -> str:
    """Why a source gave no value: unreadable, never read, empty, or text that says nothing of use."""
    found = tree.entry(path)
    if not isinstance(found, bytes):
        return why(found)
    text = text_of(found)
    return "empty" if not text else f"no value in {text[:40]!r}"


def fact(spec: FactSpec, tree: Tree, path: str, value: Scalar | None, *, subject: str = "") -> Fact | Absent:
    """The fact read from `path`, or its absence with the reason found there."""
    if value is None:
        return spec.absent(reason(tree, path), source=path, subject=subject)
    return spec.fact(value, source=path, subject=subject)


def text_fact(spec: FactSpec, tree: Tree, path: str, *, subject: str = "") -> Fact | Absent:
    """The text a source holds; an empty one is an absence."""
    return fact(spec, tree, path, tree.text(path) or None, subject=subject)


def integer_fact(spec: FactSpec, tree: Tree, path: str, *, subject: str = "", scale: int = 1) -> Fact | Absent:
    """The number a source holds, times `scale`; a negative one is the kernel's "no value", so an absence."""
    value = integer(tree, path)
    return fact(spec, tree, path, None if value is None or value < 0 else value * scale, subject=subject)


def boolean_fact(spec: FactSpec, tree: Tree, path: str, *, subject: str = "") -> Fact | Absent:
    """The yes or no a source holds."""
    return fact(spec, tree, path, boolean(tree.text(path)), subject=subject)


def chosen_fact(spec: FactSpec, tree: Tree, path: str, *, subject: str = "") -> Fact | Absent:
    """The bracketed choice a source holds."""
    return fact(spec, tree, path, chosen(tree.text(path)), subject=subject)
