"""What the kernel does against the CPU's vulnerabilities, some of which costs every system call and context switch."""

from collections.abc import Iterator, Mapping

from perfadvisor.facts.cpu.cpu import SYSTEM
from perfadvisor.facts.reading import reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

_DIRECTORY = f"{SYSTEM}/vulnerabilities"
MITIGATION = "Mitigation"

STATUS = FactSpec(
    name="vulnerability.status",
    type=str,
    subject="vulnerability",
    meaning="what the kernel says of one vulnerability",
    nature=Nature.SETTING,
)
MITIGATIONS = FactSpec(
    name="cpu.mitigations",
    type=str,
    meaning="vulnerabilities that are mitigated, and how, joined by semicolons",
    nature=Nature.SETTING,
)
MITIGATED = FactSpec(
    name="cpu.mitigated_count", type=int, unit=Unit.COUNT, meaning="vulnerabilities mitigated", nature=Nature.SETTING
)
VULNERABLE = FactSpec(
    name="cpu.vulnerable_count", type=int, unit=Unit.COUNT, meaning="vulnerabilities left open", nature=Nature.SETTING
)

CATALOGUE: tuple[FactSpec, ...] = (STATUS, MITIGATIONS, MITIGATED, VULNERABLE)
PATTERNS: tuple[str, ...] = (f"{_DIRECTORY}/*",)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The vulnerabilities of this tree; the words are those of Documentation/ABI/testing/sysfs-devices-system-cpu."""
    names = tree.names(_DIRECTORY)
    for name in names:
        yield reader.text_fact(STATUS, tree, f"{_DIRECTORY}/{name}", subject=name)
    if not names:
        yield from (spec.absent("not reported by this kernel", source=_DIRECTORY) for spec in CATALOGUE[1:])
        return
    said = {name: tree.text(f"{_DIRECTORY}/{name}") or "" for name in names}
    yield from summary(said, _DIRECTORY)


def summary(said: Mapping[str, str], source: str) -> Iterator[Fact]:
    """The facts of all vulnerabilities together: name -> what the kernel says of it."""
    mitigated = {name: text for name, text in said.items() if text.startswith(MITIGATION)}
    listed = "; ".join(f"{name}: {text.removeprefix(f'{MITIGATION}: ')}" for name, text in mitigated.items())
    yield MITIGATIONS.fact(listed, source=source)
    yield MITIGATED.fact(len(mitigated), source=source)
    yield VULNERABLE.fact(sum(text.startswith("Vulnerable") for text in said.values()), source=source)
