"""What is kept of judged hosts: a directory of small files, each whole or absent, each with a batch of hosts.

`hosts/NNNNNN.jsonl.gz`: the first line lists the hosts of the batch, and by which rules they were judged; the second is
what is compared of them; each line after it is one host's record. A kill loses the batches in progress, and nothing is
kept twice: a host's content names what was judged.
"""

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perfadvisor.analyse.fleet.digest import FleetDigest
from perfadvisor.errors import InputError
from perfadvisor.fleet.digests import decode_digest, digest_of, encode_digest
from perfadvisor.fleet.records import decode, encode
from perfadvisor.model.fleet import HostRecord
from perfadvisor.upgrading import Format
from perfadvisor.whole import write_whole

FORMAT = Format(kind="judged hosts", version=2, steps={1: lambda document: {**document, "digest": False}})
FOLDER = "hosts"
LEVEL = 1  # of compression: three times as fast as the usual 6, for a tenth more bytes
AHEAD_S = 300.0  # a machine whose clock is further ahead than that of the control node has a wrong clock
MOST_BYTES = 1 << 30


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptHost:
    """What the first line of a batch says of a host; `time` is when it was read, by a clock that is believed."""

    host: str
    content: str
    time: float
    error: str
    again: bool
    cells: int
    findings: int


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptBatch:
    """One file."""

    path: Path
    rules: str
    digest: bool  # whether its second line is one
    hosts: tuple[KeptHost, ...]


def time_of(record: HostRecord) -> float:
    """The machine's own time, or when its bundle was written here where that is missing or lies in the future."""
    own_clock = 0 < record.taken <= record.received + AHEAD_S
    return record.taken if own_clock else record.received


def packed(records: Sequence[HostRecord], rules: str) -> bytes:
    """A batch as it is written."""
    hosts = [
        [one.host, one.content, time_of(one), one.error, one.again, len(one.cells), len(one.findings)]
        for one in records
    ]
    head = {"schema_version": FORMAT.version, "rules": rules, "digest": True, "hosts": hosts}
    first = (json.dumps(head, allow_nan=False), encode_digest(digest_of(records)))
    lines = "".join(line + "\n" for line in (*first, *map(encode, records)))
    return gzip.compress(lines.encode(), LEVEL, mtime=0)


class KeptHosts:
    """The kept hosts of one directory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._folder = path / FOLDER

    def make(self) -> None:
        """Create the directory; InputError where something else lies there."""
        if self.path.exists() and not self.path.is_dir():
            raise InputError(f"{self.path}: exists and is not a directory", "choose another directory")
        if self.path.is_dir() and any(self.path.iterdir()) and not self._folder.is_dir():
            raise InputError(f"{self.path}: holds other files", "choose an empty directory, or one of judged hosts")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def add(self, data: bytes) -> Path:
        """Write a packed batch under the next free number."""
        taken = [int(file.name.partition(".")[0]) for file in self._files()]
        path = self._folder / f"{max(taken, default=0) + 1:06}.jsonl.gz"
        write_whole(path, data)
        return path

    def replace(self, path: Path, data: bytes) -> None:
        """Write a batch in the place of one."""
        write_whole(path, data)

    def batches(self) -> Iterator[KeptBatch]:
        """The first lines of all files, in order of writing. InputError where there are none, or one is damaged."""
        if not self._folder.is_dir():
            raise InputError(f"{self.path}: no judged hosts here", "perfadvisor fleet judge BUNDLES --out DIR")
        for path in self._files():
            yield _head(path, next(_lines(path), ""))

    def latest(self) -> dict[str, KeptHost]:
        """Host -> the newest of its records that could be judged, or the newest at all; sorted by host."""
        found: dict[str, KeptHost] = {}
        for batch in self.batches():
            for one in batch.hosts:
                before = found.get(one.host)
                if before is None or _rank(one) >= _rank(before):
                    found[one.host] = one
        return dict(sorted(found.items()))

    def records(self) -> Iterator[HostRecord]:
        """The newest record of each host, batch by batch: never more than one in memory."""
        newest = self._newest()
        for path in self._files():
            batch, lines = _opened(path)
            for one in batch.hosts:
                number, line = next(lines, (0, ""))
                if newest.pop((one.host, one.content), False):
                    yield decode(line, f"{path.name}:{number}")

    def digest(self) -> FleetDigest:
        """What is compared of the newest record of each host."""
        newest, found = self._newest(), FleetDigest()
        for path in self._files():
            lines = _lines(path)
            batch = _head(path, next(lines, ""))
            counted = [newest.pop((one.host, one.content), False) for one in batch.hosts]
            if any(counted):
                own = _digest(path, lines) if batch.digest else digest_of(self.all_in(batch))
                found.join(own, sum(1 << number for number, one in enumerate(counted) if one))
        return found

    def _newest(self) -> dict[tuple[str, str], bool]:
        """Name and content of the newest record of each host."""
        return {(host, one.content): True for host, one in self.latest().items()}

    def all_in(self, batch: KeptBatch) -> tuple[HostRecord, ...]:
        """Every record of a batch."""
        _, lines = _opened(batch.path)
        return tuple(decode(line, f"{batch.path.name}:{number}") for number, line in lines)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("[0-9]*.jsonl.gz"))


def _digest(path: Path, lines: Iterator[str]) -> FleetDigest:
    return decode_digest(next(lines, ""), f"{path.name}:2")


def _rank(one: KeptHost) -> tuple[bool, float]:
    return not one.error, one.time


def _lines(path: Path) -> Iterator[str]:
    left = MOST_BYTES
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as stream:
            while line := stream.readline(left):
                left -= len(line)
                yield line.rstrip("\n")
                if left <= 0:
                    raise InputError(f"{path}: unpacks to more than {MOST_BYTES >> 20} MiB", "judge the bundles again")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise InputError(f"{path}: damaged: {error}", "remove the file, and judge its bundles again") from error


def _opened(path: Path) -> tuple[KeptBatch, Iterator[tuple[int, str]]]:
    """A batch, and the lines of its records with their numbers."""
    lines = enumerate(_lines(path), 1)
    batch = _head(path, next(lines, (1, ""))[1])
    if batch.digest:
        next(lines, None)
    return batch, lines


def _head(path: Path, line: str) -> KeptBatch:
    try:
        plain = FORMAT.today(json.loads(line), str(path))
        hosts = tuple(map(_host, plain["hosts"]))
        return KeptBatch(path=path, rules=str(plain["rules"]), digest=plain["digest"] is True, hosts=hosts)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{path}: not a file of judged hosts: {error!r:.200}", "judge the bundles again") from error


def _host(values: list[Any]) -> KeptHost:
    host, content, time, error, again, cells, findings = values
    return KeptHost(
        host=str(host),
        content=str(content),
        time=float(time),
        error=str(error),
        again=again is True,
        cells=int(cells),
        findings=int(findings),
    )
