"""Everything around iperf3's JSON: which documents are its own, and what it printed instead of one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from perfadvisor.tools import iperf3_people
from perfadvisor.tools.iperf3_document import Iperf3Run, is_iperf3, read
from perfadvisor.tools.jsontext import JsonText, split
from perfadvisor.tools.numbers import text

_COMPLAINT = re.compile(r"^iperf3: .*", re.MULTILINE)
_CUT = re.compile(r'"version":\s*"iperf 3')
_PLAIN = re.compile(r"^(Connecting to host |Server listening on |\[ *ID\] Interval )", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Iperf3Text:
    """`runs` are the tests found (a server prints one after the other), `complaint` what iperf3 reported as wrong;
    `plain` where this is iperf3's output for people, which has no JSON; `from_text` where the test is read from it."""

    json: JsonText
    runs: tuple[Iperf3Run, ...]
    complaint: str
    plain: bool
    crlf: bool
    from_text: bool = False


def take_apart(data: bytes) -> Iperf3Text:
    """What iperf3 printed. Never raises."""
    found = split(data)
    whole = [document for document in found.documents if is_iperf3(document)]
    cookies = {text(document, "start", "cookie") for document in whole} - {None}
    # --json-stream-full-output prints the whole document after its parts: that is one test, not two.
    parts = (part for part in _streamed(found.documents) if text(part, "start", "cookie") not in cookies)
    documents = [*whole, *parts]
    complaint = _COMPLAINT.search(found.outside)
    plain = bool(_PLAIN.search(found.outside)) and not iperf3_people.ITS_FORERUNNER.search(found.outside)
    told = iperf3_people.document(found.outside) if plain and not documents and not found.broken else None
    documents += [told] if told else []
    return Iperf3Text(
        json=found,
        runs=tuple(map(read, documents)),
        complaint=complaint.group().strip()[:300] if complaint else "",
        plain=plain,
        from_text=told is not None,
        crlf=b"\r\n" in data,
    )


def _streamed(documents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """--json-stream (3.17) prints {"event": "start", "data": ...} and so on line by line: put together again."""
    runs: list[dict[str, Any]] = []
    for document in documents:
        event, data = text(document, "event"), document.get("data")
        if event == "start":
            runs.append({"start": data, "intervals": []})
        elif event == "interval" and runs:
            runs[-1]["intervals"].append(data)
        elif event == "end" and runs:
            runs[-1]["end"] = data
        elif event == "error" and isinstance(data, str):
            if not runs:  # refused before anything began
                runs.append({"intervals": []})
            runs[-1]["error"] = data
    return runs


def recognise(data: bytes) -> bool:
    """Whether this is something iperf3 printed, if only the first part of it."""
    found = take_apart(data)
    cut = bool(found.json.broken) and _CUT.search(found.json.text[:65536]) is not None
    return cut or bool(found.runs or found.complaint or found.plain)
