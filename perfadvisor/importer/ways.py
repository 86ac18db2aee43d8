"""The way the bytes of an imported result went, looked up in the machine's snapshot where there is one."""

from perfadvisor.facts import catalogue
from perfadvisor.facts.block import io_path
from perfadvisor.facts.net import own_address
from perfadvisor.model.fact import FactTable
from perfadvisor.model.result import IoPath
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.workload import EnvironmentKind
from perfadvisor.tools.configuration import Configuration


class Ways:
    """Where results went, looked up in the snapshot where there is one."""

    def __init__(self, snapshot: Snapshot | None) -> None:
        self._tree = snapshot.tree if snapshot else None
        self._facts: FactTable | None = catalogue.read(snapshot.tree) if snapshot else None

    def of(self, one: Configuration) -> IoPath:
        """The way of a fio test of a file or device, and of an iperf3 test by the address of this end."""
        if one.device == "network":
            return self._of_address(str(one.output.details.get("local_host", "")))
        if one.device != "storage" or not one.target.startswith("/") or ":" in one.target:
            return IoPath()
        if not one.target.startswith("/dev/"):
            return io_path.of_file(self._tree, one.target, "") if self._tree else IoPath(file=one.target)
        name = one.target.rsplit("/", 1)[-1]
        number = self._tree.text(f"/sys/class/block/{name}/dev") if self._tree else None
        return io_path.of_device(self._tree, number) if self._tree and number else IoPath()

    def _of_address(self, address: str) -> IoPath:
        nic = own_address.nic_of(self._tree, address) if self._tree else None
        return io_path.of_nic(self._tree, nic) if self._tree and nic else IoPath()

    def host(self) -> dict[str, str]:
        """Name, kernel and CPU of the machine in the snapshot."""
        wanted = {"name": "kernel.hostname", "kernel": "kernel.release", "cpu": "cpu.model_name"}
        values = {key: self._facts.value(name) for key, name in wanted.items()} if self._facts else {}
        return {key: str(value) for key, value in values.items() if value}

    def kind(self) -> EnvironmentKind:
        """What the machine in the snapshot is."""
        value = self._facts.value("environment.kind") if self._facts else None
        return EnvironmentKind(value) if value in set(EnvironmentKind) else EnvironmentKind.UNKNOWN
