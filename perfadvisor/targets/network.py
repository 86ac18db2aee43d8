"""The two ends of a network test, and what lies between them."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field

from perfadvisor.errors import MeasureError
from perfadvisor.targets import namespaces
from perfadvisor.targets.base import Command, Server, Target
from perfadvisor.targets.listening import wait_until_listening
from perfadvisor.targets.process import serve

PORT = 5201
NO_NIC = "network: no NIC was crossed"


@dataclass(frozen=True, kw_only=True)
class Link:
    """`client` goes in front of the client's command. `serve` starts a server's command at the far end and returns when
    it listens on `port`. `host` is the far end as the client sees it, `bind` the address the server listens on, `nic`
    the interface the client's bytes leave by ("" where they leave by none) and `note` what a reader must know."""

    serve: Callable[[tuple[str, ...]], Server]
    host: str
    port: int = PORT
    bind: str = ""
    client: tuple[str, ...] = ()
    nic: str = ""
    note: str = ""
    close: Callable[[], None] = field(default=lambda: None)


def local_link() -> Link:
    """Both ends on this machine: two namespaces, or the loopback interface where none can be made."""
    try:
        pair = namespaces.build()
    except MeasureError as error:
        return _loopback(error.message)
    return Link(
        serve=lambda argv: _served((*pair.server, *argv), PORT), host=namespaces.SERVER, bind=namespaces.SERVER,
        client=pair.client, close=pair.close,
        note=f"{NO_NIC}: both ends are on this machine, in two namespaces joined by veth",
    )  # fmt: skip


def _loopback(why: str) -> Link:
    port = _free_port()
    return Link(
        serve=lambda argv: _served(argv, port), host="127.0.0.1", bind="127.0.0.1", port=port,
        note=f"{NO_NIC}: both ends are on this machine, over loopback ({why})",
    )  # fmt: skip


def _served(argv: tuple[str, ...], port: int) -> Server:
    server = serve(Command(argv=argv, timeout_s=3600.0))
    wait_until_listening(server, port)
    return server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def peer_link(peer: Target, host: str, nic: str) -> Link:
    """The far end on another machine. `host` is its address, `nic` the interface that leads there."""

    def serve_there(argv: tuple[str, ...]) -> Server:
        server = peer.serve(Command(argv=argv, timeout_s=3600.0))
        _wait_for_peer(peer, PORT)
        return server

    return Link(serve=serve_there, host=host, nic=nic)


def _wait_for_peer(peer: Target, port: int) -> None:
    """Ask the far end itself; one question at a time is slow enough not to hurry it."""
    for _ in range(50):
        listening = peer.run(Command(argv=("ss", "-Hltn", f"sport = :{port}"), timeout_s=10.0))
        if listening.returncode == 0 and listening.stdout.strip():
            return
    raise MeasureError(f"{peer.spec}: the server never listened on port {port}", "is a firewall in the way?")
