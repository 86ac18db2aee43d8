"""The two ends of a network test, and what lies between them."""

import ipaddress
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol, runtime_checkable

from perfadvisor.errors import InputError, MeasureError
from perfadvisor.facts.block import io_path
from perfadvisor.model.result import Path
from perfadvisor.model.tree import Tree
from perfadvisor.targets.base import Command, Server, Target
from perfadvisor.targets.here import namespaces
from perfadvisor.targets.here.listening import READY_S, is_listening, wait_until_listening
from perfadvisor.targets.here.process import serve
from perfadvisor.targets.turns import TakesTurns

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

    def path(self, machine: Tree) -> Path:
        """The way the client's bytes leave by; empty where they stay on the machine."""
        return io_path.of_nic(machine, self.nic) if self.nic else Path()


@runtime_checkable
class OwnNetwork(Protocol):
    """A machine on this one with a network stack of its own."""

    def link(self) -> Link:
        """A way whose client runs on this target and whose far end is outside of it."""
        ...


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


def container_link(pid: int) -> Link:
    """From the namespace of a container's first process to one of our own, joined by veth as `local_link` does it. The
    client is not entered: it runs in the container."""
    pair = namespaces.beside(pid)
    return Link(
        serve=lambda argv: _served((*pair.server, *argv), PORT), host=namespaces.SERVER, bind=namespaces.SERVER,
        close=pair.close, note=f"{NO_NIC}: from the container to a namespace on this machine, joined by veth",
    )  # fmt: skip


def loopback_link(target: Target, pid: int, why: str) -> Link:
    """Both ends on the target, which shares a network namespace with the process `pid` of this machine."""
    port = _free_port()

    def serve_there(argv: tuple[str, ...]) -> Server:
        server = target.serve(Command(argv=argv, timeout_s=3600.0))
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and not is_listening(pid, port):
            time.sleep(0.02)
        return server

    return Link(
        serve=serve_there, host="127.0.0.1", bind="127.0.0.1", port=port,
        note=f"{NO_NIC}: both ends are in {target.name}, over loopback ({why})",
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


def peer_link(peer: Target, here: Target) -> Link:
    """The far end on another machine, reached from `here` over whatever interface the kernel would choose."""
    host = host_of(peer.spec)
    return Link(
        serve=lambda argv: _served_there(peer, argv), host=host, nic=_interface_to(here, host), close=peer.close
    )


def here_link(address: str, client: Target) -> Link:
    """The far end is this machine by one of its own addresses: what a guest reaches over a NIC that was passed to it.
    MeasureError for a client on this machine itself, whose packets would never leave it."""
    if client.spec == "local":
        raise MeasureError(f"{address} is this machine's own: nothing would cross a NIC", "measure from a guest")
    if isinstance(client, TakesTurns):
        client.take()  # without its NIC it knows no way
    nic = _interface_to(client, address)
    if not nic:
        raise MeasureError(f"{client.name} knows no way to {address}", "give its NIC an address of the same network")
    return Link(serve=lambda argv: _served(argv, PORT), host=address, bind=address, nic=nic)


def own_address(spec: str) -> str:
    """The address in "local:ADDRESS", "" for another kind of far end. InputError for what is no address."""
    kind, _, address = spec.partition(":")
    if kind != "local":
        return ""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError as error:
        raise InputError(f"{spec}: {address!r} is no IP address", "as in --peer local:192.0.2.1") from error


def host_of(spec: str) -> str:
    """The address in "ssh:USER@HOST:PORT". InputError for a kind of target that is no other machine."""
    kind, _, rest = spec.partition(":")
    if kind != "ssh" or not rest:
        raise InputError(
            f"{spec}: not another machine",
            "give the far end of network tests as --peer ssh:USER@HOST, or local:ADDRESS for guests with a NIC",
        )
    host = rest.partition(",")[0].rpartition("@")[2]
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _interface_to(here: Target, host: str) -> str:
    """The interface a packet to the host leaves by, "" where the kernel does not say."""
    address = socket.getaddrinfo(host, None)[0][4][0]
    words = here.run(Command(argv=("ip", "route", "get", str(address)), timeout_s=10.0)).stdout.decode().split()
    return next((after for word, after in pairwise(words) if word == "dev"), "")


def _served_there(peer: Target, argv: tuple[str, ...]) -> Server:
    """Ask the far end itself whether it listens; one question at a time is slow enough not to hurry it."""
    server = peer.serve(Command(argv=argv, timeout_s=3600.0))
    for _ in range(50):
        listening = peer.run(Command(argv=("ss", "-Hltn", f"sport = :{PORT}"), timeout_s=10.0))
        if listening.returncode == 0 and listening.stdout.strip():
            return server
    said = server.stop().stderr.decode("utf-8", "replace").strip()
    raise MeasureError(f"{peer.spec}: the server never listened on port {PORT}: {said}", "is the tool installed there?")
