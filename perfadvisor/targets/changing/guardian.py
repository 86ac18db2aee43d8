"""Waits for perfadvisor to end and restores what it left changed.

Run as `python -m perfadvisor.targets.changing.guardian JOURNAL`.
Its standard input is a pipe whose other end only perfadvisor holds: the kernel ends it when perfadvisor dies, also by
SIGKILL. Until then this process sleeps. After a good end there is no journal any more, and nothing to do.
"""

import contextlib
import os
import sys
from pathlib import Path

from perfadvisor.targets.changing.journal import restore_one


def main(journal: Path) -> None:
    """Sleep until perfadvisor ended, then restore."""
    while os.read(0, 4096):
        pass
    with contextlib.suppress(FileNotFoundError):
        restore_one(journal)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
