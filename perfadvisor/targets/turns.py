"""Environments that share something with others: one device can be in one place at a time, and one CPU in one guest."""

from pathlib import Path
from typing import Protocol, runtime_checkable

from perfadvisor.model.result import Path as IoPath


@runtime_checkable
class TakesTurns(Protocol):
    """A guest. `alone` says that it takes devices away from everybody else while it measures; `emulated` that it has no
    hardware virtualisation, `note` what a reader must know of it."""

    alone: bool
    emulated: bool
    note: str

    def take(self) -> None:
        """Have all its devices, and run. MeasureError where it cannot get one."""
        ...

    def pause(self) -> None:
        """Stand still while others measure."""
        ...

    def give(self) -> None:
        """Let go of every device that others need too, and stand still."""
        ...


@runtime_checkable
class OwnNodes(Protocol):
    """A machine that sees this one's file or device as a block device of its own."""

    def node_for(self, file: Path, writable: bool) -> tuple[str, IoPath, str]:
        """Its name there, the way to it there, and what a reader must know. MeasureError where it has none."""
        ...
