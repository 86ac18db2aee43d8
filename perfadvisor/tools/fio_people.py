"""fio's output for people, versions 2 and 3, as the document that its JSON would have been, with fewer digits.

What it does not print stays out: options that are not on the line of a job or on a command line above it, bins, and
the zone of its times.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from perfadvisor.tools.numbers import PRINTED

_PLANNED = re.compile(r"^(?P<name>\S[^\n]{0,200}?): \(g=(?P<group>\d+)\): (?P<options>rw=.*)", re.MULTILINE)
_JOB = re.compile(
    r"^(?P<name>\S.{0,200}?): \(groupid=(?P<group>\d{1,9}), jobs=(?P<jobs>\d{1,9})\): err= *(?P<error>\d{1,9})(?!\d)"
)
_WAY = re.compile(r"^  +(?P<way>read|write|trim) *: (?P<rest>.*(?:IOPS|iops)=.*)")
_LATENCY = re.compile(r"^ +(?P<name>[sc]?lat) *\((?P<unit>[num]?sec)\): *(?P<rest>min=.*)")
_PERCENTILES = re.compile(r"^ +(?P<name>c?lat) percentiles \((?P<unit>[num]?sec)\):")
_AT = re.compile(r"(?<![0-9.])(?P<at>[0-9]{1,3}\.[0-9]{1,9})th=\[ *(?P<value>[0-9]{1,18})\]")
_DEPTHS = re.compile(rf"(?P<depth>>=[0-9]{{1,9}}|(?<![0-9.])[0-9]{{1,9}})=(?P<share>{PRINTED})%")
_ISSUED = re.compile(r"^ +issued (?:rwts?: total=(?P<new>[\d,]+)| *: total=r=(?P<r>\d+)/w=(?P<w>\d+)/d=(?P<t>\d+))")
_DISK = re.compile(rf"^  (?P<name>[\w!.-]+): ios=.*util= *(?P<util>{PRINTED})%")
_VERSION = re.compile(r"^fio[- ](?P<version>\d{1,3}\.\d[\w.-]*)$", re.MULTILINE)
_COMMAND = re.compile(r"^.{0,200}?\bfio (?P<options>(?:.* )?--?[a-zA-Z_][\w-]*=.*)$", re.MULTILINE)
_OPTION = re.compile(r"(?<!\S)--?(?P<name>[a-zA-Z_][\w-]*)(?:=(?P<value>\S+))?")
_SIZES = re.compile(r"(?<![\d.])\d[\d.]{0,19}[KMG]?i?B?-(\d[\d.]{0,19}[KMG]?i?B?)")  # "4096B-8192B", "4K-4K"
_NANOSECONDS = {"nsec": 1.0, "usec": 1e3, "msec": 1e6, "sec": 1e9}
_SIZE = re.compile(rf"(?P<number>{PRINTED})(?P<prefix>[KMGTP]?)(?P<binary>i?)B")
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}
_WAYS = ("read", "write", "trim")


def document(text: str) -> dict[str, Any] | None:
    """The document, None where no job's results are in the text."""
    lines = text.splitlines()
    starts = [place for place, line in enumerate(lines) if _JOB.match(line)]
    if not starts:
        return None
    planned = dict(_planned(text))
    jobs = [_job(lines[start:end], planned) for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    if not any(way in job for job in jobs for way in _WAYS):
        return None
    version = _VERSION.search(text)
    disks = [{"name": match["name"], "util": float(match["util"])} for line in lines if (match := _DISK.match(line))]
    return {"fio version": f"fio-{version['version']}" if version else "", "jobs": jobs, "disk_util": disks}


def _planned(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Job's name -> its options: those of its line, and those of the command above it where one command line is."""
    commands = list(_COMMAND.finditer(text))
    asked: dict[str, str] = {}
    if len(commands) == 1:
        asked = {match["name"]: match["value"] or "1" for match in _OPTION.finditer(commands[0]["options"])}
    for match in _PLANNED.finditer(text):
        yield match["name"], {**asked, **_line_options(match["options"])}


def _line_options(text: str) -> dict[str, str]:
    found = dict(re.findall(r"(rw|ioengine|iodepth)=([\w-]+)", text))
    sizes = set(_SIZES.findall(text.partition("ioengine")[0]))
    if len(sizes) == 1:
        found["bs"] = re.sub(r"\.0(?=[kmg])", "", sizes.pop().removesuffix("B").removesuffix("i").lower())
    return found


def _job(lines: list[str], planned: Mapping[str, dict[str, str]]) -> dict[str, Any]:
    head = _JOB.match(lines[0])
    assert head is not None, "a job begins where its line matched"
    options = dict(planned.get(head["name"], {}))
    if options and int(head["jobs"]) > 1:  # alone it would pass for all that was asked for, with defaults for the rest
        options["numjobs"] = head["jobs"]
    job: dict[str, Any] = {
        "jobname": head["name"],
        "groupid": int(head["group"]),
        "error": int(head["error"]),
        "job options": options,
    }
    way: dict[str, Any] = {}
    latency: dict[str, Any] = {}
    for line in lines[1:]:
        if match := _WAY.match(line):
            way = job[match["way"]] = _way(match["rest"])
        elif (match := _LATENCY.match(line)) and way:
            way[f"{match['name']}_ns"] = _latency(match["rest"], _NANOSECONDS[match["unit"]])
        elif (match := _PERCENTILES.match(line)) and way:
            latency = way.setdefault(f"{match['name']}_ns", {})
            latency["percentile"], latency["scale"] = {}, _NANOSECONDS[match["unit"]]
        elif latency and "|" in line:
            found = {one["at"]: int(one["value"]) * latency["scale"] for one in _AT.finditer(line)}
            latency["percentile"].update(found)
        else:
            _rest(job, line)
    return job


def _rest(job: dict[str, Any], line: str) -> None:
    """CPU use, queue depths and counts of a job."""
    if match := re.match(rf"^ +cpu +: usr=({PRINTED})%, sys=({PRINTED})%", line):
        job["usr_cpu"], job["sys_cpu"] = float(match[1]), float(match[2])
    elif line.strip().startswith("IO depths"):
        job["iodepth_level"] = {one["depth"]: float(one["share"]) for one in _DEPTHS.finditer(line.partition(":")[2])}
    elif match := _ISSUED.match(line):
        counts = match["new"].split(",") if match["new"] else [match["r"], match["w"], match["t"]]
        for name, count in zip(_WAYS, counts, strict=False):
            if name in job and re.fullmatch(r"[0-9]{1,18}", count):
                _count(job[name], int(count))


def _count(way: dict[str, Any], count: int) -> None:
    """The I/Os of a direction; with the run time they give its rate with more digits than are printed."""
    way["total_ios"] = count
    exact = count * 1000 / way["runtime"] if way.get("runtime") else None
    if exact is not None and "iops" in way and abs(exact - way["iops"]) <= 0.02 * exact:
        way["iops"] = exact
    for key in ("clat_ns", "lat_ns", "slat_ns"):
        if key in way:
            way[key]["N"] = count


def _way(text: str) -> dict[str, Any]:
    """`IOPS=5200, BW=20.3MiB/s (21.3MB/s)(1536MiB/75614msec)`, or as 2.x has it `io=, bw=, iops=, runt=`."""
    iops = _first(rf"(?:IOPS|iops)=({PRINTED}[kKMG]?)", text)
    found: dict[str, Any] = {"iops": _scaled(iops)} if iops else {}
    runtime = _first(r"(?:/|runt= *)([0-9]{1,18})msec", text)
    amount = _first(r"\(([\d.]+[KMGTP]?i?B)/\d+msec\)", text) or _first(r"\bio=([\d.]+[KMGTP]?B)", text)
    rate = _first(r"(?:BW|bw)=([\d.]+[KMGT]?i?B)/s", text)
    old = "BW=" not in text  # 2.x writes KB for 1024
    if runtime:
        found["runtime"] = int(runtime)
    if amount and runtime and int(runtime):
        found["io_bytes"] = _bytes(amount, old)
        found["bw_bytes"] = found["io_bytes"] * 1000 / int(runtime)
    elif rate:
        found["bw_bytes"] = _bytes(rate, old)
    return found


def _first(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match[1] if match else ""


def _bytes(text: str, binary: bool) -> int:
    match = _SIZE.fullmatch(text)
    if match is None:
        return 0
    return int(float(match["number"]) * (1024 if binary or match["binary"] else 1000) ** _POWERS[match["prefix"]])


def _scaled(text: str) -> float:
    """ "52.1k" -> 52100."""
    factor = {"k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9}.get(text[-1:], 1.0)
    return float(text.rstrip("kKMG")) * factor


def _latency(text: str, scale: float) -> dict[str, Any]:
    values = {key: _scaled(value) * scale for key, value in re.findall(rf"(min|max|avg)= *({PRINTED}[kMG]?)", text)}
    return {{"avg": "mean"}.get(key, key): value for key, value in values.items()}
