"""Whether a server is ready, from the kernel's table of sockets: connecting would use up one that takes one client."""

import time
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.here.process import LocalServer

LISTEN = "0A"  # TCP_LISTEN, include/net/tcp_states.h
READY_S = 10.0


def wait_until_listening(server: LocalServer, port: int) -> None:
    """Return when the server's namespace listens on the TCP port. MeasureError, with what it printed, when it ends
    first or is not ready in time."""
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        if is_listening(server.pid, port):
            return
        if not server.running():
            break
        time.sleep(0.005)
    ended = server.stop()
    said = (ended.stderr or ended.stdout).decode("utf-8", "replace").strip()
    raise MeasureError(f"{' '.join(server.command.argv)}: never listened on port {port}: {said[:300] or 'no message'}")


def is_listening(pid: int, port: int) -> bool:
    """Whether a TCP socket listens on the port in the network namespace of a process."""
    return any(port in listening_ports(Path(f"/proc/{pid}/net/{table}")) for table in ("tcp", "tcp6"))


def listening_ports(table: Path) -> set[int]:
    """The ports with a listening socket; a line is "N: ADDRESS:PORT REMOTE STATE ..." in hexadecimal."""
    try:
        rows = [line.split() for line in table.read_text().splitlines()[1:]]
    except OSError:
        return set()
    return {int(row[1].rpartition(":")[2], 16) for row in rows if len(row) > 3 and row[3] == LISTEN}
