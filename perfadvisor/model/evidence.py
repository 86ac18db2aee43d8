"""What was made of saved outputs: each part with what it was taken for, and where two parts contradict each other."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class PartNote:
    """One part of what was given. `file` and `line` say where it starts, `lines` how long it is. `kind` is "" where
    nothing recognised it, `fit` the share of its lines that look like that kind, `machine` whose it is, `facts` how
    many facts it gave, `note` why it gave none or what is left out."""

    file: str
    line: int
    lines: int
    kind: str = ""
    fit: float = 0.0
    command: str = ""
    machine: str = ""
    facts: int = 0
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contradiction:
    """One fact that two parts give differently; the later one counts."""

    name: str
    subject: str
    earlier: str
    earlier_at: str
    later: str
    later_at: str
