"""Find the fact a rule means, seen from the subject it is applied to.

A rule for each `result` may ask for `block.scheduler` or `iommu_group.type`: the subject of that kind is found by
following the facts that refer to other subjects (result -> block -> pci -> iommu_group), nearest first. Names that
start with `host.` are looked up in the parent's facts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from perfadvisor.model.absence import NO_PARENT, NOT_READ
from perfadvisor.model.fact import Absent, Fact, FactSpec, FactTable

HOST = "host."
MAX_DEPTH = 3

Place = tuple[str, str]  # kind and subject; the kind of a parent's subject starts with `host.`


@dataclass(frozen=True, slots=True)
class _Reference:
    """A fact that names a subject of another kind."""

    name: str
    target: str


class View:
    """The facts as seen from one subject; call it with a fact's name."""

    def __init__(self, lookup: "Lookup", kind: str, subject: str) -> None:
        self.kind = kind
        self.subject = subject
        self._lookup = lookup
        self._related: dict[str, str | Absent] | None = None
        self._found: dict[str, Fact | Absent] = {}

    def __call__(self, name: str) -> Fact | Absent:
        """The fact, or why there is none."""
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = self._find(name)
        return found

    def subject_of(self, kind: str) -> str | Absent:
        """The subject of this kind that belongs to the view's own; "" for facts about the whole machine."""
        if kind == self.kind:
            return self.subject
        if kind in ("", HOST):
            return ""
        return self.related().get(kind) or Absent(
            name=kind, reason=f"no {kind} belongs to this {self.kind or 'machine'}"
        )

    def related(self) -> Mapping[str, str | Absent]:
        """Kind -> the nearest subject of it, or why the way there ends; the view's own kind included."""
        if self._related is None:
            self._related = self._lookup.relations(self.kind, self.subject)
        return self._related

    def _find(self, name: str) -> Fact | Absent:
        side, plain = (HOST, name[len(HOST) :]) if name.startswith(HOST) else ("", name)
        spec = self._lookup.catalogue.get(plain)
        if spec is None:
            return Absent(name=name, reason="not a fact perfadvisor knows")
        table = self._lookup.table(side)
        if table is None:
            return Absent(name=name, reason=NO_PARENT)
        subject = self.subject_of(side + spec.subject)
        if isinstance(subject, Absent):
            return Absent(name=name, subject=self.subject, reason=subject.reason, source=subject.source)
        return table.find(plain, subject) or Absent(name=name, subject=subject, reason=NOT_READ)


class Lookup:
    """Facts of one machine, of its parent where given, and the catalogue that says how subjects relate."""

    def __init__(self, facts: FactTable, catalogue: Mapping[str, FactSpec], host: FactTable | None = None) -> None:
        self.catalogue = catalogue
        self._facts = facts
        self._host = host
        self._views: dict[Place, View] = {}
        self._next: dict[Place, tuple[tuple[str, str | Absent], ...]] = {}
        self._references: dict[str, tuple[_Reference, ...]] = {}
        for spec in catalogue.values():
            if spec.refers_to:
                known = self._references.get(spec.subject, ())
                self._references[spec.subject] = (*known, _Reference(spec.name, spec.refers_to))

    def view(self, kind: str, subject: str) -> View:
        """The facts as seen from this subject; kind "" and subject "" for the whole machine."""
        found = self._views.get((kind, subject))
        if found is None:
            found = self._views[(kind, subject)] = View(self, kind, subject)
        return found

    def subjects(self, kind: str) -> tuple[str, ...]:
        """All subjects of a kind; for "" the one empty subject."""
        return self._facts.subjects(kind) if kind else ("",)

    def table(self, side: str) -> FactTable | None:
        """The machine's own facts for "", the parent's for "host."; None where they were not given."""
        return self._host if side == HOST else self._facts

    def relations(self, kind: str, subject: str) -> dict[str, str | Absent]:
        """Breadth first from the subject, and from the machine itself: kind -> nearest subject, or why none."""
        found: dict[str, str | Absent] = {kind: subject}
        edge: list[Place] = list(dict.fromkeys([(kind, subject), ("", "")]))
        for _ in range(MAX_DEPTH):
            nearer = edge
            edge = []
            for place in nearer:
                for target, value in self._neighbours(place):
                    if isinstance(found.get(target), str):
                        continue
                    found[target] = value
                    if isinstance(value, str):
                        edge.append((target, value))
        return found

    def reached(self, starts: Iterable[Place]) -> frozenset[Place]:
        """Every subject that these lead to, however far, themselves included."""
        found: set[Place] = set()
        todo = list(starts)
        while todo:
            place = todo.pop()
            if place not in found:
                found.add(place)
                todo += self.next_to(*place)
        return frozenset(found)

    def next_to(self, kind: str, subject: str) -> tuple[Place, ...]:
        """The subjects that this one's facts refer to."""
        found = self._neighbours((kind, subject))
        return tuple((target, value) for target, value in found if isinstance(value, str))

    def _neighbours(self, place: Place) -> tuple[tuple[str, str | Absent], ...]:
        """What the facts of this subject refer to, or why not: asked for on the way from each thing near it."""
        known = self._next.get(place)
        if known is None:
            known = self._next[place] = tuple(self._referred_to(*place))
        return known

    def _referred_to(self, kind: str, subject: str) -> Iterator[tuple[str, str | Absent]]:
        side = HOST if kind.startswith(HOST) else ""
        table = self.table(side)
        for reference in self._references.get(kind.removeprefix(HOST), ()):
            fact = table.find(reference.name, subject) if table else None
            target = reference.target if reference.target.startswith(HOST) else side + reference.target
            if isinstance(fact, Fact):
                yield target, str(fact.value)
            elif isinstance(fact, Absent):
                yield target, fact
