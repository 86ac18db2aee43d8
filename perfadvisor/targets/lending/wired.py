"""This machine with one of its NICs in a network namespace of its own, so that what it sends to another of its own
ports crosses the wire: an environment beside others, in turns."""

import contextlib
import os

from perfadvisor.errors import MeasureError
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.base import Command, NetworkEnds
from perfadvisor.targets.changing import journal
from perfadvisor.targets.here import namespaces
from perfadvisor.targets.here.local import LocalTarget
from perfadvisor.targets.here.network import served_here
from perfadvisor.targets.here.process import run
from perfadvisor.targets.lending import iommu_domain, nic
from perfadvisor.targets.lending.pci_group import function
from perfadvisor.targets.lending.pci_refusals import is_up, network_refusals


class WiredTarget(LocalTarget):
    """The NIC's IOMMU group is of the type `wanted` ("" for as it is) from `take` to `give`. Once a network test was
    set up, it is in the namespace meanwhile, with this address; before that this machine is read with its NIC."""

    def __init__(self, spec: Spec, address_of_nic: str, address: str, wanted: str) -> None:
        super().__init__(spec)
        self._nic, self._address, self._wanted = function(address_of_nic), address, wanted
        self._book = journal.begin()
        self._inside = namespaces.alone()
        self._held = self._linked = self._was_up = False
        self._name = ""  # of its interface, while that is in there

    @property
    def note(self) -> str:
        """What is done to the NIC."""
        kind = f", and its IOMMU group is {self._wanted}" if self._wanted else ""
        return f"{self.name}: {self._nic.address} is in a network namespace of its own while it measures{kind}"

    def take(self) -> None:
        """Change the type of its group, and move it in. MeasureError where it must stay as it is."""
        if not self._held:
            (name, *_) = nic.interfaces_when_there(self._nic)
            if reasons := [*network_refusals(self._nic), *_addressed(name)]:
                raise MeasureError(f"{self._nic.address} stays with this machine: {'; '.join(reasons)}", "free it")
            self._held, self._was_up = True, is_up(name)
            if self._wanted:
                iommu_domain.change(iommu_domain.nic(self._nic.address), self._wanted, self._book)
        if self._linked and not self._name:
            self._move_in()

    def _move_in(self) -> None:
        (self._name, *_) = nic.interfaces_when_there(self._nic)
        nic.move_in((self._name,), self._address, self._inside.pid)
        nic.wait_for_carrier(self._name, self._inside.words)

    def give(self) -> None:
        """Move it back, up if it was, and change its group back. MeasureError where it does not come back."""
        if not self._held:
            return
        name, self._name, self._held = self._name, "", False
        if name:
            with contextlib.suppress(MeasureError):  # it never got there, or the wait below finds that it is not back
                nic.move_out(name, self._inside.words, os.getpid())
        iommu_domain.change_back(iommu_domain.nic(self._nic.address), self._book)
        (name, *_) = nic.interfaces_when_there(self._nic)
        if self._was_up:
            nic.done(run(Command(argv=("ip", "link", "set", "dev", name, "up"), timeout_s=nic.STEP_S)))

    def link_here(self, address: str) -> NetworkEnds:
        """Out of the NIC, to this machine by another of its ports. MeasureError where it has no link."""
        self._linked = True
        self.take()
        return NetworkEnds(
            serve=served_here,
            host=address,
            bind=address,
            client=self._inside.words,
            nic=self._name,
            counted_at=f"/proc/{self._inside.pid}/net",
        )

    def close(self) -> None:
        """End the namespace, which gives the NIC back, and restore what is still changed."""
        self._inside.close()
        for failure in self._book.close():
            raise MeasureError(f"{self.name}: could not be restored: {failure}", "perfadvisor restore")


def _addressed(interface: str) -> list[str]:
    """The addresses that it would lose."""
    asked = Command(
        argv=("ip", "-oneline", "address", "show", "dev", interface, "scope", "global"), timeout_s=nic.STEP_S
    )
    rows = [line.split() for line in nic.done(run(asked)).stdout.decode("utf-8", "replace").splitlines()]
    return [f"its interface {interface} has the address {row[3]}" for row in rows if len(row) > 3]
