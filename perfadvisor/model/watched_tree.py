"""A tree that remembers what is asked of it: what is made of it then holds for any tree that gives the same answers."""

from collections.abc import Callable, Iterable, Iterator
from posixpath import normpath
from typing import Any, NamedTuple, TypeVar

from perfadvisor.model.tree import Entry, Symlink, Tree

T = TypeVar("T")
Question = tuple[str, str]  # method and argument
Part = tuple[Callable[..., object] | str, ...]
WHICH = "*"  # noted where it was asked which sources there are
EVERYTHING = "**"


class Answered(NamedTuple):
    """What a part of the facts is, and the questions that it rests on."""

    found: tuple[Any, ...]
    asked: frozenset[Question]


class _NotingTree(Tree):
    """Notes what an answer may depend on: of paths, what lies at their end (an entry, a listed directory), the links on
    the way, and with a slash behind it each directory that was passed, which might be a link on another machine."""

    def __init__(self, tree: Tree) -> None:
        super().__init__(tree._entries)
        self.noted: set[str] = set()

    def realpath(self, path: str) -> str:
        found = super().realpath(path)
        self._follow(found)
        return found

    def entry(self, source: str) -> Entry | None:
        self.noted.add(self.realpath(source) if source.startswith("/") else source)
        return super().entry(source)

    def sources(self, start: str) -> tuple[str, ...]:
        self.noted.add(WHICH)
        return super().sources(start)

    def items(self) -> Iterator[tuple[str, Entry]]:
        self.noted.add(EVERYTHING)
        return super().items()

    def _directory(self, path: str) -> str:
        return self._resolve("/", normpath(path).split("/"))  # each time anew: what is passed is noted each time

    def _follow(self, link: str) -> None:
        self.noted.add(link)
        self.noted.update(f"{one}/" for one in _above(link))

    def _itself(self, path: str) -> tuple[str, Entry | None]:
        parent, entry = super()._itself(path)
        self._follow(f"{parent.rstrip('/')}/{path.rpartition('/')[2]}")
        return parent, entry


class WatchedTree(Tree):
    """A copy of the tree that remembers questions, answers, and what was made of them."""

    def __init__(self, tree: Tree) -> None:
        self._noting = _NotingTree(tree)
        vars(self).update(vars(self._noting))
        self._asked: set[Question] = set()
        self._answers: dict[Question, object] = {}
        self._resting_on: dict[str, list[Question]] = {}
        self._once: dict[Callable[[Tree], Any], tuple[Any, set[Question]]] = {}
        self.parts: dict[Part, Answered] = {}

    def otherwise(self, tree: Tree) -> frozenset[Question]:
        """The questions to which the tree gives another answer."""
        changed = _changed(self._entries, tree._entries)
        suspect = {question for one in changed for question in self._resting_on.get(one, ())}
        return frozenset(one for one in suspect if _answer(tree, *one) != self._answers[one])

    def entry(self, source: str) -> Entry | None:
        """The same, remembered; as are all below."""
        found: Entry | None = self._ask("entry", source)
        return found

    def realpath(self, path: str) -> str:
        return str(self._ask("realpath", path))

    def names(self, directory: str) -> tuple[str, ...]:
        found: tuple[str, ...] = self._ask("names", directory)
        return found

    def sources(self, start: str) -> tuple[str, ...]:
        found: tuple[str, ...] = self._ask("sources", start)
        return found

    def link(self, path: str) -> str | None:
        found: str | None = self._ask("link", path)
        return found

    def link_name(self, path: str) -> str | None:
        found: str | None = self._ask("link_name", path)
        return found

    def items(self) -> Iterator[tuple[str, Entry]]:
        found: tuple[tuple[str, Entry], ...] = self._ask("items", "")
        return iter(found)

    def merged(self, others: Iterable[Tree]) -> Tree:
        self._ask("items", "")
        return super().merged(others)

    def __len__(self) -> int:
        return len(self._ask("items", ""))

    def once(self, read: Callable[[Tree], T]) -> T:
        if read not in self._once:
            self._once[read] = self._watched(lambda: read(self))
        value, asked = self._once[read]
        self._asked |= asked
        return value  # type: ignore[no-any-return]

    def part(self, read: Callable[..., Iterable[T]], *about: str) -> Iterable[T]:
        found, asked = self._watched(lambda: tuple(read(self, *about)))
        self.parts[(read, *about)] = Answered(found, frozenset(asked))
        self._asked |= asked
        return found

    def _watched(self, read: Callable[[], T]) -> tuple[T, set[Question]]:
        outer, self._asked = self._asked, set()
        try:
            return read(), self._asked
        finally:
            self._asked = outer

    def _ask(self, how: str, what: str) -> Any:  # noqa: ANN401 - as the method of this name
        question = (how, what)
        self._asked.add(question)
        if question not in self._answers:
            self._noting.noted = set()
            self._answers[question] = _answer(self._noting, how, what)
            for one in self._noting.noted:
                self._resting_on.setdefault(one, []).append(question)
        return self._answers[question]


class AlikeTree(Tree):
    """The tree, of which parts are taken from one that was watched where all answers are the same."""

    def __init__(self, tree: Tree, watched: WatchedTree) -> None:
        vars(self).update(vars(tree))
        self._parts, self._otherwise = watched.parts, watched.otherwise(tree)

    def part(self, read: Callable[..., Iterable[T]], *about: str) -> Iterable[T]:
        """The same."""
        known = self._parts.get((read, *about))
        return known.found if known and known.asked.isdisjoint(self._otherwise) else read(self, *about)


def _answer(tree: Tree, how: str, what: str) -> object:
    return tuple(tree.items()) if how == "items" else getattr(tree, how)(what)


def _changed(mine: dict[str, Entry], theirs: dict[str, Entry]) -> set[str]:
    """What is not the same, as it is noted."""
    moved = mine.keys() ^ theirs.keys()
    changed = {source for source, entry in mine.items() if theirs.get(source) != entry} | moved
    links = {f"{source}/" for source in changed if isinstance(theirs.get(source), Symlink)}
    above = {one for source in moved for one in _above(source)}  # are listed, and may be there for it alone
    return changed | links | above | ({WHICH} if moved else set()) | ({EVERYTHING} if changed else set())


def _above(path: str) -> Iterator[str]:
    """The directories above a path."""
    while path.startswith("/") and path != "/":
        path = path.rpartition("/")[0] or "/"
        yield path
