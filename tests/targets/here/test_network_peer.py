"""The far end of network tests on this machine, reached by an address of its own."""

import socket
from typing import Any

import pytest

from perfadvisor.errors import InputError, MeasureError
from perfadvisor.specs.parse import read_spec
from perfadvisor.specs.peer import ADDRESS, read_peer
from perfadvisor.targets.base import Command, Completed, NetworkEnds
from perfadvisor.targets.here import network
from perfadvisor.targets.here.local import LocalTarget
from perfadvisor.targets.vm import network as vm_network


def test_an_address_of_this_machine() -> None:
    assert read_peer("local:192.0.2.1").get(ADDRESS) == "192.0.2.1"
    assert read_peer("local:2001:db8::1").get(ADDRESS) == "2001:db8::1"
    assert read_peer("ssh:root@server").get(ADDRESS) is None
    for text in ("local", "local:", "local:server", "local:192.0.2.1/24"):
        with pytest.raises(InputError, match="address"):
            read_peer(text)
    with pytest.raises(InputError, match="not a far end") as refused:
        read_peer("vm:cpus=2")
    assert "--peer ssh:USER@HOST" in refused.value.hint


class Guest:
    """Answers `ip route get` as a guest with this interface does."""

    name, spec = "vm", read_spec("vm")

    def __init__(self, nic: str) -> None:
        self.nic, self.said = nic, []
        self.own: NetworkEnds | None = None

    def take(self) -> None:
        self.said.append("take")

    pause = give = take

    def link_here(self, address: str) -> NetworkEnds | None:
        return self.own

    def run(self, command: Command) -> Completed:
        self.said.append(command.argv[0])
        out = f"192.0.2.1 dev {self.nic} src 192.0.2.2 uid 0" if self.nic else ""
        return Completed(command=command, returncode=0, stdout=out.encode(), stderr=b"", duration_s=0.0)


def test_the_guest_has_its_nic_before_it_is_asked_for_the_way() -> None:
    guest: Any = Guest("enp2s0")
    link = network.here_link("192.0.2.1", guest)
    assert (link.host, link.bind, link.nic) == ("192.0.2.1", "192.0.2.1", "enp2s0")
    assert guest.said == ["take", "ip"]


def test_a_guest_without_a_nic_of_its_own_uses_its_cable() -> None:
    guest: Any = Guest("")
    guest.own = network.local_link()
    assert network.here_link("192.0.2.1", guest) is guest.own
    guest.own.close()


def test_without_a_nic_on_the_way_nothing_is_measured() -> None:
    guest: Any = Guest("")
    with pytest.raises(MeasureError, match="knows no way to"):
        network.here_link("192.0.2.1", guest)
    here: Any = LocalTarget()
    with pytest.raises(MeasureError, match="nothing would cross a NIC"):
        network.here_link("192.0.2.1", here)


def test_the_server_answers_on_that_address() -> None:
    guest: Any = Guest("lo")
    link = network.here_link("127.0.0.1", guest)
    server = link.serve(("iperf3", "--server", "--bind=127.0.0.1", f"--port={link.port}"))
    try:
        socket.create_connection(("127.0.0.1", link.port), timeout=5).close()
    finally:
        server.stop()


def test_only_the_named_functions_get_the_address() -> None:
    script = vm_network.addressed("192.0.2.2/24", ["0000:02:00.0"])
    assert "/sys/bus/pci/devices/0000:02:00.0/net/*" in script
    assert "ip addr replace 192.0.2.2/24 dev" in script
