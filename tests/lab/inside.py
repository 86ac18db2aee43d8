"""What runs inside the lab: one Python for everything, because under emulation starting one takes seconds.

`python -m tests.lab.inside STEP...` runs the steps; what each saw is in results.json, one that failed with its
traceback.
"""

import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from perfadvisor.cli import main as command_line

HERE = Path.cwd()
ROOMS = (
    "steps",
    "device_steps",
    "plant_steps",
    "change_steps",
    "fault_steps",
    "run_steps",
    "table_steps",
    "ask_steps",
    "strike_steps",
    "delay_steps",
)


def perfadvisor(*arguments: str) -> int:
    """The command line in a process of its own, which starts warm; its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(start(*arguments), 0)[1])


def start(*arguments: str) -> int:
    """The same, left running: its process id."""
    say(f"perfadvisor {' '.join(arguments)}")
    child = os.fork()
    if child:
        return child
    sys.argv = ["perfadvisor", *arguments]
    code: object = 0
    try:
        command_line()
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 99
    sys.stdout.flush()
    os._exit(code if isinstance(code, int) else 0)


def say(text: str) -> None:
    """A line with the time since the boot."""
    print(f"[{time.monotonic():.0f} s] {text}", flush=True)


def text(path: str | Path) -> str:
    """A file's text."""
    return Path(path).read_text().strip()


def driver(address: str) -> str:
    """A PCI function's driver, "" for none."""
    link = Path(f"/sys/bus/pci/devices/{address}/driver")
    return link.resolve().name if link.exists() else ""


def _step(name: str) -> Callable[[], dict[str, Any]]:
    """Modules are imported only where they are needed: under emulation each takes its time."""
    for room in ROOMS:
        step: Callable[[], dict[str, Any]] | None = getattr(importlib.import_module(f"tests.lab.{room}"), name, None)
        if step is not None:
            return step
    raise ValueError(f"no step is called {name}")


def main(names: list[str]) -> None:
    """Run the steps in this order."""
    seen: dict[str, Any] = {}
    for name in names:
        began = time.monotonic()
        say(name)
        try:
            seen[name] = _step(name)()
        except Exception:
            seen[name] = {"failed": traceback.format_exc()}
            traceback.print_exc()
        seen[name]["seconds"] = round(time.monotonic() - began, 1)
        (HERE / "results.json").write_text(json.dumps(seen, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
