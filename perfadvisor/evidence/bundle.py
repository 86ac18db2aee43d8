"""Saved outputs, in whatever order and wrapping, as facts of the machines they are from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from perfadvisor.errors import InputError
from perfadvisor.evidence.commands import of_file_name
from perfadvisor.evidence.contradictions import contradictions
from perfadvisor.evidence.joining import JoinedMachine, machines
from perfadvisor.evidence.lines import cleaned
from perfadvisor.evidence.magic import binary
from perfadvisor.evidence.naming import named
from perfadvisor.evidence.parts import OutputPart, parts
from perfadvisor.evidence.taken import ReadPart, take
from perfadvisor.model.evidence import Contradiction, PartNote

MAX_BYTES = 64 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceBundle:
    """What was read: the machines with their facts, every part with what it was taken for, and contradictions.
    `refusals` say of files that nothing was read of, why and what to do."""

    machines: tuple[JoinedMachine, ...]
    notes: tuple[PartNote, ...]
    contradictions: tuple[Contradiction, ...] = ()
    refusals: tuple[InputError, ...] = field(default=())

    @property
    def read_any(self) -> bool:
        """Whether any part gave a fact."""
        return any(note.facts for note in self.notes)


def read(files: Iterable[tuple[str, bytes]]) -> EvidenceBundle:
    """The bundle of these files, each a name and its unpacked bytes."""
    taken: list[ReadPart] = []
    notes: list[PartNote] = []
    refusals: list[InputError] = []
    seen: dict[bytes, str] = {}
    for name, data in files:
        problem = _problem(name, data, seen)
        if problem is not None:
            refusals.append(problem)
            notes.append(PartNote(file=name, line=1, lines=0, note=problem.message.removeprefix(f"{name}: ")))
            continue
        mine = [take(part, name) for part in _parts(name, data)]
        taken += mine
        refusals += [one.problem for one in mine if one.problem is not None]
    joined = machines(taken)
    for machine in joined:
        notes += [_note(one, _whose(one, machine.name)) for one in machine.taken]
    found = tuple(one for machine in joined for one in contradictions(machine.taken))
    return EvidenceBundle(machines=joined, notes=tuple(notes), contradictions=found, refusals=tuple(refusals))


def _problem(name: str, data: bytes, seen: dict[bytes, str]) -> InputError | None:
    """Why nothing of the file is read; None where its text is looked into."""
    if len(data) > MAX_BYTES:
        return InputError(f"{name}: {len(data) >> 20} MiB of text", "cut out the outputs of commands in it")
    if (other := seen.setdefault(data, name)) != name:
        return InputError(f"{name}: the same as {other}", "leave one of them out")
    if not data.strip():
        return InputError(f"{name}: empty", "save the output again")
    if found := binary(data):
        return InputError(f"{name}: {found[0]}", found[1])
    return None


def _parts(name: str, data: bytes) -> Sequence[OutputPart]:
    command = of_file_name(name)
    found = tuple(named(parts(cleaned(data), command)))
    whole = len(found) == 1 and found[0].first == 1
    return tuple(replace(part, source=name if whole else f"{name}:{part.first}") for part in found)


def _whose(taken: ReadPart, machine: str) -> str:
    """The machine of a part. Results are grouped with what was read, whoever measured them."""
    return taken.part.host or machine if taken.results else machine


def _note(taken: ReadPart, machine: str) -> PartNote:
    part = taken.part
    return PartNote(
        file=taken.file,
        line=part.first,
        lines=len(part.lines),
        kind=part.kind.name if part.kind else taken.as_file,
        fit=part.score,
        command=part.command,
        machine=machine,
        facts=taken.count,
        note=taken.note,
    )
