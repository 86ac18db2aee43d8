"""`python -m tests.lab.table FOLDER [--qemu PROGRAM] [STEP...]`: the runs of tests/lab/table_steps.py, their pages and
their tables, in FOLDER. PROGRAM is QEMU 8.0 or later, for a NIC with virtual functions (docs/lab.md)."""

import argparse
import json
import shutil
from pathlib import Path

from click.testing import CliRunner

from perfadvisor.bundle import load
from perfadvisor.cli import group
from perfadvisor.errors import MeasureError
from perfadvisor.judge import judge_run
from perfadvisor.model.rule import Outcome
from perfadvisor.packs.rules import load_rules
from tests.lab import containers
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
TIME_S = 800.0


def main() -> None:
    """Boot, and make the pages."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--qemu", default="")
    asked.add_argument("--libvirt", type=Path, help="where libvirt was unpacked, for the step nodedev")
    asked.add_argument("steps", nargs="*", default=STEPS)
    given = asked.parse_args()
    folder = given.folder / "boot"
    folder.mkdir(parents=True, exist_ok=True)
    if "table" in given.steps and not (given.folder / containers.STORE).exists():
        containers.make(given.folder / containers.STORE)
    if given.libvirt:
        shutil.copytree(given.libvirt, folder / LIBVIRT, symlinks=True)
    server = Server(directory=folder, more=NICS if given.qemu else (), qemu=given.qemu)
    try:
        print(server.run(f"python -m tests.lab.inside {' '.join(given.steps)}", TIME_S).output)
    except MeasureError as error:  # what was measured until then is shown all the same
        print(error.message)
    for name in RUNS:
        if (folder / name / "trials").exists():
            pages(folder / name, given.folder / name)


def pages(run: Path, place: Path) -> None:
    """The page of a run, its findings as text, and which rules were asked of it."""
    for words in (("report", str(run), "-o", str(place.with_suffix(".html"))), ("advise", str(run))):
        print(CliRunner().invoke(group, words).output)
    view = judge_run(load(run), load_rules(), source=run.name)
    outcomes = {
        outcome.value: sorted({f"{one.rule.id} @ {one.environment}" for one in view.findings if one.outcome is outcome})
        for outcome in (Outcome.FIRES, Outcome.CLEAR)
    }
    place.with_suffix(".json").write_text(json.dumps(outcomes, indent=1) + "\n")


if __name__ == "__main__":
    main()
