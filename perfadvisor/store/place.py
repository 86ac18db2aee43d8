"""Where the history lies unless an option says otherwise."""

import os
from pathlib import Path

EARLIER = Path("perfadvisor-history.sqlite")  # in the working directory, until version 0.1


def default_place() -> Path:
    """`perfadvisor/history.sqlite` below XDG_DATA_HOME, by default ~/.local/share (XDG Base Directory Specification,
    which has relative paths ignored)."""
    given = Path(os.environ.get("XDG_DATA_HOME", ""))
    base = given if given.is_absolute() else Path.home() / ".local" / "share"
    return base / "perfadvisor" / "history.sqlite"


def note_on_earlier(place: str) -> str:
    """What to say where an earlier version left a history in the working directory that is not used; "" otherwise."""
    if place or not EARLIER.is_file():
        return ""
    return f"{EARLIER} is of an earlier version and not read: name it with --db, or move it to {default_place()}"
