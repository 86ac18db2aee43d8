"""What there is to replace: every identity in what will be shared, and those of this machine and its user."""

import getpass
import secrets
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from perfadvisor.bundle.evidence import Evidence
from perfadvisor.model.tree import Tree
from perfadvisor.redacting.kinds import Identifier, IdentityKind
from perfadvisor.redacting.patterns import domain_hosts, domain_of, host
from perfadvisor.redacting.redactor import Redactor
from perfadvisor.redacting.sources import decoded, in_name, in_words, of_entry
from perfadvisor.redacting.values import texts, trees
from perfadvisor.redacting.words import is_plain

KEY_BYTES = 32


class Learner:
    """Collects identities from whatever it is shown; `redactor` makes what replaces them, with a key of its own."""

    def __init__(self) -> None:
        self.found: set[Identifier] = set(_of_here())
        self._seen: set[str] = set()
        self._dotted: list[str] = []

    def value(self, value: Any) -> None:  # noqa: ANN401 - any record of the model
        """Look into a record: its texts, and its trees."""
        for text in texts(value):
            self.text(text)
        for tree in trees(value):
            self.tree(tree)

    def text(self, text: str) -> None:
        """Look into a text."""
        if text not in self._seen:
            self._seen.add(text)
            self._dotted.append(text)
            self.found.update(in_words(text))
            self.found.update(in_name(text))

    def data(self, data: bytes) -> None:
        """Look into a file."""
        self.text(decoded(data))

    def evidence(self, evidence: Evidence) -> None:
        """Look into what a trial left: what the tools printed, the counters and the gauges."""
        self.data(evidence.stdout)
        self.data(evidence.stderr)
        self.value((evidence.before, evidence.after, evidence.gauges))

    def tree(self, tree: Tree) -> None:
        """Look into every source of a tree and its name."""
        for source, entry in tree.items():
            self.found.update(of_entry(source, entry))
            if isinstance(entry, bytes) and not source.startswith("/sys/"):
                self._dotted.append(decoded(entry))

    def name(self, text: str) -> None:
        """A host's name by itself."""
        self.found.update(host(text))

    def machine(self, digits: str) -> None:
        """The hash that tells a machine from others in a run."""
        if digits:
            self.found.add(Identifier(IdentityKind.UUID, digits))

    def redactor(self) -> Redactor:
        """What replaces all that was found. Its random key is kept nowhere, so there is no way back."""
        hosts = {one.value.lower() for one in self.found if one.kind is IdentityKind.HOST and not is_plain(one.value)}
        for short in sorted(hosts):
            self._again(short, domain_of)
        for domain in sorted({one.value.lower() for one in self.found if one.kind is IdentityKind.DOMAIN}):
            self._again(domain, domain_hosts)
        people = {one.value.lower() for one in self.found if one.kind is IdentityKind.USER}
        found = (one for one in self.found if not _is_login(one, people, hosts))
        return Redactor(found, secrets.token_bytes(KEY_BYTES))

    def _again(self, word: str, found: Callable[[str, str], Iterator[Identifier]]) -> None:
        """Look once more into the texts that have this word."""
        for text in self._dotted:
            if word in text.lower():
                self.found.update(found(text, word))


def learned(values: Iterable[Any]) -> Redactor:
    """The redactor for these records, which may stand in one file."""
    learner = Learner()
    for value in values:
        learner.value(value)
    return learner.redactor()


def _is_login(one: Identifier, people: set[str], hosts: set[str]) -> bool:
    """Whether what looks like a mail address is a known person at a known machine."""
    user, _, machine = one.value.lower().partition("@")
    return one.kind is IdentityKind.MAIL and user in people and machine in hosts


def _of_here() -> Iterator[Identifier]:
    """This machine and its user: the name of either may stand in what is made here of others' files."""
    yield from host(socket.gethostname())
    try:
        yield Identifier(IdentityKind.USER, getpass.getuser())
    except (KeyError, OSError):  # a user id without a name
        return
