"""The guest's own network: a virtio NIC whose other end is a tap device of this machine, or QEMU's user network.

The tap device is QEMU's own and goes away with it, so there is nothing to restore.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.base import PORT, Command, Completed, NetworkEnds
from perfadvisor.targets.changing.sharing import claim_any
from perfadvisor.targets.here.listening import wait_until_listening
from perfadvisor.targets.here.network import NO_NIC
from perfadvisor.targets.here.process import LocalServer, run, serve

TUN, VHOST = Path("/dev/net/tun"), Path("/dev/vhost-net")
USER_HOST = "10.0.2.2"  # this machine as seen through QEMU's user network
USER_GUEST = "10.0.2.15"
FOREVER_S = 3600.0
NETWORK = "169.254.78"
LOCAL = Path("/proc/net/fib_trie")  # every address of this machine, one at the end of a line
UP = 'for n in /sys/class/net/*; do read -r a <$n/address; if [ "$a" = "$0" ]; then n=${n##*/}; '
UP += 'ip addr add "$1" dev $n; ip link set $n up; echo $n; fi; done'


@dataclass
class Cable:
    """Between a guest and this machine. `tap` is this machine's end ("" for the user network)."""

    tap: str
    mac: str
    host: str
    guest: str
    prefix: int
    nic: str = ""

    def qemu(self) -> str:
        """QEMU's words for it."""
        end = f"tap,id=cable,ifname={self.tap},script=no,downscript=no{vhost()}" if self.tap else "user,id=cable"
        return f"-netdev {end} -device virtio-net-pci,netdev=cable,mac={self.mac}"

    def program(self, folder: Path) -> str:
        """What is to be started as QEMU, "" for QEMU itself."""
        del folder
        return ""

    def connect(self, execute: Callable[[Command], Completed]) -> None:
        """Addresses on both ends. MeasureError where they cannot be set."""
        if self.tap:
            for argv in (
                ("addr", "add", f"{self.host}/{self.prefix}", "dev", self.tap),
                ("link", "set", self.tap, "up"),
            ):
                done = run(Command(argv=("ip", *argv), timeout_s=10.0))
                if done.returncode != 0:
                    raise MeasureError(f"ip {' '.join(argv)}: {done.stderr.decode('utf-8', 'replace').strip()}")
        self.bring_up(execute)

    def bring_up(self, execute: Callable[[Command], Completed]) -> None:
        """The address of the guest's end."""
        argv = ("sh", "-c", UP, self.mac, f"{self.guest}/{self.prefix}")
        self.nic = execute(Command(argv=argv, timeout_s=60.0)).stdout.decode("utf-8", "replace").strip()

    def link(self, name: str) -> NetworkEnds:
        """The client runs in the guest, the server here."""
        bind = self.host if self.tap else "127.0.0.1"
        kind = "virtio-net and a tap device" if self.tap else "virtio-net and QEMU's user network, which is slow"
        return NetworkEnds(
            serve=lambda argv: _served(argv),
            host=self.host,
            bind=bind,
            nic=self.nic,
            note=f"{name}: {NO_NIC}: between the guest and this machine lie {kind}",
        )


def vhost() -> str:
    """Whether packets go past QEMU, where this machine has what that takes."""
    return ",vhost=on" if os.access(VHOST, os.R_OK | os.W_OK) else ""


def mac_of(number: int) -> str:
    """The hardware address of the guest with this number within the process."""
    return f"52:54:00:70:{os.getpid() & 255:02x}:{number & 255:02x}"


def addressed(address: str, functions: Iterable[str]) -> str:
    """A script for the guest that gives the interface of one of these PCI functions this address, and says its name as
    soon as it has a carrier."""
    folders = " ".join(f"/sys/bus/pci/devices/{one}/net/*" for one in sorted(functions))
    up = f'ip addr replace {address} dev "$n" && ip link set "$n" up'
    told = 'read -r up </sys/class/net/$n/carrier && [ "$up" = 1 ] && echo "$n"'
    return f'for n in {folders}; do [ -e "$n" ] || continue; n=${{n##*/}}; {up} && {told}; done; true'


def cable(number: int) -> Cable:
    """The cable of the guest with this number within the process."""
    mac = mac_of(number)
    if os.geteuid() == 0 and os.access(TUN, os.R_OK | os.W_OK):
        host, guest = _addresses()
        return Cable(tap=f"pa{os.getpid()}.{number}", mac=mac, host=host, guest=guest, prefix=30)
    return Cable(tap="", mac=mac, host=USER_HOST, guest=USER_GUEST, prefix=24)


def _addresses() -> tuple[str, str]:
    """Both ends of a network of four addresses that no other guest of ours has, in this run or in another, and no
    interface of this machine. 169.254.77 is the namespaces' own."""
    ours = LOCAL.read_text() if LOCAL.exists() else ""
    free = (n for n in range(0, 256, 4) if f"{NETWORK}.{n + 1}\n" not in ours)
    first = int(claim_any(f"{NETWORK}.{n}" for n in free).rpartition(".")[2])
    return f"{NETWORK}.{first + 1}", f"{NETWORK}.{first + 2}"


def _served(argv: tuple[str, ...]) -> LocalServer:
    server = serve(Command(argv=argv, timeout_s=FOREVER_S))
    wait_until_listening(server, PORT)
    return server
