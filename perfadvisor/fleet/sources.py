"""Where judged hosts are read from: a directory that `fleet judge` wrote, or the store."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from perfadvisor.analyse.fleet.digest import FleetDigest
from perfadvisor.errors import InputError
from perfadvisor.fleet.digests import decode_digest, digest_of, encode_digest
from perfadvisor.fleet.kept import KeptHosts, time_of
from perfadvisor.model.fleet import HostRecord, OddSetting, SettingKey
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.store.database import Database
from perfadvisor.store.machine_reading import (
    machine_digests,
    machine_list,
    machine_records,
    newest_reports,
    setting_moves,
)
from perfadvisor.store.machines import add_digest, add_machines

STORED_AT_ONCE = 200  # hosts of one transaction: a kill loses that much work, and nothing that was stored


@dataclass(frozen=True, kw_only=True, slots=True)
class HostLine:
    """One host in a list."""

    host: str
    time: float
    cohort: str
    findings: int
    error: str


def host_lines(source: str) -> Iterator[HostLine]:
    """Every host with its newest reading, by name."""
    if not _is_kept(source):
        with Database(source).reading() as connection:
            for one in machine_list(connection):
                yield HostLine(host=one.host, time=one.time, cohort=one.cohort, findings=one.findings, error="")
        return
    found = [
        HostLine(host=one.host, time=time_of(one), cohort=one.cohort, findings=len(one.findings), error=one.error)
        for one in KeptHosts(Path(source)).records()
    ]
    yield from sorted(found, key=lambda line: line.host)


def host_records(source: str) -> Iterator[HostRecord]:
    """The newest record of every host, one at a time."""
    if _is_kept(source):
        yield from KeptHosts(Path(source)).records()
        return
    with Database(source).reading() as connection:
        yield from machine_records(connection)


def fleet_digest(source: str) -> FleetDigest:
    """What is compared of the newest record of every host."""
    if _is_kept(source):
        return KeptHosts(Path(source)).digest()
    with Database(source).reading() as connection:
        found, left = FleetDigest(), set(newest_reports(connection))
        for reports, line in machine_digests(connection):
            counted = sum(1 << number for number, report in enumerate(reports) if report in left)
            if counted:
                found.join(decode_digest(line, source or "the store"), counted)
                left.difference_update(reports)
        return digest_of(machine_records(connection)) if left else found


def host_record(source: str, host: str) -> HostRecord:
    """The newest record of one host; InputError where there is none."""
    if _is_kept(source):
        found = [one for one in KeptHosts(Path(source)).records() if one.host == host]
    else:
        with Database(source).reading() as connection:
            found = list(machine_records(connection, host))
    if not found:
        raise InputError(f"{source or 'the store'}: no host {host!r}", f"perfadvisor fleet list {source}".rstrip())
    return found[0]


def left_since(source: str, moved: Collection[OddSetting]) -> dict[tuple[str, SettingKey], float]:
    """Host and setting -> when it left the accepted value, as far as the store knows; a directory holds one reading of
    each host."""
    found: dict[tuple[str, SettingKey], float] = {}
    if _is_kept(source) or not moved:
        return found
    accepted = {(one.host, one.key): one.usual for one in moved}
    with Database(source).reading() as connection:
        for move in setting_moves(connection, {one.key.name for one in moved}):
            where = (move.host, move.key)
            if where in accepted and move.before == accepted[where]:
                found[where] = move.time
    return found


def store_hosts(source: Path, db: str) -> tuple[int, int]:
    """Put every record of a directory into the store; how many were new, and how many were there. What was stored
    before a kill stays, and is not stored twice."""
    kept = KeptHosts(source)
    database = Database(db)
    new = known = 0
    records = (one for batch in kept.batches() for one in kept.all_in(batch) if not one.error)
    while some := list(islice(records, STORED_AT_ONCE)):
        with database.writing() as connection:
            added = add_machines(connection, [(one, time_of(one)) for one in some], _natures())
            if added:
                add_digest(connection, list(added), encode_digest(digest_of(added.values())))
        new, known = new + len(added), known + len(some) - len(added)
    return new, known


@cache
def _natures() -> dict[str, str]:
    """Measured facts move, settings and identities seldom do."""
    return {name: spec.nature for name, spec in known_facts().items()}


def _is_kept(source: str) -> bool:
    return bool(source) and "://" not in source and Path(source).is_dir()
