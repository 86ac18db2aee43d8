"""What an environment may need to know besides its spec when it is opened."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Where this run measures storage: the `directory` of its test file and the raw `device` given instead ("" for
    none). A container gets both passed in under the same name, so that every environment reads the same bytes.
    `lent` are the PCI functions that this run has bound to vfio-pci already."""

    directory: Path | None = None
    device: str = ""
    lent: tuple[str, ...] = ()
