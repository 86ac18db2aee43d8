"""A conversation of JSON lines over a local socket: QEMU's monitor and its guest agent both hold one."""

import json
import select
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from perfadvisor.errors import MeasureError

MAX_ANSWER_BYTES = 128 << 20  # the agent gives a command's output in one line, 16 MiB of each kind in base64
STEP_S = 0.2
BINDING_S = 2.0


def connected(path: Path) -> socket.socket:
    """A stream to the socket at `path`; nothing stays open where there is none. QEMU binds a socket before it listens:
    a refusal is taken for one after BINDING_S only."""
    deadline = time.monotonic() + BINDING_S
    while True:
        stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            stream.connect(str(path))
        except OSError as error:
            stream.close()
            if not isinstance(error, ConnectionRefusedError) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return stream


class JsonSocket:
    """`who` is spoken of in errors; what the far end says that is not an answer (events) is passed over."""

    def __init__(self, path: Path, who: str) -> None:
        self._socket = connected(path)
        self._who = who
        self._rest = b""

    def ask(self, name: str, arguments: Mapping[str, Any] | None = None, timeout_s: float = 10.0) -> Any:  # noqa: ANN401 (JSON)
        """The answer's value. MeasureError where there is an error, none in time, or no far end any more."""
        request: dict[str, Any] = {"execute": name}
        if arguments:
            request["arguments"] = dict(arguments)
        self.send(json.dumps(request).encode() + b"\n")
        deadline = time.monotonic() + timeout_s
        while True:
            answer = self._parsed(self.line(deadline))
            if "error" in answer:
                raise MeasureError(f"{self._who}: {name}: {answer['error'].get('desc', answer['error'])}")
            if "return" in answer:
                return answer["return"]

    def send(self, data: bytes) -> None:
        """MeasureError where the far end is gone."""
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise MeasureError(f"{self._who} is gone: {error.strerror}") from error

    def line(self, deadline: float) -> bytes:
        """The next line. MeasureError where it does not come before `deadline` (of the monotonic clock)."""
        while b"\n" not in self._rest:
            left = deadline - time.monotonic()
            if left <= 0:
                raise MeasureError(f"{self._who} gave no answer in time")
            if not select.select([self._socket], [], [], min(left, STEP_S))[0]:
                continue
            self._rest += self._received()
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _received(self) -> bytes:
        try:
            data = self._socket.recv(1 << 20)
        except OSError as error:
            raise MeasureError(f"{self._who} is gone: {error.strerror}") from error
        if not data:
            raise MeasureError(f"{self._who} is gone")
        if len(self._rest) + len(data) > MAX_ANSWER_BYTES:
            raise MeasureError(f"{self._who} answers without end")
        return data

    def _parsed(self, line: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(line.lstrip(b"\xff"))
        except (ValueError, RecursionError):
            return {}
        return answer if isinstance(answer, dict) else {}

    def close(self) -> None:
        """End the conversation."""
        self._socket.close()
