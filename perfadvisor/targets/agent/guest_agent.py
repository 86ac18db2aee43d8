"""Commands in a guest through QEMU's guest agent, over a serial port of its own: no network, no login.

The same protocol serves an ephemeral guest and a libvirt domain (QEMU docs/interop/qemu-ga-ref). A stopped guest, or an
agent that died, leaves stale answers in the port, so every conversation begins with guest-sync-delimited.
"""

import base64
import json
import secrets
import select
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from perfadvisor.errors import CutOffError, MeasureError
from perfadvisor.targets.agent.json_socket import JsonSocket, connected
from perfadvisor.targets.base import Command, Completed

SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TIMED_OUT = 124
KILLED = (124, 137, -9)  # timeout(1) says the first, a shell says the second of what ended by SIGKILL, as timeout does
GRACE_S = 30.0  # beyond the command's own time, which is watched over inside the guest
FIRST_LOOK_S, LAST_LOOK_S = 0.02, 2.0
LOOK_EVERY_S = 1.0  # whether the command's device is still there, which is asked on this machine
UNTOLD_S = 15.0  # without word that a command is over, its state is asked for after all
# Says on a second port when the command is over, so that nothing has to ask inside the guest while it measures. The
# mark tells it from one before, whose word came late.
TELLING = 'port=$0; mark=$1; shift; "$@"; code=$?; echo "$mark" >"$port"; exit $code'


class GuestAgent:
    """`done` is the host's end of the port on which commands say that they are over, `done_node` the guest's; without
    one the agent is asked now and then."""

    def __init__(self, path: Path, done: Path | None = None, done_node: str = "") -> None:
        self._channel = JsonSocket(path, "the guest agent")
        self._done_node = done_node
        self._done: socket.socket | None = None
        if done is not None:
            self._done = connected(done)
            self._done.setblocking(False)

    def sync(self, timeout_s: float) -> None:
        """Throw away what was received before. MeasureError where the agent does not answer in time."""
        number = secrets.randbelow(1 << 31)
        request = {"execute": "guest-sync-delimited", "arguments": {"id": number}}
        self._channel.send(b"\xff" + json.dumps(request).encode() + b"\n")
        deadline = time.monotonic() + timeout_s
        while True:
            said = self._channel.line(deadline).rpartition(b"\xff")[2]
            if said == json.dumps({"return": number}).encode():
                return

    def run(self, command: Command) -> Completed:
        """Run it in the guest. MeasureError where the guest or its agent goes away meanwhile."""
        started = time.monotonic()
        self._hush()
        mark = secrets.token_hex(8)
        process = self._channel.ask("guest-exec", _request(command, self._done_node, mark))["pid"]
        status = self._wait(process, mark, started + command.timeout_s + GRACE_S, command.gone)
        return _completed(command, status, time.monotonic() - started)

    def _wait(self, process: int, mark: str, deadline: float, gone: Callable[[], str]) -> dict[str, Any]:
        """Once informed that it is over the agent is asked more and more slowly until it knows that, too."""
        pause, told = FIRST_LOOK_S, False
        while True:
            told = told or self._told(mark, deadline, gone)
            time.sleep(pause)
            status: dict[str, Any] = self._channel.ask("guest-exec-status", {"pid": process}, timeout_s=60.0)
            if status.get("exited"):
                return status
            if time.monotonic() > deadline:
                raise MeasureError("a command in the guest did not end, not even by SIGKILL", "look at its console")
            pause = min(2 * pause, LAST_LOOK_S)

    def _told(self, mark: str, deadline: float, gone: Callable[[], str]) -> bool:
        """Whether the command reported its end; False after a while without its word."""
        until, said = min(deadline, time.monotonic() + UNTOLD_S), b""
        while self._done is not None and mark.encode() not in said:
            left = until - time.monotonic()
            if select.select([self._done], [], [], max(0.0, min(left, LOOK_EVERY_S)))[0]:
                said += self._hush()
            elif why := gone():
                raise CutOffError(why)
            elif left <= 0:
                return False
        return True

    def _hush(self) -> bytes:
        """Take what is in the second port; an end of it means that the guest is gone, which the agent says next."""
        if self._done is None:
            return b""
        try:
            if said := self._done.recv(4096):
                return said
        except BlockingIOError:
            return b""
        except OSError:
            pass
        self._done.close()
        self._done = None
        return b""

    def close(self) -> None:
        """End the conversation."""
        self._channel.close()
        if self._done is not None:
            self._done.close()


def _request(command: Command, done_node: str, mark: str) -> dict[str, Any]:
    """Watched over by timeout(1) in the guest, which ends what the command forked, too."""
    argv = ["timeout", "--signal=KILL", f"{max(command.timeout_s, 0.1):.1f}", *command.argv]
    if done_node:
        argv = ["sh", "-c", TELLING, done_node, mark, *argv]
    environment = {"PATH": SEARCH, "LC_ALL": "C", "HOME": "/root", **command.environment}
    return {
        "path": argv[0],
        "arg": argv[1:],
        "env": [f"{name}={text}" for name, text in environment.items()],
        "input-data": base64.b64encode(command.stdin).decode(),
        "capture-output": True,
    }


def _completed(command: Command, status: dict[str, Any], seconds: float) -> Completed:
    code = -status["signal"] if "signal" in status else int(status.get("exitcode", 0))
    timed_out = code in KILLED and seconds >= command.timeout_s
    return Completed(
        command=command,
        returncode=TIMED_OUT if timed_out else code,
        duration_s=seconds,
        timed_out=timed_out,
        stdout=_data(status, "out-data"),
        stderr=_data(status, "err-data"),
    )


def _data(status: dict[str, Any], name: str) -> bytes:
    try:
        return base64.b64decode(str(status.get(name, "")), validate=True)
    except ValueError as error:
        raise MeasureError("the guest agent's answer is damaged") from error
