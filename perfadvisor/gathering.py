"""Everything that a user points to at once: machines that were read, and saved outputs of any kinds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.evidence import bundle
from perfadvisor.evidence.bundle import EvidenceBundle
from perfadvisor.evidence.taken import MEASURED, MeasuredText
from perfadvisor.model.evidence import PartNote
from perfadvisor.model.fact import FactTable
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.saved.given import given
from perfadvisor.tools import facts_of_output as output

_RESULT_WORDS = (b"fio", b"perf", b'"jobs"')
KINDS_NAMED = 5
NEXT = "give outputs of lscpu, lspci -vvv, ethtool, numactl, virsh dumpxml and the like, or a copy of /sys and /proc"


@dataclass(frozen=True, kw_only=True, slots=True)
class GatheredInputs:
    """`machines` are the tables of facts from outputs by the machine's name; `results` what tools measured; `notes` say
    what was made of every part."""

    snapshots: tuple[Snapshot, ...]
    bundle: EvidenceBundle
    machines: dict[str, FactTable]
    results: tuple[MeasuredText, ...]
    notes: tuple[PartNote, ...]


def gather(paths: Sequence[Path]) -> GatheredInputs:
    """What lies at these paths. InputError where a path cannot be read, or all of them give nothing."""
    read = [given(path) for path in paths]
    snapshots = tuple(machine for one in read for machine in one.machines)
    files = [file for one in read for file in one.files]
    found = bundle.read(files)
    results = tuple(_results(files, found))
    machines = {
        one.name or _name(paths): one.facts for one in found.machines if any(part.recognised for part in one.taken)
    }
    if not snapshots and not machines and not results:
        raise _nothing(paths, found)
    return GatheredInputs(
        snapshots=snapshots, bundle=found, machines=machines, results=results, notes=tuple(_with(results, found.notes))
    )


def _results(files: Sequence[tuple[str, bytes]], found: EvidenceBundle) -> Iterator[MeasuredText]:
    """The results in texts part by part, and files that are results as a whole."""
    parts = [one for machine in found.machines for one in machine.taken if one.results is not None]
    yield from (one.results for one in parts if one.results is not None)
    in_parts = {one.file for one in parts}
    for name, data in files:
        if name not in in_parts and (tool := _tool(data)):
            yield MeasuredText(file=name, name=name, data=data, tool=tool)


def _tool(data: bytes) -> str | None:
    """The tool whose results these are; most files have no word of any, which spares the search."""
    return output.recognise(data) if any(word in data for word in _RESULT_WORDS) else None


def _name(paths: Sequence[Path]) -> str:
    first = paths[0].name if str(paths[0]) != "-" else "standard input"
    return first if len(paths) == 1 else f"{first} and {len(paths) - 1} more"


def _with(results: Sequence[MeasuredText], notes: Sequence[PartNote]) -> list[PartNote]:
    """The notes, of which those of files of results tell what they are."""
    tools = {one.name: one.tool for one in results}
    given_facts = {note.file for note in notes if note.facts}
    kept = [note for note in notes if note.file not in tools or note.file in given_facts]
    whole = {note.file for note in notes}
    return kept + [
        PartNote(file=one.name, line=1, lines=one.data.count(b"\n") + 1, kind=one.tool, fit=1.0, note=MEASURED)
        for one in results
        if one.name in whole
    ]


def _nothing(paths: Sequence[Path], found: EvidenceBundle) -> InputError:
    """Why there is nothing to read: each file's own reason where there is one."""
    if len(found.refusals) == 1 and len(paths) == 1:
        return found.refusals[0]
    if found.refusals:
        lines = [one.message + (f" ({one.hint})" if one.hint else "") for one in found.refusals]
        return InputError("\n".join(lines), NEXT)
    named = ", ".join(str(path) for path in paths)
    return InputError(f"{named}: not a file perfadvisor reads: no output in it was recognised", NEXT)
