"""The redactor: knows every value that is to go, and puts its pseudonym in each place where it stands."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from perfadvisor.model.tree import Directory, Entry, Symlink, Tree, Unreadable
from perfadvisor.redacting.homes import Homes
from perfadvisor.redacting.kinds import Identifier, IdentityKind
from perfadvisor.redacting.matching import any_of
from perfadvisor.redacting.pseudonyms import Pseudonyms
from perfadvisor.redacting.sources import LEFT_OUT, NEVER_LOOKED_INTO, decoded
from perfadvisor.redacting.spellings import spellings
from perfadvisor.redacting.tables import table_of
from perfadvisor.redacting.words import EVERYBODYS, is_plain
from perfadvisor.targets.here.redaction import redacted as without_secrets

ANYWHERE = 6  # characters from which a value is replaced also within a longer word
# Where a plain word is a name.
_AS_NAME = (
    r"(?<=/home/){v}(?=[/\s\"',:;<>\0]|\Z)",
    r"(?<=/Users/){v}(?=[/\s\"',:;<>\0]|\Z)",
    r"(?<=<name>){v}(?=</name>)",
    r"(?<=\bguest=){v}(?=[,\s\0]|\Z)",
    r"(?<=-name\0){v}(?=[,\0]|\Z)",
    r"(?<=-name ){v}(?=[,\s]|\Z)",
    r"(?<=libvirt/qemu/){v}(?=\.xml)",
    r"(?<=x2d){v}(?=\.scope)",
    r"(?<=docker:@){v}\b",
    r"(?<=podman:@){v}\b",
    r"(?<=libvirt:){v}(?=[,\s]|\Z)",
    r"(?<=://){v}(?=[/:\s]|\Z)",
    r"(?<=ssh:){v}(?=[@,\s]|\Z)",
    r"(?<=\"Name\": \"/){v}(?=\")",
    r"(?<=\"Name\":\"/){v}(?=\")",
    r"(?<=\"Hostname\": \"){v}(?=\")",
)
_NAMED = (IdentityKind.HOST, IdentityKind.USER, IdentityKind.VM, IdentityKind.CONTAINER)
_BY_SHAPE = (IdentityKind.MAC, IdentityKind.UUID, IdentityKind.WWN, IdentityKind.ADDRESS, IdentityKind.KEY)
_RANKS = (
    IdentityKind.LABEL,
    IdentityKind.ADDRESS,
    IdentityKind.SERIAL,
    IdentityKind.WWN,
    IdentityKind.KEY,
    IdentityKind.PATH,
    IdentityKind.MAIL,
    IdentityKind.UUID,
    IdentityKind.MAC,
    IdentityKind.USER,
    IdentityKind.VM,
    IdentityKind.HOST,
    IdentityKind.DOMAIN,
    IdentityKind.CONTAINER,
)
_NAME_SOURCES = re.compile(r"/proc/sys/kernel/hostname|/etc/hostname|\$ uname -n|\$ hostname\b.*")


class Redactor:
    """`identities` are all values that are to go. The key is not kept anywhere else."""

    def __init__(self, identities: Iterable[Identifier], key: bytes) -> None:
        self._names = Pseudonyms(key)
        self._homes = Homes(self._names)
        found = sorted((one for one in set(identities) if one.value.lower() not in EVERYBODYS), key=_order)
        apart = [one for one in found if one.kind in _BY_SHAPE or not is_plain(one.value)]
        self._shown = {text: (shown, one) for one in apart for text, shown in spellings(one, self._names)}
        plain = [one for one in found if one.kind in _NAMED and is_plain(one.value)]
        self._plain = {one.value.lower(): (self._names.word(one.kind, one.value), one) for one in plain}
        self._used: set[Identifier] = set()
        self._texts: dict[str, str] = {}

    @property
    def counts(self) -> Mapping[str, int]:
        """Kind -> how many different values were replaced so far, the kinds in their order. A host with a full and a
        short name is one."""
        found = Counter(kind for kind, _ in {named for one in self._used for named in _counted_as(one)})
        found[IdentityKind.PATH] += len(self._homes.seen)
        return {kind.value: found[kind] for kind in IdentityKind if found[kind]}

    def text(self, text: str) -> str:
        """The text with every value replaced."""
        shown = self._texts.get(text)
        if shown is None:
            shown = self._changed(text)
            if len(text) < 4096:
                self._texts[text] = shown
        return shown

    def _changed(self, text: str) -> str:
        text = self._homes(text)
        if self._shown:
            text = self._within.sub(self._of, self._apart.sub(self._of, text))
        if self._plain:
            text = self._as_name.sub(self._of_plain, text)
        return text

    def _of(self, found: re.Match[str]) -> str:
        shown, identity = self._shown[found[0].lower()]
        self._used.add(identity)
        return shown.upper() if found[0].isupper() and re.fullmatch(r"[0-9A-Fa-f:.\-]+", shown) else shown

    @cached_property
    def _within(self) -> re.Pattern[str]:
        """Long values, found also inside of longer words."""
        return re.compile(
            any_of(text for text, (_, one) in self._shown.items() if _is_long(text, one.kind)) or r"(?!)", re.IGNORECASE
        )

    @cached_property
    def _apart(self) -> re.Pattern[str]:
        """Every value as a word of its own: the longest first, whatever its length."""
        return re.compile(rf"(?<![^\W_])(?:{any_of(self._shown)})(?![^\W_])", re.IGNORECASE)

    @cached_property
    def _as_name(self) -> re.Pattern[str]:
        words = any_of(self._plain)
        return re.compile("|".join(place.replace("{v}", f"(?:{words})") for place in _AS_NAME), re.IGNORECASE)

    def data(self, source: str, data: bytes) -> bytes:
        """The bytes of a source."""
        if NEVER_LOOKED_INTO.fullmatch(source):
            return data
        text = decoded(data)
        table = table_of(source)
        if table is not None:
            text = table(text, self._names)
        elif _NAME_SOURCES.fullmatch(source):
            return (self.name(text.strip()) + "\n").encode("utf-8", "surrogateescape")
        return self.text(text).encode("utf-8", "surrogateescape")

    def name(self, text: str) -> str:
        """A text that is a host's or a person's name as a whole."""
        found = self._plain.get(text.lower())
        if found is None:
            return self.text(text)
        self._used.add(found[1])
        return found[0]

    def _of_plain(self, found: re.Match[str]) -> str:
        shown, identity = self._plain[found[0].lower()]
        self._used.add(identity)
        return shown

    def tree(self, tree: Tree) -> Tree:
        """The tree without secrets and identities, in names of sources and targets of links, too."""
        entries = without_secrets(dict(tree.items()))
        return Tree({self.text(source): self._entry(source, entry) for source, entry in entries.items()})

    def _entry(self, source: str, entry: Entry) -> Entry:
        if LEFT_OUT.fullmatch(source) and not isinstance(entry, Symlink | Directory):
            return Unreadable("left out of what is shared")
        if isinstance(entry, bytes):
            return self.data(source, entry)
        if isinstance(entry, Symlink):
            return Symlink(self.text(entry.target))
        return Unreadable(self.text(entry.reason)) if isinstance(entry, Unreadable) else entry


def _order(one: Identifier) -> tuple[int, Identifier]:
    """Where a value is of two kinds, the later one counts."""
    return _RANKS.index(one.kind), one


def _counted_as(one: Identifier) -> Iterator[Identifier]:
    """A full name is that of a host and of a domain."""
    value = one.value.lower()
    short, dot, domain = value.partition(".")
    if one.kind is not IdentityKind.HOST or not dot:
        yield Identifier(one.kind, value)
        return
    yield Identifier(IdentityKind.HOST, short)
    yield Identifier(IdentityKind.DOMAIN, domain)


def _is_long(spelling: str, kind: IdentityKind) -> bool:
    """Digits alone may be part of any number; those of a MAC address are an interface's name."""
    if kind is IdentityKind.MAC:
        return len(spelling) >= ANYWHERE
    return len(spelling) >= ANYWHERE and re.fullmatch(r"[0-9.\-/]+", spelling) is None
