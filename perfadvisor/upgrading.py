"""Files of earlier formats, made into today's when they are read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from perfadvisor.errors import InputError

Document = dict[str, Any]
Step = Callable[[Document], Document]


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """One kind of file: the `schema_version` written now, and from each earlier version the step to the next one.
    ValueError where a version in between has no step."""

    kind: str
    version: int
    steps: Mapping[int, Step] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if set(self.steps) != set(range(min(self.steps, default=self.version), self.version)):
            raise ValueError(f"{self.kind}: steps from {sorted(self.steps)} do not lead to version {self.version}")

    def today(self, document: object, source: object) -> Document:
        """The document in today's format. InputError, naming `source`, where it is newer than this perfadvisor, or none
        of these files."""
        version = document.get("schema_version") if isinstance(document, dict) else None
        if not isinstance(document, dict) or not isinstance(version, int) or isinstance(version, bool):
            raise InputError(f"{source}: schema_version is {version!r}", f"this is not a {self.kind}")
        if version > self.version:
            told = f"{source}: schema_version is {version}, this perfadvisor reads up to {self.version}"
            raise InputError(told, "upgrade perfadvisor")
        if version < min(self.steps, default=self.version):
            raise InputError(f"{source}: schema_version is {version}, no perfadvisor wrote that")
        for number in range(version, self.version):
            document = {**self.steps[number](document), "schema_version": number + 1}
        return document
