"""Somebody at the emulated server who plugs devices in and pulls them out while it runs.

A step inside asks by a file in the shared directory, `wish-N`, which holds one command of QEMU's monitor; `done-N` says
that it was given, or why not.
"""

import json
import threading
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.agent.json_socket import JsonSocket

LOOK_S = 0.2


class Attendant:
    """Answers between `with Attendant(directory):` and its end; QEMU's monitor is `directory`/monitor."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._gone = threading.Event()
        self._thread = threading.Thread(target=self._work, name="attendant", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._gone.set()
        self._thread.join()

    def _work(self) -> None:
        monitor: JsonSocket | None = None
        while not self._gone.wait(LOOK_S):
            for wish in sorted(self._directory.glob("wish-*")):
                if monitor is None:
                    monitor = JsonSocket(self._directory / "monitor", "QEMU")
                    monitor.ask("qmp_capabilities", timeout_s=30.0)
                answer = _ask(monitor, wish)
                wish.unlink()
                (self._directory / wish.name.replace("wish", "done")).write_text(answer)
        if monitor is not None:
            monitor.close()


def _ask(monitor: JsonSocket, wish: Path) -> str:
    asked = json.loads(wish.read_text())
    try:
        monitor.ask(asked["execute"], asked["arguments"], timeout_s=60.0)
    except MeasureError as error:
        return error.message
    return "ok"
