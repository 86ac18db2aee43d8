"""`python -m tests.lab.table FOLDER [--qemu PROGRAM] [STEP...]`: the runs of tests/lab/table_steps.py, their pages and
their tables, in FOLDER. PROGRAM is QEMU 8.0 or later, for a NIC with virtual functions (docs/lab.md)."""

import argparse
import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from perfadvisor.bundle import load
from perfadvisor.errors import MeasureError
from perfadvisor.judge import judge_run
from perfadvisor.packs.rules import load_rules
from tests.lab import containers, told
from tests.lab.server import Server
from tests.lab.table_steps import LIBVIRT

# Two NICs with virtual functions on the second socket, on the same network as the others.
NICS = tuple(
    f"-device pcie-root-port,id=rp{n},bus=pxb1,chassis={n},slot={n} -netdev hubport,id=many{n},hubid=0 "
    f"-device igb,netdev=many{n},bus=rp{n}"
    for n in (14, 15)
)
STEPS = ("table", "domains_disk", "domains_nic", "domains_map", "near")
RUNS = ("table", "domains-disk", "domains-nic", "domains-map", "near")
TIME_S = 860.0


def main() -> None:
    """Boot, and make the pages."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--qemu", default="")
    asked.add_argument("--libvirt", type=Path, help="where libvirt was unpacked, for the step nodedev")
    asked.add_argument("--again", action="store_true", help="boot nothing, and judge what FOLDER has")
    asked.add_argument("steps", nargs="*", default=STEPS)
    given = asked.parse_intermixed_args()  # the steps may follow the options
    if not given.again:
        boot(given.folder, given.steps, given.qemu, given.libvirt)
    for name in RUNS:
        if (given.folder / "boot" / name / "trials").exists():
            run(given.folder / "boot" / name, given.folder / name)
    others(given.folder / "boot")


def boot(place: Path, steps: Iterable[str], qemu: str, libvirt: Path | None) -> None:
    """Run the steps; what was measured before the time was over is kept."""
    folder = place / "boot"
    folder.mkdir(parents=True, exist_ok=True)
    if "table" in steps and not (place / containers.STORE).exists():
        containers.make(place / containers.STORE)
    if libvirt:
        shutil.copytree(libvirt, folder / LIBVIRT, symlinks=True, dirs_exist_ok=True)
    server = Server(directory=folder, more=NICS if qemu else (), qemu=qemu)
    try:
        print(server.run(f"python -m tests.lab.inside {' '.join(steps)}", TIME_S).output)
    except MeasureError as error:
        print(error.message)


def run(folder: Path, place: Path) -> None:
    """The page of a run, its findings as text, its figures, and which rules were asked of it."""
    told.pages(folder, place)
    view = judge_run(load(folder), load_rules(), source=folder.name)
    asked = told.rules(view)
    place.with_suffix(".json").write_text(json.dumps(asked, indent=1) + "\n")
    print("\n".join([*told.figures(view), "", *told.counts(asked), ""]))


def others(folder: Path) -> None:
    """What steps saw that measure nothing."""
    if (folder / "nodedev.xml").exists():
        print("\n".join(told.by_libvirt(folder)))
    seen = json.loads((folder / "results.json").read_text()) if (folder / "results.json").exists() else {}
    if "asked" in seen:
        print("\n".join(told.by_qemu(seen["asked"])))
    if "before" in seen.get("table", ()):
        print("\n".join(told.given_back(seen["table"])))


if __name__ == "__main__":
    main()
