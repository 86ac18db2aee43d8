"""`lsblk`, with any columns, as text and JSON: whole disks with their scheduler, kind, size and mount points."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from perfadvisor.facts.block import block
from perfadvisor.facts.reading import columns, reader
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact, FactSpec, Scalar

SOURCE = "$ lsblk"
_FLAGS = {"0": False, "1": True, "false": False, "true": True, "False": False, "True": True}
_MODEL = re.compile(r"nvme[0-9]+n[0-9]+")

Row = Mapping[str, str]


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """What the columns say of each whole disk. lsblk rounds its size unless -b was given, so only a number of bytes is
    taken."""
    text = decoded(data)
    for row in _of_json(text) if text.lstrip().startswith("{") else _of_text(text.splitlines()):
        for spec, value in _values(row).items():
            if value is not None:
                yield spec.fact(value, source=source, subject=row["name"])


def _of_text(lines: list[str]) -> Iterator[Row]:
    """Rows that a tree has at its root; what lies below is a partition, or built upon one."""
    start = next((place for place, line in enumerate(lines) if line.split()[:1] == ["NAME"]), None)
    if start is None:
        return
    body = [line for line in lines[start + 1 :] if line[:1].isalnum()]
    for row in columns.rows(lines[start], body):
        if "NAME" in row:
            yield {name.lower(): value for name, value in row.items()}


def _of_json(text: str) -> Iterator[Row]:
    try:
        devices = json.loads(text)["blockdevices"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return
    for one in devices if isinstance(devices, list) else ():
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            yield {key: str(value) for key, value in _plain(one).items() if value is not None}


def _plain(one: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.items() if not isinstance(value, list | dict)}


def _values(row: Row) -> Mapping[FactSpec, Scalar | None]:
    if row.get("type", "disk") != "disk":
        return {}
    read_ahead = reader.number(row.get("ra"))
    nvme = _MODEL.fullmatch(row["name"]) is not None
    return {
        block.ROTATIONAL: _FLAGS.get(row.get("rota", "")),
        block.SCHEDULER: row.get("sched") or None,
        block.NR_REQUESTS: reader.number(row.get("rq-size")),
        block.READ_AHEAD: None if read_ahead is None else read_ahead * reader.KIB,
        block.LOGICAL: reader.number(row.get("log-sec")),
        block.PHYSICAL: reader.number(row.get("phy-sec")),
        block.MODEL: row.get("model") or None,
        block.SIZE: reader.number(row.get("size")),
        block.IS_NVME: nvme,
        block.IS_VIRTIO: row["name"].startswith("vd") or None,
        block.IS_VIRTUAL: row["name"].startswith(("loop", "dm-", "md", "zram", "ram")),
    }
