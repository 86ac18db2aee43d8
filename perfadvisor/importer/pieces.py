"""The tests in the files people give, or one clear line for each file that holds none."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.saved.archive import read_all
from perfadvisor.tools import facts_of_output as output
from perfadvisor.tools import fio_configurations, fio_parse, fio_text, iperf3_configurations, iperf3_parse, iperf3_text
from perfadvisor.tools.configuration import Configuration
from perfadvisor.tools.iperf3_people import ITS_FORERUNNER


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One test of one file, with the whole file it is from."""

    configuration: Configuration
    file: Path
    data: bytes


def read(files: Sequence[Path]) -> list[Piece]:
    """Every test of every file; one InputError for all that hold none."""
    pieces: list[Piece] = []
    problems: list[str] = []
    seen: dict[bytes, Path] = {}
    for file in dict.fromkeys(files):
        try:
            data = read_all(file)
            if seen.setdefault(data, file) is not file:
                raise InputError(f"{file}: the same as {seen[data]}; a copy does not count as a repeat")
            pieces += [Piece(configuration=one, file=file, data=data) for one in configurations_in(data, str(file))]
        except InputError as error:
            problems.append(error.message)
    if problems:
        raise InputError("\n".join(problems), "leave these files out, or give the JSON of fio or iperf3")
    if not pieces:
        raise InputError("no files to import", "perfadvisor import FILE... -o RUN")
    return pieces


def configurations_in(data: bytes, name: str) -> tuple[Configuration, ...]:
    """The tests in one file; InputError, calling the file `name`, where it holds none or is cut off."""
    tool = output.recognise(data)
    if tool is None and ITS_FORERUNNER.search(data[:65536].decode("utf-8", "replace")):
        raise InputError(f"{name}: iperf 2 wrote this, whose results are not read; measure with iperf3 -J")
    if tool is None:
        raise InputError(f"{name}: neither fio nor iperf3 wrote this")
    found, failure = _fio(data) if tool == "fio" else _iperf3(data)
    if not found:
        raise InputError(f"{name}: {failure or 'no result in it'}")
    return found


def _fio(data: bytes) -> tuple[tuple[Configuration, ...], str]:
    found = fio_text.take_apart(data)
    failure = fio_parse.failure(found)
    if failure or found.run is None:
        return (), failure
    configurations = fio_configurations.configurations(found.run)
    if found.used is not None:
        return configurations, ""
    asked = {name for job in found.run.jobs for name in job.options}
    return tuple(_from_text(one, asked) for one in configurations), ""


def _from_text(one: Configuration, asked: Set[str]) -> Configuration:
    """Marked as read from fio's output for people, which does not say whether the page cache was in the way."""
    unsaid = set() if asked & {"direct", "buffered"} else {"direct"}
    details = {name: value for name, value in one.output.details.items() if name not in unsaid}
    return replace(
        one,
        label=one.label.replace("-buffered", "") if unsaid else one.label,
        parameters={name: value for name, value in one.parameters.items() if name not in unsaid},
        output=replace(one.output, details={**details, "from_text": True}),
    )


def _iperf3(data: bytes) -> tuple[tuple[Configuration, ...], str]:
    found = iperf3_text.take_apart(data)
    if found.json.broken:
        return (), iperf3_parse.failure(found)
    known = (iperf3_configurations.configuration(run) for run in found.runs)
    whole = tuple(one for one in known if one is not None and not one.output.error)
    return tuple(map(_marked, whole)) if found.from_text else whole, iperf3_parse.failure(found)


def _marked(one: Configuration) -> Configuration:
    return replace(one, output=replace(one.output, details={**one.output.details, "from_text": True}))


def in_order(pieces: Iterable[Piece]) -> list[Piece]:
    """By the time they began; files that do not say come first, in the order they were given."""
    return sorted(pieces, key=lambda piece: piece.configuration.started or 0.0)
