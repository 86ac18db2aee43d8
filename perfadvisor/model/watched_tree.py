"""A tree that notes what is asked of it: what is made of it then holds for any tree in which all that is the same."""

from collections.abc import Callable, Iterable, Iterator
from posixpath import normpath
from typing import Any, TypeVar

from perfadvisor.model.tree import Entry, Symlink, Tree

T = TypeVar("T")
Asked = frozenset[str]
Part = tuple[Callable[..., object] | str, ...]
WHICH = "*"  # noted where it was asked which sources there are
EVERYTHING = "**"


class WatchedTree(Tree):
    """A copy of the tree. What is noted: sources; of paths, what lies at their end (an entry, a listed directory) and
    the links on the way, and with a slash behind it each directory that was passed, which might be a link elsewhere."""

    def __init__(self, tree: Tree) -> None:
        super().__init__(tree._entries)
        self._asked: set[str] = set()
        self._asked_once: dict[Callable[[Tree], object], Asked] = {}
        self.parts: dict[Part, tuple[tuple[Any, ...], Asked]] = {}  # what each found, and what it asked for

    def watched(self, read: Callable[[Tree], T]) -> tuple[T, Asked]:
        """What the function makes of the tree, and what it asked for."""
        outer, self._asked = self._asked, set()
        try:
            return read(self), frozenset(self._asked)
        finally:
            self._asked = outer

    def changed(self, other: Tree) -> Asked:
        """What is not the same in the other tree, as it is noted."""
        mine, theirs = self._entries, other._entries
        moved = mine.keys() ^ theirs.keys()
        changed = {source for source, entry in mine.items() if theirs.get(source) != entry} | moved
        links = {f"{source}/" for source in changed if isinstance(theirs.get(source), Symlink)}
        above = {one for source in moved for one in _above(source)}  # are listed, and may be there for it alone
        which = {WHICH} if moved else set()
        return frozenset(changed | links | above | which | {EVERYTHING}) if changed else frozenset()

    def realpath(self, path: str) -> str:
        """The same, noted: of what is listed or read there as well."""
        found = super().realpath(path)
        self._note(found)
        return found

    def entry(self, source: str) -> Entry | None:
        """The same, noted."""
        self._asked.add(self.realpath(source) if source.startswith("/") else source)
        return super().entry(source)

    def sources(self, start: str) -> tuple[str, ...]:
        """The same, noted."""
        self._asked.add(WHICH)
        return super().sources(start)

    def once(self, read: Callable[[Tree], T]) -> T:
        """The same; what it asked for on the first call is noted on each."""
        if read not in self._asked_once:
            _, self._asked_once[read] = self.watched(lambda _tree: Tree.once(self, read))
        self._asked |= self._asked_once[read]
        return super().once(read)

    def part(self, read: Callable[..., Iterable[T]], *about: str) -> Iterable[T]:
        """The same, noted and held."""
        found, asked = self.parts[(read, *about)] = self.watched(lambda tree: tuple(read(tree, *about)))
        self._asked |= asked
        return found

    def items(self) -> Iterator[tuple[str, Entry]]:
        """The same, noted."""
        self._asked.add(EVERYTHING)
        return super().items()

    def merged(self, others: Iterable[Tree]) -> Tree:
        """The same, noted."""
        self._asked.add(EVERYTHING)
        return super().merged(others)

    def __len__(self) -> int:
        self._asked.add(WHICH)
        return super().__len__()

    def _directory(self, path: str) -> str:
        return self._resolve("/", normpath(path).split("/"))  # each time anew: what is passed is noted each time

    def _follow(self, link: str) -> None:
        self._note(link)

    def _itself(self, path: str) -> tuple[str, Entry | None]:
        parent, entry = super()._itself(path)
        self._note(f"{parent.rstrip('/')}/{path.rpartition('/')[2]}")
        return parent, entry

    def _note(self, path: str) -> None:
        self._asked.add(path)
        self._asked.update(f"{one}/" for one in _above(path))


class AlikeTree(Tree):
    """The tree, of which parts are taken from the one that was watched where all that they asked for is the same."""

    def __init__(self, tree: Tree, watched: WatchedTree) -> None:
        vars(self).update(vars(tree))
        self._parts, self._changed = watched.parts, watched.changed(tree)

    def part(self, read: Callable[..., Iterable[T]], *about: str) -> Iterable[T]:
        """The same."""
        found, asked = self._parts.get((read, *about), ((), None))
        return found if asked is not None and asked.isdisjoint(self._changed) else read(self, *about)


def _above(path: str) -> Iterator[str]:
    """The directories above a path."""
    while path.startswith("/") and path != "/":
        path = path.rpartition("/")[0] or "/"
        yield path
