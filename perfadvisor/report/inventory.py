"""Everything that was read of a machine, in chapters by subject: each fact stands in exactly one of them.

A kind of thing (each NIC, each PCI function) is a table: the columns that people ask for first, then all of them. What
could not be read stands once for each reason.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from perfadvisor.model.fact import Absent, Fact, FactTable
from perfadvisor.report.device_names import described, introduced, names_at
from perfadvisor.report.interrupts import IrqMatrix, matrix
from perfadvisor.report.inventory_columns import CHAPTERS, COLUMNS, KIND_WORDS, OF_FUNCTIONS
from perfadvisor.report.machine import ShownValue, shown
from perfadvisor.report.topology import page_size
from perfadvisor.report.virtual_functions import COLUMNS as LENT
from perfadvisor.report.virtual_functions import lent_functions

FEW = 6  # things that stand side by side; more are one per row
OTHER = "Other"
RESULT = "result"  # has a section of its own
SUFFIXES = (" bytes", " hz", " gtps", " usecs", " us", " ns", " per s")


@dataclass(frozen=True, kw_only=True, slots=True)
class InventoryTable:
    """Rows of one kind: `columns` are (label, fact name), `rows` (name, what is known beside it, values)."""

    caption: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str, tuple[ShownValue | None, ...]], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """One reason, and the facts it holds for with how many subjects each."""

    reason: str
    facts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Chapter:
    """One subject: facts of the machine as a whole, tables to look at, all other facts, and what was not read."""

    anchor: str
    title: str
    count: int
    facts: tuple[tuple[str, str, ShownValue], ...]
    tables: tuple[InventoryTable, ...]
    complete: tuple[InventoryTable, ...]
    unread: tuple[Unread, ...]
    irqs: IrqMatrix | None = None


def chapters(table: FactTable, interrupts: bytes | None = None, prefix: str = "") -> tuple[Chapter, ...]:
    """The chapters that have anything, in a fixed order; `prefix` keeps the anchors of several machines apart."""
    names: dict[str, list[str]] = {}
    for name in table.names():
        names.setdefault(_kind(name), []).append(name)
    kinds = names.keys() - {RESULT}
    known = {kind for _, mine in CHAPTERS for kind in mine}
    every = (*CHAPTERS, (OTHER, tuple(sorted(kinds - known))))
    found = (
        _chapter(table, title, {kind: names[kind] for kind in mine if kind in kinds}, prefix) for title, mine in every
    )
    irqs = matrix(table, interrupts) if interrupts else None
    made = [one for one in found if one is not None]
    return tuple(_with_irqs(one, irqs) if one.title == "Interrupts" else one for one in made)


def _with_irqs(chapter: Chapter, irqs: IrqMatrix | None) -> Chapter:
    return replace(chapter, irqs=irqs)


def _chapter(table: FactTable, title: str, kinds: Mapping[str, Sequence[str]], prefix: str) -> Chapter | None:
    """`kinds` has the names of the facts of each."""
    mine = [fact for names in kinds.values() for name in names for fact in table.named(name)]
    values = [fact for fact in mine if isinstance(fact, Fact)]
    if not mine:
        return None
    anchor = f"{prefix}inventory-{title.split(' ')[0].lower()}"
    return Chapter(
        anchor=anchor,
        title=title,
        count=len(values),
        facts=tuple((label(fact.name), fact.name, shown(fact)) for fact in values if not fact.subject),
        tables=tuple(_tables(table, kinds)),
        complete=tuple(one for kind, names in kinds.items() if (one := _complete(table, kind, names)) is not None),
        unread=tuple(_unread(one for one in mine if isinstance(one, Absent))),
    )


def _tables(table: FactTable, kinds: Mapping[str, Sequence[str]]) -> Iterator[InventoryTable]:
    """What people look for first: the chosen columns of each kind, and the functions that guests may hold."""
    for kind in kinds:
        if kind in COLUMNS and table.subjects(kind):
            yield _chosen(table, kind)
    lent = lent_functions(table) if "vfio" in kinds else ()
    if lent:
        rows = tuple(
            (at, what, tuple(ShownValue(text, "", absent=not text) for text in texts)) for at, what, texts in lent
        )
        caption = f"Virtual functions and functions that VFIO holds ({len(rows)})"
        yield InventoryTable(caption=caption, columns=tuple((words, "") for words in LENT), rows=rows)


def label(name: str) -> str:
    """`nic.ring_rx_max` as `ring rx max`; units stand with the value."""
    words = name.partition(".")[2].replace("_", " ")
    return next((words.removesuffix(end) for end in SUFFIXES if words.endswith(end)), words)


def _chosen(table: FactTable, kind: str) -> InventoryTable:
    """The columns of the kind that any of its things has."""
    subjects = _in_order(table.subjects(kind))
    columns = [(words, name) for words, name in COLUMNS[kind] if any(table.find(name, one) for one in subjects)]
    rows = tuple((one, _beside(table, kind, one), _values(table, one, columns)) for one in subjects)
    return InventoryTable(caption=_caption(kind, len(subjects)), columns=tuple(columns), rows=rows)


def _in_order(subjects: Sequence[str]) -> Sequence[str]:
    """Numbers (of groups, of interrupts) by size, everything else as it is: PCI addresses are hexadecimal."""
    return sorted(subjects, key=int) if all(one.isdecimal() for one in subjects) else subjects


def _beside(table: FactTable, kind: str, subject: str) -> str:
    """What a name stands for: a PCI function's device, the node and page size of a pool."""
    if kind == "node_hugepages":
        node, _, size = subject.partition("/")
        return f"node {node}, {page_size(size)}"
    if kind != "pci":
        return ""
    return ", ".join(filter(None, (*names_at(table, subject), described(table, subject))))


