"""Everything around fio's JSON: which document counts, what fio complained of, whether it is fio's output at all."""

import re
from dataclasses import dataclass

from perfadvisor.tools import fio_people
from perfadvisor.tools.fio_document import FioRun, is_fio, read
from perfadvisor.tools.jsontext import JsonText, split

_ERROR_CODE = re.compile(r"^fio: .*?\berr=(\d{1,9})\b", re.MULTILINE)
_COMPLAINT = re.compile(r"^(?:fio: |fio:|error: ).*|^.*\bPermission denied$", re.MULTILINE)
_OWN = re.compile(r"^fio: ", re.MULTILINE)
_HARMLESS = re.compile(r"^fio: (terminating on signal|waiting for connection)|^note: ")
_FATAL = re.compile(r"^fio: pid=.*\berr=.*", re.MULTILINE)
_NORMAL = re.compile(r"^\S.*: \((?:g=\d+\): rw=|groupid=\d+, jobs=\d+\): err=)", re.MULTILINE)
_TERSE = re.compile(r"^\d;fio-[^;]*;[^;]*;\d+;\d+;", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class FioText:
    """`run` is the last document, the one that counts (--status-interval prints several); `used` its place.
    `terse_fields` is the number of fields of a terse line, 0 where the output is not a terse one; `normal` says that
    fio's output for people is in it: `run` is read from that where there is no document."""

    json: JsonText
    run: FioRun | None
    used: int | None
    terse_fields: int
    normal: bool
    error_codes: tuple[int, ...]
    complaint: str
    interrupted: bool


def take_apart(data: bytes) -> FioText:
    """What fio printed, of any format. Never raises."""
    found = split(data)
    places = [place for place, document in enumerate(found.documents) if is_fio(document)]
    outside = found.outside
    terse = _TERSE.search(outside)
    normal = bool(_NORMAL.search(outside))
    told = found.documents[places[-1]] if places else fio_people.document(outside) if normal else None
    return FioText(
        json=found,
        run=read(told) if told is not None else None,
        used=places[-1] if places else None,
        terse_fields=outside[terse.start() :].split("\n")[0].count(";") + 1 if terse else 0,
        normal=normal,
        error_codes=tuple(int(code) for code in _ERROR_CODE.findall(outside)[:1000]),
        complaint=complaint(outside),
        interrupted="terminating on signal" in outside,
    )


def complaint(outside: str) -> str:
    """The line in which fio says what went wrong: the one that ended a job, else the first complaint, else nothing."""
    fatal = _FATAL.search(outside)
    if fatal:
        return fatal.group().strip()[:300]
    lines = (match.group().strip() for match in _COMPLAINT.finditer(outside))
    return next((line[:300] for line in lines if not _HARMLESS.match(line)), "")


def recognise(data: bytes) -> bool:
    """Whether this is something fio printed, if only the first part of it."""
    found = take_apart(data)
    cut = bool(found.json.broken) and '"fio version"' in found.json.text[:65536]
    # A complaint in general words ("Permission denied") stands in the outputs of other tools, too.
    return found.run is not None or cut or bool(found.terse_fields or found.normal or _OWN.search(found.json.outside))
