"""One part of a bundle read: its facts, or the file of the machine that it stands for, or why neither."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from perfadvisor.errors import InputError
from perfadvisor.evidence import commands, documents
from perfadvisor.evidence.kind import Facts
from perfadvisor.evidence.parts import OutputPart
from perfadvisor.facts import catalogue
from perfadvisor.facts.text import lspci
from perfadvisor.facts.text.lspci_parse import devices
from perfadvisor.model.fact import Absent, Fact
from perfadvisor.model.tree import Tree

_EXCERPT_GIVES = ("vm_disk.", "vm_nic.", "vm_hostdev.")  # of a guest of which only devices were pasted
# Known at the end of a guest's devices alone: a list that is cut off would pass for one without more of them.
_AT_THE_END = frozenset(
    [
        "vm.dedicated",
        "vm.hostdev_count",
        "vm.mdev_count",
        "vm.iommu",
        "vm.balloon",
        "vm.free_page_reporting",
        "vm.shared_memory_needed_by",
    ]
)
_COMMON = re.compile(r"/cpufreq/(?:policy\*/)?scaling_\w+|/cpu\*/cpufreq/\w+")
_BY_NAME = frozenset({"block.is_optical"})
_CUT = "cut off; what is whole of it was read"
MEASURED = "measured results; perfadvisor import makes them a run"


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasuredText:
    """Results of a tool: the file, the place in it as messages name it, the text from the command on, and the
    machine's name in the prompt above it, "" where there is none."""

    file: str
    name: str
    data: bytes
    tool: str
    host: str = ""


@dataclass(slots=True)
class ReadPart:
    """A part, the file it is from, and what it gave. `files` are read together with those of other parts."""

    part: OutputPart
    file: str
    facts: tuple[Fact | Absent, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    note: str = ""
    problem: InputError | None = None
    as_file: str = ""

    @property
    def count(self) -> int:
        """How many facts it gave."""
        return sum(isinstance(fact, Fact) for fact in self.facts)

    @property
    def results(self) -> MeasuredText | None:
        """Where it is what a tool measured, its text below the command that printed it."""
        if self.part.kind is None or not self.part.kind.results:
            return None
        first = self.part.lines[0].text
        indent = first[: len(first) - len(first.lstrip())]
        lines = (line.text.removeprefix(indent) for line in self.part.lines)
        data = _bytes("\n".join([self.part.command, *lines, ""]))
        tool, host = self.part.kind.results, self.part.host
        return MeasuredText(file=self.file, name=self.part.source, data=data, tool=tool, host=host)

    @property
    def recognised(self) -> bool:
        """Whether it was read as what it is, if only to learn that a setting is not supported."""
        return self.problem is None and (self.count > 0 or bool(self.part.kind and self.part.kind.facts))


def take(part: OutputPart, file: str) -> ReadPart:
    """Read one part. What a reader refuses is noted, and the other parts are read all the same."""
    kind = part.kind
    path = commands.file_shown(part.command)
    if kind is None and path:
        return ReadPart(part, file, files={path: _bytes(part.text)}, as_file=path)
    if kind is None:
        return ReadPart(part, file, note="not understood")
    if kind.refused:
        return ReadPart(part, file, note=kind.refused, problem=_refused(part, kind.name, kind.refused))
    if kind.results:
        return ReadPart(part, file, note=MEASURED)
    if kind.files is not None:
        return ReadPart(part, file, files={path: _bytes(part.text)} if path else kind.files(part.text))
    try:
        return _read(part, file)
    except InputError as error:
        return ReadPart(part, file, note=error.message.removeprefix(f"{part.source}: "), problem=error)


def _refused(part: OutputPart, name: str, why: str) -> InputError:
    return InputError(f"{part.source}: this is {name}", why)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _read(part: OutputPart, file: str) -> ReadPart:
    assert part.kind is not None and part.kind.facts is not None, "kinds of files and refusals are done before"
    if part.kind.name == "libvirt XML":
        return _libvirt(part, file)
    more = {"subject": part.kind.named(part.command)} if part.kind.named else {}
    return ReadPart(part, file, facts=tuple(part.kind.facts(_bytes(part.text), source=part.source, **more)))


def _libvirt(part: OutputPart, file: str) -> ReadPart:
    """Definitions, cut-off ones too, and devices alone."""
    assert part.kind is not None and part.kind.facts is not None, "as the caller checked"
    excerpt = bool(documents.EXCERPT.match(part.text))
    text, was_cut = documents.mended(documents.wrapped(part.text) if excerpt else part.text)
    if not text:
        return ReadPart(part, file, note="cut off before its devices, so nothing of it is certain")
    facts: Facts = part.kind.facts(_bytes(text), source=part.source)
    kept = tuple(fact for fact in facts if not excerpt or fact.name.startswith(_EXCERPT_GIVES))
    if was_cut:
        kept = tuple(fact for fact in kept if fact.name not in _AT_THE_END or _is_yes(fact))
    return ReadPart(part, file, facts=kept, note=_CUT if was_cut else "")


def _is_yes(fact: Fact | Absent) -> bool:
    return isinstance(fact, Fact) and fact.value is True


def read_together(taken: Sequence[ReadPart]) -> None:
    """Read functions that lie in several outputs of lspci as one: the port above a device has often a part of its own.
    Left as they are where a function is in two of them, as before and after a change."""
    mine = [one for one in taken if one.part.kind and one.part.kind.name == "lspci" and one.problem is None]
    listed = [{device.address for device in devices(_bytes(one.part.text))} for one in mine]
    if len(mine) < 2 or sum(map(len, listed)) != len(set().union(*listed)):
        return
    owners = {address: one for one, addresses in zip(mine, listed, strict=True) for address in addresses}
    found: dict[int, list[Fact | Absent]] = {id(one): [] for one in mine}
    for fact in lspci.facts(_bytes("".join(one.part.text for one in mine)), source=mine[0].part.source):
        owner = owners.get(fact.subject, mine[0])
        found[id(owner)].append(fact._replace(source=owner.part.source))
    for one in mine:
        one.facts = tuple(found[id(one)])


def of_files(files: Mapping[str, bytes], sources: Mapping[str, str]) -> dict[str, list[Fact]]:
    """Path -> the facts read from it. All files of a machine are read as one tree; what is absent because it was not
    given it says nothing. `sources` has where each path was given."""
    found: dict[str, list[Fact]] = {path: [] for path in files}
    for fact in catalogue.facts(Tree(files)):
        if isinstance(fact, Fact) and (path := _given_as(fact, found)):
            found[path].append(_sourced(fact, sources.get(path, "")))
    return found


def _given_as(fact: Fact, paths: Collection[str]) -> str:
    """The path that a fact rests on; "" where it rests on more than was given. What CPUs have in common is reported by
    the first of them: everybody looks at one. What a directory's name alone tells rests on any file in it."""
    source = fact.source
    if fact.name in _BY_NAME:
        return next((path for path in paths if path.startswith(f"{source}/")), "")
    if source in paths or not _COMMON.search(source):
        return source if source in paths else ""
    pattern = re.compile(re.escape(source).replace(r"\*", "[0-9]+"))
    return next((path for path in paths if pattern.fullmatch(path)), "")


def _sourced(fact: Fact, where: str) -> Fact:
    source = f"{fact.source} ({where})" if where else fact.source
    return Fact(
        name=fact.name, subject=fact.subject, value=fact.value, unit=fact.unit, nature=fact.nature, source=source
    )
