"""What changes hands between this machine and a guest: the virtio disk, and the functions passed through."""

import os
from dataclasses import replace
from pathlib import Path

from perfadvisor.facts.guest.plugged import PLACE, Word
from perfadvisor.targets.agent.json_socket import JsonSocket
from perfadvisor.targets.lending import sriov, vfio
from perfadvisor.targets.lending.pci_group import function
from perfadvisor.targets.lending.pci_refusals import disks_of
from perfadvisor.targets.vm import plug
from perfadvisor.targets.vm.fixed import Fixed

DISK_SLOT, FIRST_FUNCTION_SLOT = 0, 1
NETWORK = "0x02"  # base class of network controllers


def takes_direct_io(file: Path) -> bool:
    """Whether its file system lets it be opened past the page cache."""
    try:
        os.close(os.open(file, os.O_RDONLY | os.O_DIRECT | os.O_CLOEXEC))
    except OSError:
        return False
    return True


class Hands:
    """`lent` are the functions that the guest has now, and `own_disk` the name of a disk among them in the guest.
    `whole` says that it has everything it is to have, and `plugged` what it then has, by QEMU's name for each."""

    def __init__(self, fixed: Fixed) -> None:
        self.whole = False
        self.lent: tuple[str, ...] = ()
        self.own_disk = ""
        self.plugged: dict[str, plug.Words] = {}
        self._fixed = fixed
        self._disk, self._writable = fixed.disk, not fixed.opening.device
        self._before_lending = 0
        self._disks: dict[str, frozenset[str]] = {}

    @property
    def any(self) -> bool:
        """Whether it has something that others need."""
        return self.whole or bool(self.lent)

    @property
    def has_nic(self) -> bool:
        """Whether a NIC is among the functions that it has."""
        return any(function(address).device_class.startswith(NETWORK) for address in self.lent)

    def plug_disk(self, monitor: JsonSocket) -> bool:
        """Plug the virtio disk in unless the guest has it or may not have it; whether that was done."""
        if plug.DISK in plug.plugged(monitor) or self._fixed.disk_blocked:
            return False
        self._plug(monitor)
        return True

    def show(self, monitor: JsonSocket, file: Path, writable: bool) -> None:
        """Put this file or device of the host behind the virtio disk."""
        if (self._disk, self._writable) != (file, writable):
            plug.pull_disk(monitor)
            self._disk, self._writable = file, writable
            self._plug(monitor)

    def _plug(self, monitor: JsonSocket) -> None:
        """Nothing is measured on the placeholder, so it may lie where direct I/O is not available."""
        options = self._fixed.options
        if self._disk.parent == self._fixed.directory and not takes_direct_io(self._disk):
            options = replace(options, cache="writeback")
        serial = self._fixed.identity.serial
        asked = plug.plug_disk(monitor, DISK_SLOT, self._disk, self._writable, options, serial)
        self.plugged[plug.DISK] = asked

    def lend(self, monitor: JsonSocket) -> None:
        """Take the functions from this machine and plug them in. MeasureError where one is unavailable."""
        if self._fixed.options.passthrough and not self.lent:
            self._take_from_here()
        for slot, address in enumerate(self.lent, FIRST_FUNCTION_SLOT):
            self.plugged[plug.name_of(address)] = plug.plug_function(monitor, slot, address)

    def _take_from_here(self) -> None:
        options, book = self._fixed.options, self._fixed.book
        self._before_lending = book.last
        found = list(options.vfio)
        found += [sriov.make_one(physical, book).address for physical in options.vf]
        self._disks = {address: disks_of(function(address)) for address in options.vfio}
        vfio.lend(found, book)
        self.lent = tuple(found)

    def words(self, monitor: JsonSocket) -> tuple[Word, ...]:
        """Everything that is plugged in, each device with the place it has in the guest."""
        places, found = plug.places(monitor), []
        for name, words in self.plugged.items():
            place = {PLACE: places[name]} if name in places else {}
            found += [(option, {**values, **place} if option == "device" else values) for option, values in words]
        return tuple(found)

    def pull(self, monitor: JsonSocket) -> None:
        """Have the guest let go of what others need too: functions, and the disk of a measured device."""
        for address in self.lent:
            plug.pull(monitor, plug.name_of(address))
        if self._fixed.opening.device and plug.DISK in plug.plugged(monitor):
            plug.pull_disk(monitor)

    def take_back(self) -> None:
        """Give the functions back to their drivers now, the newest first; the journal still holds what the guest itself
        rests on."""
        if self.lent:
            self._fixed.book.put_back_after(self._before_lending)
            for address, disks in self._disks.items():
                vfio.wait_for_disks(address, disks)
        self.lent, self.own_disk, self.whole = (), "", False
