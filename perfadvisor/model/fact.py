"""Facts: named, typed values with their unit, subject and source; and the catalogue entries that define them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from perfadvisor.model.absence import AbsenceReason, reason_of
from perfadvisor.model.units import Unit

Scalar = bool | int | float | str


class Nature(StrEnum):
    """What a fact is: a `SETTING` that can be changed, a `MEASURED` value that moves by itself (counters, gauges,
    free memory, results), or the `IDENTITY` of a thing: what it is, what it can do, where it is connected."""

    SETTING = "setting"
    MEASURED = "measured"
    IDENTITY = "identity"


class Fact(NamedTuple):  # tens of thousands of a machine: a frozen dataclass takes four times as long to make
    """One value that was read: `name` ("nic.rx_usecs"), `subject` ("eth0", or "" for the host), its `source`, and the
    nature of what it tells."""

    name: str
    value: Scalar
    source: str
    subject: str = ""
    unit: Unit = Unit.NONE
    nature: Nature = Nature.IDENTITY


class Absent(NamedTuple):
    """A fact the machine gives no value for, and why: never to be taken for zero or false. `reason` is for people and
    carries what it stands for; code asks `why`."""

    name: str
    reason: str
    subject: str = ""
    source: str = ""

    @property
    def why(self) -> AbsenceReason:
        """The reason as a value."""
        return reason_of(self.reason)


@dataclass(frozen=True, kw_only=True, slots=True)
class FactSpec:
    """A catalogue entry. `nature` says whether the value is a setting, measured, or an identity. `subject` is the kind
    of thing the fact is about ("nic", "pci", "" for the host); `refers_to` names the kind whose subject the value is
    ("nic.pci_address" refers to "pci")."""

    name: str
    type: type[bool] | type[int] | type[float] | type[str]
    unit: Unit = Unit.NONE
    subject: str = ""
    nature: Nature
    meaning: str
    refers_to: str = ""

    def fact(self, value: Scalar, *, source: str, subject: str = "") -> Fact:
        """The fact with this value; an int given for a float is widened, any other type is a bug."""
        if self.type is float and type(value) is int:
            value = float(value)
        if type(value) is not self.type:
            raise TypeError(f"{self.name} is {self.type.__name__}, not {value!r}")
        return Fact(self.name, value, source, subject, self.unit, self.nature)

    def absent(self, reason: str, *, source: str = "", subject: str = "") -> Absent:
        """The fact without a value, and why."""
        return Absent(self.name, reason, subject, source)

    def given(self, value: Scalar | None, *, source: str, subject: str = "", reason: str = "no value") -> Fact | Absent:
        """The fact, or its absence where `value` is None."""
        if value is None:
            return self.absent(reason, source=source, subject=subject)
        return self.fact(value, source=source, subject=subject)


@dataclass(frozen=True, slots=True)
class SpecMaker:
    """Makes the catalogue entries about one kind of thing, `subject`, with which their names begin; `nature` is that of
    most of them."""

    subject: str
    nature: Nature

    def __call__(
        self,
        name: str,
        type: type[bool] | type[int] | type[float] | type[str],
        meaning: str,
        unit: Unit = Unit.NONE,
        *,
        refers_to: str = "",
        nature: Nature | None = None,
    ) -> FactSpec:
        """The entry of `SUBJECT.NAME`."""
        return FactSpec(
            name=f"{self.subject}.{name}",
            type=type,
            unit=unit,
            subject=self.subject,
            nature=nature or self.nature,
            meaning=meaning,
            refers_to=refers_to,
        )


class FactTable:
    """Facts of one machine by name and subject. The first fact of a name and subject wins; facts beat absences."""

    def __init__(self, facts: Iterable[Fact | Absent]) -> None:
        self._by_name: defaultdict[str, dict[str, Fact | Absent]] = defaultdict(dict)
        self._subjects: dict[str, tuple[str, ...]] = {}  # these two are kept: each thing asks for those of other kinds
        self._holders: dict[str, dict[Scalar, list[str]]] = {}
        by_name = self._by_name
        for fact in facts:  # as `add` does, which would take twice as long for tens of thousands
            subjects = by_name[fact.name]
            known = subjects.setdefault(fact.subject, fact)
            if known is not fact and isinstance(known, Absent) and isinstance(fact, Fact):
                subjects[fact.subject] = fact

    def add(self, fact: Fact | Absent) -> None:
        """Add one more fact."""
        subjects = self._by_name[fact.name]
        known = subjects.setdefault(fact.subject, fact)
        if known is not fact:
            if isinstance(known, Fact) or isinstance(fact, Absent):
                return
            subjects[fact.subject] = fact
        if self._subjects or self._holders:
            self._subjects, self._holders = {}, {}

    def __iter__(self) -> Iterator[Fact | Absent]:
        return (fact for subjects in self._by_name.values() for fact in subjects.values())

    def differing(self, other: "FactTable") -> set[str]:
        """The names whose facts and absences are not the same in both tables."""
        mine, theirs = self._by_name, other._by_name
        return {name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name)}

    def names(self) -> Iterator[str]:
        """Every name of which there is a fact or an absence."""
        return iter(self._by_name)

    def named(self, name: str) -> Iterator[Fact | Absent]:
        """The facts and absences of this name."""
        return iter(self._by_name.get(name, {}).values())

    def find(self, name: str, subject: str = "") -> Fact | Absent | None:
        """The fact or its recorded absence; None where nothing is known of it at all."""
        return self._by_name.get(name, {}).get(subject)

    def value(self, name: str, subject: str = "") -> Scalar | None:
        """The value, or None where it is absent."""
        found = self.find(name, subject)
        return found.value if isinstance(found, Fact) else None

    def of(self, name: str) -> dict[str, Scalar]:
        """Subject -> value of every fact with this name."""
        return {subject: fact.value for subject, fact in self._by_name.get(name, {}).items() if isinstance(fact, Fact)}

    def subjects(self, kind: str) -> tuple[str, ...]:
        """The subjects that have a fact whose name starts with `kind` and a dot ("nic"), sorted."""
        if not self._subjects:
            found: dict[str, set[str]] = {}
            for name, subjects in self._by_name.items():
                found.setdefault(name.partition(".")[0], set()).update(subjects)
            self._subjects = {one: tuple(sorted(subjects - {""})) for one, subjects in found.items()}
        return self._subjects.get(kind, ())

    def holders(self, name: str, value: Scalar) -> tuple[str, ...]:
        """The subjects whose fact of this name has this value ("nic.pci_address": the NICs of a function), sorted."""
        if name not in self._holders:
            held = self._holders[name] = {}
            for subject, found in self.of(name).items():
                held.setdefault(found, []).append(subject)
        return tuple(sorted(self._holders[name].get(value, ())))
