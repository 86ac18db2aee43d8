"""What advice was worth where it was measured: one line of JSON for each fix, goal and time, in a local file.

Nothing is ever sent anywhere. `perfadvisor tune gains --export` writes the lines without the machine's name."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from perfadvisor.store.place import default_place


@dataclass(frozen=True, kw_only=True, slots=True)
class Gain:
    """One measured gain, as a ratio turned so that more is better: 1.38 is 38 % more, or the same work in 1/1.38 of the
    time.

    `answer` is what all of it showed ("helps", "no difference", ...); `plant` names the planted fault that the fix
    removed, "" on a machine as it was found."""

    rule: str
    subject: str
    answer: str
    metric: str
    ratio: float
    low: float
    high: float
    pairs: int
    when: str
    kernel: str
    version: str
    host: str = ""
    plant: str = ""


def place() -> Path:
    """The file, beside the history."""
    return default_place().with_name("gains.jsonl")


def add(found: Iterable[Gain]) -> None:
    """Append lines; only the user can read the file."""
    lines = "".join(json.dumps(asdict(one)) + "\n" for one in found)
    if lines:
        place().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(place(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
            file.write(lines)


def load(shipped: Path) -> tuple[Gain, ...]:
    """Everything measured: what is `shipped` of planted faults, then what is local. A damaged line is left out."""
    return tuple(one for path in (shipped, place()) for one in _read(path))


def exported(found: Sequence[Gain]) -> str:
    """The lines for others, without the machine's name and without names of its devices."""
    return "".join(json.dumps(asdict(replace(one, host="", subject=""))) + "\n" for one in found)


def _read(path: Path) -> Iterator[Gain]:
    known = {field.name: field for field in fields(Gain)}
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    for line in lines:
        try:
            record = json.loads(line)
            made = Gain(**{name: value for name, value in record.items() if name in known})
            if all(isinstance(one, float) and one > 0 for one in (made.ratio, made.low, made.high)):
                yield made
        except (ValueError, TypeError, AttributeError, RecursionError):
            continue
