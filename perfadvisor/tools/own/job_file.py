"""fio's job files as people have them: sections with fio's own options, read into workloads of the closed list.

A job file is data that may come from another person. Options that name files, run commands or load code are refused as
they are in a workload file; the file or device under test is the user's own choice. fio's defaults hold, not ours.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from perfadvisor.errors import InputError
from perfadvisor.model.fact import Scalar
from perfadvisor.model.workload import RUNTIME_S, Workload
from perfadvisor.tools.fio_parameters import PARAMETERS
from perfadvisor.tools.typed import read

GLOBAL = "global"
MOST_SECTIONS = 200
DEFAULTS: Mapping[str, Scalar] = {
    "engine": "psync",
    "rw": "read",
    "block_size_bytes": 4096,
    "iodepth": 1,
    "direct": False,
}
# What perfadvisor decides itself in each trial, or what only changes how fio prints: read and left out.
OURS = frozenset(
    [
        "name",
        "description",
        "thread",
        "group_reporting",
        "new_group",
        "stonewall",
        "wait_for_previous",
        "time_based",
        "randrepeat",
        "norandommap",
        "randseed",
        "percentile_list",
        "lat_percentiles",
        "clat_percentiles",
        "eta",
        "output-format",
        "invalidate",
        "allow_file_create",
        "overwrite",
        "create_on_open",
        "fallocate",
        "filesize",
    ]
)
FILES = ("filename", "directory")
_TIME = re.compile(r"(\d{1,9})(us|ms|s|m|h)?\Z", re.ASCII)
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, None: 1.0, "m": 60.0, "h": 3600.0}
_HEAD = re.compile(r"\[(.{1,200})\]\Z")
_BUFFERED = {"1": False, "0": True, "": False}

Options = dict[str, tuple[int, str]]  # name -> (line, value)


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedPlaces:
    """Where the user lets it measure: `--device` and `--dir` as they were typed, "" for not."""

    device: str = ""
    directory: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class JobFile:
    """The workloads of a job file, and sentences on what differs from fio's own run of it."""

    workloads: tuple[Workload, ...]
    notes: tuple[str, ...] = ()


@dataclass
class _Section:
    name: str
    options: Options = field(default_factory=dict)


def workloads(name: str, text: str, place: TypedPlaces) -> JobFile:
    """Each section as a workload `fio/FILE-SECTION`. InputError with every mistake, each at its line."""
    found = list(_sections(name, text))
    if not found:
        raise InputError(f"{name}: no section beside [global]", "each section is a workload")
    problems: list[str] = []
    made = [_workload(name, section, place, problems) for section in found]
    if problems:
        raise InputError("\n".join(dict.fromkeys(problems)), "perfadvisor workloads schema lists what may be asked for")
    return JobFile(workloads=tuple(made), notes=tuple(_notes(name, found)))


def _sections(name: str, text: str) -> Iterator[_Section]:
    """Every section but [global], with what the global sections before it say (fio's HOWTO, "Job file format")."""
    shared: Options = {}
    section = _Section(GLOBAL, shared)
    made: list[_Section] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        if not words or words[0] in ";#":
            continue
        head = _HEAD.match(words)
        if head is None:
            option, _, value = words.partition("=")
            section.options[option.strip()] = (number, value.strip())
        elif head[1] == GLOBAL:
            section = _Section(GLOBAL, shared)
        else:
            section = _Section(head[1], dict(shared))
            made.append(section)
    if len(made) > MOST_SECTIONS or len({_word(one.name) for one in made}) < len(made):
        raise InputError(f"{name}: two sections of one name, or more than {MOST_SECTIONS}")
    yield from made


def _word(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "-", text)


def _stem(name: str) -> str:
    return _word(name.rpartition("/")[2].removesuffix(".fio"))


def _workload(name: str, section: _Section, place: TypedPlaces, problems: list[str]) -> Workload:
    given = dict(DEFAULTS)
    times = {"runtime": RUNTIME_S, "ramp_time": 0.0}
    for option, (line, value) in section.options.items():
        where = f"{name}:{line}"
        try:
            given |= _parameter(where, option, value, times, place)
        except InputError as error:
            problems.append(error.message)
    writes = given.get("rw") in ("write", "randwrite")
    way = "write" if writes else "read"
    return Workload(
        id=f"fio/{_stem(name)}-{_word(section.name)}",
        title=f"{section.name} of {_stem(name)}.fio",
        why="A section of a job file of fio.",
        device="network" if given["engine"] == "net" else "storage",
        tool="fio",
        parameters=given,
        metrics=(f"{way}.iops", f"{way}.bytes_per_s", f"{way}.lat_p99"),
        runtime_s=times["runtime"],
        warmup_s=times["ramp_time"],
    )


def _parameter(where: str, option: str, value: str, times: dict[str, float], place: TypedPlaces) -> dict[str, Scalar]:
    """What one option asks for; nothing for what is ours to decide."""
    if option in OURS:
        return {}
    if option in times:
        times[option] = _seconds(where, option, value)
        return {}
    if option in FILES:
        _require_ours(where, option, value, place)
        return {}
    if option == "buffered" and value in _BUFFERED:
        return {"direct": _BUFFERED[value]}
    ours, found = read(where, f"{option}={value}" if value else option, PARAMETERS)
    return {ours: found}


def _seconds(where: str, option: str, value: str) -> float:
    match = _TIME.match(value)
    seconds = int(match[1]) * _SECONDS[match[2]] if match else 0.0
    if not match or (option == "runtime" and not 0 < seconds <= 86400) or seconds > 86400:
        raise InputError(f"{where} {option}={value}: not a time of fio from 1 ms to a day")
    return seconds


def _require_ours(where: str, option: str, value: str, place: TypedPlaces) -> None:
    """The file is perfadvisor's own, in the user's directory, or the user's device. A plain name of a file stands for
    perfadvisor's; a path must be what the user typed."""
    typed = place.directory if option == "directory" else place.device
    plain = option == "filename" and re.fullmatch(r"[\w.-]{1,200}", value, re.ASCII) and value not in (".", "..")
    if plain or (typed and value.rstrip("/") == typed.rstrip("/")):
        return
    way = f"--dir {value}" if option == "directory" else f"--device {value}"
    raise InputError(f"{where} {option}={value}: a job file does not choose what is opened; give {way}, or remove it")


def _notes(name: str, sections: Sequence[_Section]) -> Iterator[str]:
    """What fio would have done otherwise."""
    together = [one.name for one in sections[1:] if not {"stonewall", "wait_for_previous"} & set(one.options)]
    if together:
        both = ", ".join([sections[0].name, *together])
        yield f"{name}: fio runs {both} at once; here each section is measured on its own"
    if any("size" not in one.options for one in sections):
        yield f"{name}: sections without size use 1 GiB"
    if any("filename" in one.options for one in sections):
        yield f"{name}: a test file of perfadvisor stands for the file that it names"
