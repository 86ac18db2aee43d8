"""The state on disk: whole or as it was, private to the user, because its commands are run."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from perfadvisor.errors import InputError, MeasureError
from perfadvisor.gating.boots.model import State
from perfadvisor.targets.changing import journal
from perfadvisor.targets.here import private
from perfadvisor.upgrading import Format

FORMAT = Format(kind="state of `perfadvisor gate run --reboot`", version=1)
MAX_BYTES = 16 << 20
STOP = "perfadvisor gate boots stop"


def usual() -> Path:
    """Where it lies unless another place is given."""
    return journal.state_directory() / "boots.json"


def save(path: Path, state: State) -> None:
    """Written so that after a power cut the old one is there or the new one. MeasureError where it cannot be."""
    from perfadvisor.bundle.durable import write_file

    document = {"schema_version": FORMAT.version, **_adapter().dump_python(state, mode="json")}
    try:
        write_file(path, (json.dumps(document, indent=1) + "\n").encode())
    except OSError as error:
        raise MeasureError(f"{path}: {error.strerror}", "make room, or give another --state") from error


def load(path: Path) -> State:
    """InputError where there is none, where it is not a state, or where another user could have written it."""
    try:
        place = path.resolve(strict=True)
        with place.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", "begin with perfadvisor gate run --reboot") from None
    if not private.is_private(place):
        raise InputError(f"{path}: not followed, because another user could have written it", f"see ls -l {path}")
    return _parsed(path, data)


def _parsed(path: Path, data: bytes) -> State:
    from pydantic import ValidationError

    try:
        document = FORMAT.today(json.loads(data), path)
        document.pop("schema_version")
        found: State = _adapter().validate_python(document)
    except (ValueError, RecursionError) as error:
        what = f"{error.error_count()} errors" if isinstance(error, ValidationError) else str(error)
        raise InputError(f"{path}: not a state of gate run --reboot: {what}", STOP) from None
    return found


@cache
def _adapter() -> Any:  # noqa: ANN401 - pydantic is imported when it is needed
    from pydantic import TypeAdapter

    return TypeAdapter(State)
