"""A run that came from a host, in an archive."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.saved.archive import members

PACKED_RUN = ".run.tar.gz"
RUN_FILE = "run.json"


@contextmanager
def unpacked_run(path: Path) -> Iterator[Path]:
    """Its files alone, in a directory of our own that goes again. InputError where it has none."""
    with tempfile.TemporaryDirectory(prefix="pa-run-") as folder:
        for name, entry in members(path):
            if isinstance(entry, bytes):
                file = Path(folder) / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(entry)
        found = next((file.parent for file in sorted(Path(folder).glob(f"*/{RUN_FILE}"))), None)
        if found is None:
            raise InputError(f"{path}: there is no run in it", "fetch it again: perfadvisor fleet run --resume")
        yield found
