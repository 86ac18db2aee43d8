"""`python -m tests.lab.taken FOLDER [--second|--third] [--qemu PROGRAM] [--kernel IMAGE]`: plant faults in the lab, and
keep what was read in tests/data. As a second and third server only the state without faults is read: one with an IOMMU
of AMD, one with another kernel."""

import argparse
import json
import shutil
import tarfile
from pathlib import Path

from perfadvisor.errors import MeasureError
from tests.lab.server import AMD, INTEL, Server
from tests.planted.kept import RUNS
from tests.planted.server import MORE, NEWER, PLANTED

DATA = RUNS.parents[1]
STEPS, OTHERS = "faulted astray crossed pasted", "well healthy wire"
TIME_S = 820.0


def main() -> None:
    """Boot, and copy."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--second", action="store_true")
    asked.add_argument("--third", action="store_true")
    asked.add_argument("--qemu", default="", help="QEMU 8.0 or later, for a NIC with virtual functions")
    asked.add_argument("--kernel", default="", help="an image whose modules are installed")
    given = asked.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    iommu, options = (AMD, "amd_iommu=on") if given.second else (INTEL, "intel_iommu=on")
    more = (*MORE, *PLANTED, *(NEWER if given.qemu else ()))
    server = Server(
        directory=given.folder,
        more=more,
        qemu=given.qemu,
        iommu=f"{iommu},device-iotlb=on",
        kernel_options=options,
        kernel=given.kernel,
    )
    other = given.second or given.third
    try:
        print(server.run(f"python -m tests.lab.inside {OTHERS if other else STEPS}", TIME_S).output)
    except MeasureError as error:  # what was reached is kept all the same
        print(error.message)
    keep_other(given.folder, "second" if given.second else "third") if other else keep(given.folder)


def keep(folder: Path) -> None:
    """Both states, the runs, and what programs printed."""
    seen, planted = json.loads((folder / "results.json").read_text()), DATA / "planted"
    (planted / "server.json").write_text(json.dumps({"names": seen["faulted"]["names"]}, indent=1) + "\n")
    for side in ("good", "bad"):
        shutil.copy(folder / f"{side}.tar.gz", planted / f"server-{side}.tar.gz")
    for name in ("good", "bad", "limited", "wire-good", "wire-interrupts", "wire-tool"):
        pack(folder / f"run-{name}", RUNS / f"server-{name}.tar.xz")
    if (folder / "paste.txt").exists():
        shutil.copy(folder / "paste.txt", planted / "pasted-server.txt")


def keep_other(folder: Path, name: str) -> None:
    """The state without faults, and runs in it."""
    machines = DATA / "machines"
    shutil.copy(folder / "good.tar.gz", machines / f"{name}-server.tar.gz")
    pack(folder / "run-healthy", machines / f"{name}-server-run.tar.xz")
    pack(folder / "run-wire-good", machines / f"{name}-wire-run.tar.xz")


def pack(run: Path, file: Path) -> None:
    """A run as one file."""
    if run.exists():
        with tarfile.open(file, "w:xz") as packed:
            packed.add(run, run.name)


if __name__ == "__main__":
    main()