def _values(table: FactTable, subject: str, columns: Iterable[tuple[str, str]]) -> tuple[ShownValue | None, ...]:
    return tuple(_value(table, name, subject) for _, name in columns)


def _value(table: FactTable, name: str, subject: str) -> ShownValue | None:
    """The value in words; functions that it lists are named."""
    found = table.find(name, subject)
    if found is None:
        return None
    if name not in OF_FUNCTIONS or not isinstance(found, Fact) or not found.value:
        return shown(found)
    words = (introduced(table, address.strip()) for address in str(found.value).split(","))
    return replace(shown(found), text=", ".join(words))


def _complete(table: FactTable, kind: str, known: Iterable[str]) -> InventoryTable | None:
    """The facts of a kind that have no column of their own: things by row, or facts by row where things are few."""
    chosen = {name for _, name in COLUMNS.get(kind, ())}
    names = sorted(name for name in known if name not in chosen and any(filter(None, table.of(name))))
    subjects = _in_order(table.subjects(kind))
    if not names:
        return None
    columns = [(label(name), name) for name in names]
    if len(subjects) > FEW:
        rows = tuple((one, "", _values(table, one, columns)) for one in subjects)
        return InventoryTable(caption=_caption(kind, len(subjects)), columns=tuple(columns), rows=rows)
    turned = tuple((words, name, _values_of(table, name, subjects)) for words, name in columns)
    return InventoryTable(
        caption=_caption(kind, len(subjects)), columns=tuple((one, "") for one in subjects), rows=turned
    )


def _values_of(table: FactTable, name: str, subjects: Iterable[str]) -> tuple[ShownValue | None, ...]:
    return tuple(_value(table, name, one) for one in subjects)


def _kind(name: str) -> str:
    return name.partition(".")[0]


def _caption(kind: str, count: int) -> str:
    return f"{KIND_WORDS.get(kind, kind.replace('_', ' ').capitalize())} ({count})"


def _unread(absent: Iterable[Absent]) -> Iterator[Unread]:
    by_reason: dict[str, dict[str, int]] = {}
    for one in absent:
        names = by_reason.setdefault(one.reason or "no reason recorded", {})
        names[one.name] = names.get(one.name, 0) + 1
    for reason in sorted(by_reason, key=lambda each: (-_total(by_reason[each]), each)):
        yield Unread(reason=reason, facts=tuple(sorted(by_reason[reason].items())))


def _total(counts: Mapping[str, int]) -> int:
    return sum(counts.values())
