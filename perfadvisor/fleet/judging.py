"""Bundles of many machines judged: each once, bad ones named, everything kept as it comes."""

import gc
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

from perfadvisor.fleet import workers
from perfadvisor.fleet.digests import compared_names
from perfadvisor.fleet.kept import KeptBatch, KeptHosts, packed
from perfadvisor.fleet.one import content_of, judged, judged_again
from perfadvisor.fleet.places import BundlePlace, bundle_places
from perfadvisor.model.fleet import HostRecord
from perfadvisor.model.rule import Rule

BATCH = 32
FEW = 64  # bundles that one process judges before others would have started
KILLED = "judging it ended the process each time"


@dataclass(slots=True)
class JudgedFleet:
    """What one call did: how many bundles were judged, judged again from kept facts, and known before; and the bad
    ones with the reason."""

    new: int = 0
    again: int = 0
    known: int = 0
    bad: list[tuple[str, str]] = field(default_factory=list)


def judge_fleet(
    paths: Sequence[Path],
    out: Path,
    rules_dirs: Sequence[Path] = (),
    *,
    scheduler: str = "",
    processes: int = 0,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> JudgedFleet:
    """Judge the bundles at the paths into `out`. What is kept there already is not read again; where the rules have
    changed since, it is judged from its kept facts. InputError where there are no bundles or a rule is broken."""
    places = bundle_places(paths)
    kept = KeptHosts(out)
    kept.make()
    mark, own = rules_mark(_rules(tuple(rules_dirs))), tuple(rules_dirs)
    done = JudgedFleet()
    old = [batch for batch in kept.batches() if batch.rules != mark]
    current = {(one.host, one.content) for batch in kept.batches() for one in batch.hosts if not one.error}
    wanted = [place for place in places if not _is_known(place, current)]
    done.known = len(places) - len(wanted)
    total = len(wanted) + sum(len(batch.hosts) for batch in old)
    with _mapping(scheduler, processes, total) as mapped:
        for batch, data in mapped(partial(_again, own, mark, out), old, lambda _batch: ()):
            if data is not None:
                kept.replace(batch.path, data)
                done.again += len(batch.hosts)
                progress(done.again, total)
        for some, answer in mapped(partial(_judge, own, mark), _parts(wanted, BATCH), _split):
            data, bad = answer or _killed(some, mark)
            kept.add(data)
            done.bad += bad
            done.new += len(some)
            progress(done.again + done.new, total)
    return done


def rules_mark(rules: Sequence[Rule]) -> str:
    """What tells these rules, and the names of what is compared, from others."""
    told = f"{rules!r} {sorted(compared_names())!r}"
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:16]


@cache
def _rules(own: tuple[Path, ...]) -> tuple[Rule, ...]:
    from perfadvisor.packs.rules import load_rules

    return load_rules(own)


def _is_known(place: BundlePlace, current: set[tuple[str, str]]) -> bool:
    try:
        return bool(current) and (place.host, content_of(place.path)) in current
    except OSError:
        return False


Places = tuple[BundlePlace, ...]
_Bad = list[tuple[str, str]]


def _judge(own: tuple[Path, ...], mark: str, places: Places) -> tuple[bytes, _Bad]:
    """In a worker: the batch as it is kept, and the bad bundles in it."""
    rules = _rules(own)
    with _without_collections():
        records = [judged(place, rules) for place in places]
    return packed(records, mark), [(record.host, record.error) for record in records if record.error]


def _again(own: tuple[Path, ...], mark: str, out: Path, batch: KeptBatch) -> bytes:
    """In a worker: a kept batch judged by today's rules."""
    rules = _rules(own)
    with _without_collections():
        records = [_one_again(record, rules) for record in KeptHosts(out).all_in(batch)]
    return packed(records, mark)


@contextmanager
def _without_collections() -> Iterator[None]:
    """A host is tens of thousands of small tuples: looking for cycles among them each time some hundred are new takes a
    quarter of the time. What cycles there are wait for the end of the batch."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
        gc.collect(0)


def _one_again(record: HostRecord, rules: Sequence[Rule]) -> HostRecord:
    """From its kept facts where they are all that is needed, else from its bundle if that is still the same."""
    if record.error:
        return record
    if record.again:
        return judged_again(record, rules)
    source = Path(record.source)
    if source.exists() and content_of(source) == record.content:
        return judged(BundlePlace(host=record.host, path=source), rules)
    return record


def _killed(places: Places, mark: str) -> tuple[bytes, _Bad]:
    bad = [HostRecord(host=one.host, source=str(one.path), content="", error=KILLED) for one in places]
    return packed(bad, mark), [(one.host, one.error) for one in bad]


def _split(places: Places) -> list[Places]:
    return [(one,) for one in places] if len(places) > 1 else []


def _parts(places: Sequence[BundlePlace], size: int) -> Iterator[Places]:
    rest = iter(places)
    while some := tuple(islice(rest, size)):
        yield some


@contextmanager
def _mapping(scheduler: str, processes: int, total: int) -> Iterator["_Map"]:
    """How batches are worked on: here where they are few and no cluster is named, else by workers."""
    if not scheduler and (total <= FEW or processes == 1):
        yield lambda work, batches, _split: ((one, work(one)) for one in batches)
    else:
        with workers.client(scheduler, processes or os.cpu_count() or 1) as connected:
            yield partial(workers.spread, connected)


_Map = Callable[[Callable[[Any], Any], Iterable[Any], Callable[[Any], Sequence[Any]]], Iterator[tuple[Any, Any]]]
