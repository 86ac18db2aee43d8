"""`python -m tests.lab.taken FOLDER [SERVER] [--qemu PROGRAM] [--kernel IMAGE]`: boot an emulated server, and keep what
was read of it in tests/data.

On the usual one faults are planted. Of the others, for which other kernels are given, the state without faults is kept;
`uneven` is first read as its firmware and its kernel's options made it, which is badly. In `delayed` a disk and a flow
wait."""

import argparse
import json
import os
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.errors import MeasureError
from tests.lab.scrub import Scrubber
from tests.lab.server import INTEL, NUMA, REPOSITORY, Server
from tests.planted.kept import RUNS
from tests.planted.server import MORE, NEWER, PLANTED, UNEVEN, UNEVEN_NUMA, UNEVEN_OPTIONS

DATA = RUNS.parents[1]
TIME_S = 820.0
COUNTS = "MPSTAT"  # names a program of that kind where none is installed


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A server, and the steps to take on it."""

    steps: str
    options: str = "intel_iommu=on"
    more: tuple[str, ...] = ()
    numa: tuple[str, ...] = NUMA


USUAL = "usual"
KINDS = {
    USUAL: Kind(steps="faulted astray crossed pasted"),
    "third": Kind(steps="well pasted healthy near_disk crossed"),
    "delayed": Kind(steps="delayed_disk delayed_line"),
    "uneven": Kind(
        steps="uneven well near_disk pasted healthy",
        more=UNEVEN,
        numa=UNEVEN_NUMA,
        options=f"intel_iommu=on {UNEVEN_OPTIONS}",
    ),
}


def main() -> None:
    """Boot, and copy."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("server", nargs="?", choices=KINDS, default=USUAL)
    asked.add_argument("--qemu", default="", help="QEMU 8.0 or later, for a NIC with virtual functions")
    asked.add_argument("--kernel", default="", help="an image whose modules are installed")
    asked.add_argument("--steps", default="", help="others than these")
    asked.add_argument("--keep-only", action="store_true", help="keep what an earlier boot left in the folder")
    given = asked.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    if not given.keep_only:
        _boot(given)
    packages = [place for place in sys.path if place.endswith("site-packages")]
    names = dict.fromkeys((sysconfig.get_paths()["stdlib"], *packages), "/opt/python")
    names |= {str(given.folder): "/tmp/lab", str(REPOSITORY): "/opt/perfadvisor"}
    scrubber = Scrubber(names | ({given.qemu: "/opt/qemu"} if given.qemu else {}))
    keep(given.folder, scrubber) if given.server == USUAL else keep_other(given.folder, given.server, scrubber)


def _boot(given: argparse.Namespace) -> None:
    kind: Kind = KINDS[given.server]
    program = os.environ.get(COUNTS) or shutil.which("mpstat")
    if program:
        shutil.copy(program, given.folder / "mpstat")
    server = Server(
        directory=given.folder,
        more=(*MORE, *PLANTED, *(NEWER if given.qemu else ()), *kind.more),
        qemu=given.qemu,
        iommu=f"{INTEL},device-iotlb=on",
        kernel_options=kind.options,
        kernel=given.kernel,
        numa=kind.numa,
    )
    try:
        print(server.run(f"python -m tests.lab.inside {given.steps or kind.steps}", TIME_S).output)
    except MeasureError as error:  # what was reached is kept all the same
        print(error.message)


def keep(folder: Path, scrubber: Scrubber) -> None:
    """Both states, the runs, and what programs printed."""
    seen, planted = json.loads((folder / "results.json").read_text()), DATA / "planted"
    (planted / "server.json").write_text(json.dumps({"names": seen["faulted"]["names"]}, indent=1) + "\n")
    for side in ("good", "bad"):
        scrubber.snapshot(folder / f"{side}.tar.gz", planted / f"server-{side}.tar.gz")
    for name in ("good", "bad", "limited", "wire-good", "wire-interrupts", "wire-tool"):
        _keep_run(folder / f"run-{name}", RUNS / f"server-{name}.tar.xz", scrubber)
    _keep_text(folder / "paste.txt", planted / "pasted-server.txt", scrubber)


def keep_other(folder: Path, name: str, scrubber: Scrubber) -> None:
    """The state of it, runs on it, and what programs printed."""
    planted = DATA / "planted"
    snapshots = {
        "good": planted / f"{name}-good",
        "uneven": DATA / f"machines/{name}-server",
    }
    for said, kept in snapshots.items():
        if (folder / f"{said}.tar.gz").exists():
            scrubber.snapshot(folder / f"{said}.tar.gz", kept.with_name(f"{kept.name}.tar.gz"))
    for run in ("healthy", "steady", "near-disk"):
        _keep_run(folder / f"run-{run}", RUNS / f"{name}-{run}-good.tar.xz", scrubber)
    for run in ("wire-good", "wire-interrupts", "wire-tool", "storage", "network"):
        _keep_run(folder / f"run-{run}", RUNS / f"{name}-{run}.tar.xz", scrubber)
    _keep_text(folder / "mpstat.txt", planted / f"{name}-mpstat-good.txt", scrubber)
    _keep_text(folder / "paste.txt", planted / f"pasted-{name}.txt", scrubber)


def _keep_run(run: Path, file: Path, scrubber: Scrubber) -> None:
    if run.exists():
        scrubber.run(run, file)


def _keep_text(said: Path, file: Path, scrubber: Scrubber) -> None:
    if said.exists() and said.stat().st_size:
        file.write_bytes(scrubber.text(said.read_bytes()))


if __name__ == "__main__":
    main()
