"""The two ends of a network test, and what lies between them."""

import socket
import time
from itertools import pairwise

from perfadvisor.errors import MeasureError
from perfadvisor.specs.kinds.ssh import MACHINE
from perfadvisor.targets.base import PORT, Command, NetworkEnds, Server, Target
from perfadvisor.targets.here import namespaces
from perfadvisor.targets.here.listening import READY_S, is_listening, wait_until_listening
from perfadvisor.targets.here.process import serve

NO_NIC = "network: no NIC was crossed"


def local_link() -> NetworkEnds:
    """Both ends on this machine: two namespaces, or the loopback interface where none can be made."""
    try:
        pair = namespaces.build()
    except MeasureError as error:
        return _loopback(error.message)
    return NetworkEnds(
        serve=lambda argv: _served((*pair.server, *argv), PORT),
        host=namespaces.SERVER,
        bind=namespaces.SERVER,
        client=pair.client,
        server=pair.server,
        close=pair.close,
        counted_at=f"/proc/{pair.client_pid}/net",
        note=f"{NO_NIC}: both ends are on this machine, in two namespaces joined by veth",
    )


def container_link(pid: int) -> NetworkEnds:
    """From the namespace of a container's first process to one of our own, joined by veth as `local_link` does it. The
    client is not entered: it runs in the container."""
    pair = namespaces.beside(pid)
    return NetworkEnds(
        serve=lambda argv: _served((*pair.server, *argv), PORT),
        host=namespaces.SERVER,
        bind=namespaces.SERVER,
        close=pair.close,
        note=f"{NO_NIC}: from the container to a namespace on this machine, joined by veth",
    )


def loopback_link(target: Target, pid: int, why: str) -> NetworkEnds:
    """Both ends on the target, which shares a network namespace with the process `pid` of this machine."""
    port = _free_port()

    def serve_there(argv: tuple[str, ...]) -> Server:
        server = target.serve(Command(argv=argv, timeout_s=3600.0))
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and not is_listening(pid, port):
            time.sleep(0.02)
        return server

    return NetworkEnds(
        serve=serve_there,
        host="127.0.0.1",
        bind="127.0.0.1",
        port=port,
        note=f"{NO_NIC}: both ends are in {target.name}, over loopback ({why})",
    )


def _loopback(why: str) -> NetworkEnds:
    port = _free_port()
    return NetworkEnds(
        serve=lambda argv: _served(argv, port),
        host="127.0.0.1",
        bind="127.0.0.1",
        port=port,
        note=f"{NO_NIC}: both ends are on this machine, over loopback ({why})",
    )


def _served(argv: tuple[str, ...], port: int) -> Server:
    server = serve(Command(argv=argv, timeout_s=3600.0))
    wait_until_listening(server, port)
    return server


def served_here(argv: tuple[str, ...]) -> Server:
    """A server on this machine, once it listens."""
    return _served(argv, PORT)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def peer_link(peer: Target, here: Target) -> NetworkEnds:
    """The far end on another machine, reached from `here` over whatever interface the kernel would choose."""
    machine = peer.spec.get(MACHINE)
    if machine is None:
        raise MeasureError(f"{peer.name} is not another machine", "--peer ssh:USER@HOST")
    host = machine.host
    return NetworkEnds(
        serve=lambda argv: _served_there(peer, argv), host=host, nic=_interface_to(here, host), close=peer.close
    )


def here_link(address: str, client: Target) -> NetworkEnds:
    """The far end is this machine by one of its own addresses: what a guest reaches over a NIC that was passed to it.
    MeasureError for a client on this machine itself, whose packets would never leave it."""
    client.take()  # without its NIC a guest knows no way
    if own := client.link_here(address):
        return own
    if client.spec.is_here:
        raise MeasureError(
            f"{address} is this machine's own: nothing would cross a NIC", "give a NIC: local:nic=BDF,address=ADDRESS"
        )
    nic = _interface_to(client, address)
    if not nic:
        raise MeasureError(f"{client.name} knows no way to {address}", "give its NIC an address of the same network")
    return NetworkEnds(serve=served_here, host=address, bind=address, nic=nic)


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
