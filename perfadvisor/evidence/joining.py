"""Parts of one machine joined: names that prompts and headers give keep machines apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from perfadvisor.evidence.taken import ReadPart, of_files, read_together
from perfadvisor.model.fact import FactTable

UNNAMED = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class JoinedMachine:
    """One machine of a bundle: the name its prompts give ("" for none), its facts, and the parts they are from."""

    name: str
    facts: FactTable
    taken: tuple[ReadPart, ...]


def machines(taken: Sequence[ReadPart]) -> tuple[JoinedMachine, ...]:
    """The machines. Where one name is given, parts without one are its, too; not where it is that of a machine, or a
    container, in which commands ran that were typed elsewhere."""
    named = [one.part for one in taken if one.part.host and one.part.kind and not one.part.kind.results]
    names = sorted({part.host for part in named})
    if len(names) <= 1 and not any(part.elsewhere for part in named):
        return (_machine(names[0] if names else UNNAMED, taken),)
    groups = {name: [one for one in taken if one.part.host == name] for name in names}
    rest = [one for one in taken if one.part.host not in groups]
    return tuple(_machine(name, mine) for name, mine in (*groups.items(), (UNNAMED, rest)) if mine)


def _machine(name: str, taken: Iterable[ReadPart]) -> JoinedMachine:
    """The facts of the later parts first: they count."""
    mine = tuple(taken)
    _read_files(mine)
    read_together(mine)
    facts = (fact for one in reversed(mine) for fact in one.facts)
    return JoinedMachine(name=name, facts=FactTable(facts), taken=mine)


def _read_files(taken: Sequence[ReadPart]) -> None:
    """Give each part that stands for files of the machine the facts of those."""
    owners = {path: one for one in taken for path in one.files}
    if not owners:
        return
    files = {path: one.files[path] for path, one in owners.items()}
    found = of_files(files, {path: one.part.source for path, one in owners.items()})
    for one in taken:
        if one.files:
            one.facts = tuple(fact for path in one.files if owners[path] is one for fact in found[path])
            one.note = "" if one.facts else "nothing that a rule or fact uses"
