"""`/proc/cpuinfo` of every architecture: how many processors, which model, and whether a hypervisor is announced."""

import re
from dataclasses import dataclass
from itertools import islice

from perfadvisor.facts.reading import reader
from perfadvisor.model.tree import Tree

PATH = "/proc/cpuinfo"

# "processor : 0" once per CPU everywhere but on s390, where the line is "processor 0: version = FF, ...".
_PROCESSOR = re.compile(r"^processor[ \t]*:", re.MULTILINE)
_S390_PROCESSOR = re.compile(r"^processor \d+:", re.MULTILINE)
_MICROCODE = re.compile(r"^microcode[ \t]*: (0x[0-9a-f]{1,16})$", re.MULTILINE | re.ASCII)

# Keys that name the model, by architecture: x86 and ia64 and newer arm64; loongarch; ppc; mips and old loongarch; s390;
# riscv (microarchitecture, or the instruction set where that is all there is is not a model).
_MODEL_KEYS = ("model name", "Model Name", "cpu", "cpu model", "uarch", "Processor")


@dataclass(frozen=True, kw_only=True, slots=True)
class CpuInfo:
    """What the text says; None for what it does not. `hypervisor` is the x86 flag, None on other architectures;
    `microcode` are the distinct revisions of all CPUs (x86), in the order they are listed."""

    processors: int | None
    model_name: str | None
    vendor: str | None
    hypervisor: bool | None
    microcode: tuple[str, ...] = ()


def read(tree: Tree) -> CpuInfo:
    """The `/proc/cpuinfo` of a tree."""
    return tree.once(_read)


def _read(tree: Tree) -> CpuInfo:
    return parse(tree.text(PATH) or "")


def parse(text: str) -> CpuInfo:
    """The meaning of a `/proc/cpuinfo` text. Only the first CPU's keys are read: the others repeat them."""
    first = reader.fields(text[: _end_of_first(text)])
    model = next((name for key in _MODEL_KEYS if (name := first.get(key))), None)
    # "hypervisor" is CPUID leaf 1 ECX bit 31, which only x86 has (arch/x86/include/asm/cpufeatures.h).
    flags = first.get("flags", "").split()
    return CpuInfo(
        processors=len(_PROCESSOR.findall(text)) or len(_S390_PROCESSOR.findall(text)) or None,
        model_name=model,
        vendor=first.get("vendor_id") or None,
        hypervisor="hypervisor" in flags if flags else None,
        microcode=tuple(dict.fromkeys(_MICROCODE.findall(text))),
    )


def _end_of_first(text: str) -> int:
    """Where the second processor starts; the end where keys of the whole machine follow the last one (ppc, arm)."""
    starts = [match.start() for match in islice(_PROCESSOR.finditer(text), 2)]
    return starts[1] if len(starts) == 2 and "flags" in text[: starts[1]] else len(text)
