"""Commands through a guest agent, with an agent of our own that speaks like QEMU's."""

import base64
import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.targets.agent.guest_agent import GuestAgent
from perfadvisor.targets.base import Command


class Agent:
    """Runs what it is asked to on this machine. `stale` is said before anything else; after `lives` requests it goes
    away."""

    def __init__(self, path: Path, stale: bytes = b"", lives: int = 1000) -> None:
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen(1)
        self._stale, self._lives = stale, lives
        self._done: dict[int, dict[str, object]] = {}
        self.asked: list[str] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._server.accept()
        with connection, connection.makefile("rwb") as stream:
            stream.write(self._stale)
            for _ in range(self._lives):
                line = stream.readline()
                if not line:
                    return
                request = json.loads(line.lstrip(b"\xff"))
                self.asked.append(request["execute"])
                stream.write(self._answer(request["execute"], request.get("arguments", {})))
                stream.flush()

    def _answer(self, name: str, given: dict[str, object]) -> bytes:
        if name == "guest-sync-delimited":
            return b"\xff" + json.dumps({"return": given["id"]}).encode() + b"\n"
        if name == "guest-exec":
            environment = dict(word.split("=", 1) for word in given["env"])
            stdin = base64.b64decode(given["input-data"])
            ran = subprocess.run([given["path"], *given["arg"]], input=stdin, env=environment, capture_output=True)
            status = {"exited": True, "exitcode": ran.returncode}
            for key, data in (("out-data", ran.stdout), ("err-data", ran.stderr)):
                status |= {key: base64.b64encode(data).decode()} if data else {}
            self._done[7] = status
            return b'{"return": {"pid": 7}}\n'
        if name == "guest-exec-status":
            return json.dumps({"return": self._done[given["pid"]]}).encode() + b"\n"
        return b'{"error": {"class": "CommandNotFound", "desc": "no such command"}}\n'

    def close(self) -> None:
        self._server.close()
        self._thread.join(5)


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[tuple[GuestAgent, Agent]]:
    there = Agent(tmp_path / "agent")
    here = GuestAgent(tmp_path / "agent")
    yield here, there
    here.close()
    there.close()


def test_a_command_gives_its_code_and_both_outputs(agent: tuple[GuestAgent, Agent]) -> None:
    script = 'cat; echo "$WORD" >&2; exit 3'
    command = Command(argv=("sh", "-c", script), timeout_s=10, stdin=b"in\0\xff", environment={"WORD": "a b"})
    done = agent[0].run(command)
    assert (done.returncode, done.stdout, done.stderr, done.timed_out) == (3, b"in\0\xff", b"a b\n", False)
    assert done.command == command


def test_a_command_that_does_not_end_is_ended_in_the_guest(agent: tuple[GuestAgent, Agent]) -> None:
    done = agent[0].run(Command(argv=("sleep", "60"), timeout_s=0.3))
    assert done.timed_out
    assert done.returncode == 124
    assert done.duration_s < 30


def test_stale_answers_are_passed_over(tmp_path: Path) -> None:
    there = Agent(tmp_path / "agent", stale=b'{"return": {"pid": 99}}\n{"ret\xff{"return": 12}\n')
    here = GuestAgent(tmp_path / "agent")
    here.sync(timeout_s=5)
    assert here.run(Command(argv=("echo", "fresh"), timeout_s=10)).stdout == b"fresh\n"
    here.close()
    there.close()


def test_an_agent_that_goes_away_in_the_middle_is_said(tmp_path: Path) -> None:
    there = Agent(tmp_path / "agent", lives=1)
    here = GuestAgent(tmp_path / "agent")
    with pytest.raises(MeasureError, match="the guest agent is gone"):
        here.run(Command(argv=("true",), timeout_s=5))
    here.close()
    there.close()


def test_an_agent_that_never_answers_is_given_up(tmp_path: Path) -> None:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "agent"))
    server.listen(1)
    here = GuestAgent(tmp_path / "agent")
    with pytest.raises(MeasureError, match="no answer in time"):
        here.sync(timeout_s=0.3)
    here.close()
    server.close()


def test_the_end_is_told_on_the_second_port(tmp_path: Path) -> None:
    """With it the agent is asked once, however long the command takes; the word of one before counts for nothing."""
    there = Agent(tmp_path / "agent")
    told = socket.socket(socket.AF_UNIX)
    told.bind(str(tmp_path / "done"))
    told.listen(1)
    node = tmp_path / "node"
    node.touch()
    here = GuestAgent(tmp_path / "agent", tmp_path / "done", str(node))
    end, _ = told.accept()
    threading.Timer(0.2, lambda: end.sendall(b"0123456789abcdef\n")).start()
    threading.Timer(0.4, lambda: end.sendall(node.read_bytes())).start()
    done = here.run(Command(argv=("sh", "-c", "exit 5"), timeout_s=10))
    assert done.returncode == 5
    assert done.duration_s >= 0.4
    assert len(node.read_text()) == 17
    assert there.asked.count("guest-exec-status") == 1
    here.close()
    there.close()
    end.close()
    told.close()
