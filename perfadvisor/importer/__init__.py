"""Results people already have, as a run like any other: to be judged, reported and gated."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from perfadvisor import bundle
from perfadvisor.bundle.evidence import Evidence
from perfadvisor.importer.pieces import in_order, read
from perfadvisor.importer.runs import ENVIRONMENT, run_of
from perfadvisor.model.run import Run
from perfadvisor.model.snapshot import Snapshot

__all__ = ["import_files"]


def import_files(files: Sequence[Path], out: Path, snapshot: Path | None = None, argv: tuple[str, ...] = ()) -> Run:
    """Make a run at `out` of every test in `files`, and return it. Files with equal configurations are repeats.

    InputError with one line for each file that holds no result, MeasureError where the disk is full; nothing is left
    there then."""
    state = _snapshot(snapshot) if snapshot else None
    pieces = read(files)
    run = run_of(pieces, state, argv)
    data = {trial.number: piece.data for trial, piece in zip(run.plan, in_order(pieces), strict=True)}
    saved = bundle.create(out, run)
    try:
        if state:
            saved.save_snapshot(state, "before")
        for result in run.results:
            saved.append(result, Evidence(stdout=data[result.trial.number]), result.doubts)
        saved.set_state("complete")
    except BaseException:  # a full disk: all of it can be made again, and half a run would be in the way
        shutil.rmtree(saved.path, ignore_errors=True)
        raise
    finally:
        saved.close()
    return run


def _snapshot(path: Path) -> Snapshot:
    from perfadvisor.saved.saved import load

    return replace(load(path), environment=ENVIRONMENT)
