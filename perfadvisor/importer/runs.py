"""From the tests of files to a run."""

import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from perfadvisor import __version__
from perfadvisor.importer.naming import identity, workload, workload_ids
from perfadvisor.importer.pieces import Piece, in_order
from perfadvisor.importer.ways import Ways
from perfadvisor.model.doubts import DoubtReason
from perfadvisor.model.result import Doubt, TrialResult, TrialState, Trust
from perfadvisor.model.run import Run
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.workload import Environment, Trial, Workload
from perfadvisor.specs.spec import Spec
from perfadvisor.tools.configuration import Configuration

ENVIRONMENT = "imported"
NOTE = "imported: no counters were read around these trials, so steal, other load and interrupts are not known"


def run_of(
    pieces: Sequence[Piece], snapshot: Snapshot | None, argv: tuple[str, ...], environment: str = ENVIRONMENT
) -> Run:
    """The run, not yet written. Trials are in the order in which they were measured, as far as the files say."""
    ids = workload_ids([piece.configuration for piece in pieces])
    workloads: dict[str, Workload] = {}
    results: list[TrialResult] = []
    repeats: dict[str, int] = {}
    files: dict[str, list[str]] = {}
    names = _file_names(pieces)
    for piece in pieces:
        mine = files.setdefault(ids[identity(piece.configuration)], [])
        mine += [names[piece.file]] if names[piece.file] not in mine else []
    ways = Ways(snapshot)
    for number, piece in enumerate(in_order(pieces), 1):
        id = ids[identity(piece.configuration)]
        workloads.setdefault(id, workload(id, piece.configuration, files[id]))
        repeats[id] = repeats.get(id, 0) + 1
        results.append(_result(number, id, repeats[id], piece, ways, names[piece.file], environment))
    return Run(
        id=_run_id(pieces),
        started=min(result.started for result in results),
        seed=0,
        argv=argv,
        state="running",
        versions={"perfadvisor": __version__, **_versions(pieces)},
        host=ways.host(),
        environments=(Environment(name=environment, spec=Spec(text="imported"), kind=ways.kind()),),
        workloads=workloads,
        plan=tuple(result.trial for result in results),
        results=tuple(results),
        before={environment: snapshot} if snapshot else {},
        notes=(NOTE, "files: " + ", ".join(names.values()), *_from_text(pieces, names)),
    )


def _from_text(pieces: Sequence[Piece], names: Mapping[Path, str]) -> Iterator[str]:
    told = dict.fromkeys(names[piece.file] for piece in pieces if piece.configuration.output.details.get("from_text"))
    if told:
        yield f"read from the output for people, which has fewer digits than the JSON: {', '.join(told)}"


def _run_id(pieces: Iterable[Piece]) -> str:
    """The same files give the same id, so that a history knows a run it has already."""
    digest = hashlib.sha256()
    for data in sorted(hashlib.sha256(piece.data).digest() for piece in pieces):
        digest.update(data)
    first = min(piece.configuration.started or 0.0 for piece in pieces)
    return f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(max(0.0, min(first, 4e9))))}-{digest.hexdigest()[:6]}"


def _versions(pieces: Iterable[Piece]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for piece in pieces:
        tool = piece.configuration.tool
        version = str(piece.configuration.output.details.get(f"{tool}_version", ""))
        found.setdefault(tool, set()).add(version.removeprefix("fio-").removeprefix("iperf "))
    return {tool: ", ".join(sorted(filter(None, versions))) for tool, versions in found.items()}


def _file_names(pieces: Sequence[Piece]) -> dict[Path, str]:
    """What to call each file: its name, and the path where two share one."""
    files = list(dict.fromkeys(piece.file for piece in pieces))
    names = Counter(file.name for file in files)
    return {file: file.name if names[file.name] == 1 else str(file) for file in files}


def _result(number: int, id: str, repeat: int, piece: Piece, ways: Ways, file: str, environment: str) -> TrialResult:
    one = piece.configuration
    source = {"imported_from": file, **({"target": one.target} if one.target else {})}
    trial = Trial(
        number=number,
        workload=id,
        environment=environment,
        repeat=repeat,
        position=1,
        runtime_s=one.runtime_s,
        warmup_s=one.warmup_s,
        parameters=one.parameters,
    )
    return TrialResult(
        trial=trial,
        state=TrialState.DONE,
        started=one.started or 0.0,
        duration_s=one.warmup_s + one.runtime_s,
        output=replace(one.output, details={**one.output.details, **source}),
        path=ways.of(one),
        doubts=tuple(_doubts(one)),
    )


def _doubts(one: Configuration) -> Iterator[Doubt]:
    if one.beside:
        evidence = f"the file has {one.beside} other jobs of the same group"
        yield Doubt(trust=Trust.NOISY, reason=DoubtReason.JOBS_BESIDE, evidence=evidence)
    if one.output.details.get("interrupted"):
        yield Doubt(trust=Trust.NOISY, reason=DoubtReason.ENDED_EARLY, evidence="fio was ended by a signal")
