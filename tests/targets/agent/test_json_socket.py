"""A socket that QEMU has bound, and does not listen on yet."""

import socket
import threading
from pathlib import Path

import pytest

from perfadvisor.targets.agent import json_socket


def test_a_socket_that_is_only_bound_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "monitor"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as far:
        far.bind(str(path))
        late = threading.Timer(0.2, far.listen)
        late.start()
        json_socket.connected(path).close()
        late.join()


def test_a_socket_that_nobody_serves_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_socket, "BINDING_S", 0.1)
    path = tmp_path / "monitor"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as far:
        far.bind(str(path))
    with pytest.raises(ConnectionRefusedError):
        json_socket.connected(path)
