"""An ephemeral guest of this host's own userspace, with virtio devices and, if asked, PCI functions passed through."""

import itertools
import os
import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from perfadvisor.errors import CutOffError, MeasureError
from perfadvisor.facts.block import io_path
from perfadvisor.facts.block import path as block_path
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Tree
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.base import Command, Completed, Link, Server
from perfadvisor.targets.changing import journal
from perfadvisor.targets.changing.huge_pages import Need, reserve
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.changing.undo import undone_by
from perfadvisor.targets.here.dmabench_build import own_program
from perfadvisor.targets.lending import sriov, vfio
from perfadvisor.targets.lending.pci_group import function
from perfadvisor.targets.lending.pci_refusals import disks_of
from perfadvisor.targets.opening import Opening
from perfadvisor.targets.remote.remote import RemoteTarget
from perfadvisor.targets.vm import boot as vm_boot
from perfadvisor.targets.vm import kvm_counts
from perfadvisor.targets.vm import plug as vm_plug
from perfadvisor.targets.vm import probe as vm_probe
from perfadvisor.targets.vm.guest_server import GuestServer
from perfadvisor.targets.vm.inside import Inside
from perfadvisor.targets.vm.network import Cable, cable
from perfadvisor.targets.vm.options import VmOptions, options_of

DISK_SLOT, FIRST_FUNCTION_SLOT = 0, 1
SETTLE_S, EMULATED_SETTLE_S = 60.0, 300.0
GONE_S = 5.0  # between the end of a conversation and that of the process
READ_S = 180.0  # an emulated guest takes a while to read all of itself
PLACEHOLDER_BYTES = 1 << 20
_numbers = itertools.count()


def open_vm(spec: Spec, opening: Opening) -> "VmTarget":
    """The guest of this spec, booted. MeasureError where it cannot be had."""
    target = VmTarget(spec, options_of(spec), opening)
    try:
        target.start_up()
    except BaseException:
        target.close()
        raise
    return target


class VmTarget(RemoteTarget):
    """One guest for all its trials. `exclusive` are the functions of this machine that it has now."""

    read_s = READ_S
    same_groups = True

    def __init__(self, spec: Spec, options: VmOptions, opening: Opening) -> None:
        super().__init__(spec)
        self._emulated = False
        self._note = ""
        self.exclusive: tuple[str, ...] = ()
        self._options = options
        self._opening = opening
        self._guest: vm_boot.RunningGuest | None = None
        self._book: Journal | None = None
        self._directory: Path | None = None
        self._cable: Cable | None = None
        self._disk: Path | None = None
        self._disk_writable = True
        self._here = self._stopped = False
        self._before_lending = 0
        self._disks: dict[str, frozenset[str]] = {}
        self._own_disk = ""  # of the functions passed through, as the guest calls it

    @property
    def parent(self) -> str:
        """This machine."""
        return "local"

    @property
    def emulated(self) -> bool:
        """Whether it has no hardware virtualisation."""
        return self._emulated

    @property
    def note(self) -> str:
        """Why it is emulated."""
        return self._note

    def program(self, tool: str) -> str:
        """As on this machine, whose programs it has."""
        return own_program(tool)

    def start_up(self) -> None:
        """Boot, with everything plugged in that belongs to it."""
        if self._options.passthrough:
            vfio.require_all_lendable(self._options.vfio)
        self._directory = self._made_directory()
        if self._options.huge_page_bytes:
            count = -(-self._options.memory_bytes // self._options.huge_page_bytes)
            reserve(Need(page_bytes=self._options.huge_page_bytes, count=count), self._journal())
        self._disk = Path(self._opening.device) if self._opening.device else self._placeholder()
        self._disk_writable = not self._opening.device
        self._cable = cable(next(_numbers))
        self._boot()

    def _journal(self) -> Journal:
        if self._book is None:
            name = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-guest{secrets.token_hex(3)}.jsonl"
            self._book = Journal(journal.directory() / name)
        return self._book

    def _made_directory(self) -> Path:
        path = Path(tempfile.gettempdir()) / f"perfadvisor-vm-{secrets.token_hex(6)}"
        self._journal().record(undone_by(("rm", "-r", "-f", str(path)), str(path), lasts_over_reboot=True))
        path.mkdir(mode=0o700)
        return path

    def _placeholder(self) -> Path:
        """Stands for the test file, which does not exist yet, so that the guest has its disk from the beginning."""
        assert self._directory is not None, "made first"
        file = self._directory / "placeholder"
        with file.open("wb") as opened:
            opened.truncate(PLACEHOLDER_BYTES)
        return file

    def _boot(self) -> None:
        assert self._directory is not None, "made first"
        assert self._cable is not None, "chosen first"
        reason, slow = vm_probe.why_no_kvm(), vm_probe.host_is_emulated()
        recipe = vm_boot.Recipe(
            options=self._options, kvm=not reason, directory=self._directory, nic=self._cable.qemu(),
            slow=slow,
        )  # fmt: skip
        try:
            self._guest = vm_boot.boot(recipe)
        except MeasureError as error:
            if reason:
                raise
            reason = f"KVM passed a small probe, but not a guest ({error.message.splitlines()[0]})"
            self._guest = vm_boot.boot(replace(recipe, kvm=False))
            vm_probe.learned(reason)
        self._emulated = self._guest.emulated
        why = reason or "this host is emulated itself"
        self._note = f"{self.name}: emulated, proves the path, not the speed: {why}" if self.emulated else ""
        vm_boot.pin(self._guest, self._options.pin)
        self._cable.connect(self.exec)

    def _running(self) -> vm_boot.RunningGuest:
        """The guest; a new one where the last one died."""
        if self._guest is None:
            self._here = self._stopped = False
            self._boot()
        assert self._guest is not None, "booted"
        return self._guest

    # --- turns: who has the devices, and who runs ---

    def take(self) -> None:
        """Have all devices and run."""
        guest = self._running()
        self._go(guest)
        if self._here:
            return
        assert self._disk is not None, "chosen at the start"
        if vm_plug.DISK not in vm_plug.plugged(guest.monitor) and not self._blocked():
            vm_plug.plug_disk(guest.monitor, DISK_SLOT, self._disk, self._disk_writable, self._options)
            self._wait_for_disk()
        self._lend()
        for slot, address in enumerate(self.exclusive, FIRST_FUNCTION_SLOT):
            vm_plug.plug_function(guest.monitor, slot, address)
        if self.exclusive:
            inside = self._inside()
            arrived = self._wait_for(inside.arrived)
            self._own_disk = arrived if inside.expects_disks() else ""
        if self._options.address:
            self._wait_for(partial(self._inside().give_address, self._options.address))
        self._here = True

    def _blocked(self) -> bool:
        """A guest that gets the disk itself cannot have it through this machine as well."""
        return bool(self._opening.device) and self._options.passthrough

    def _lend(self) -> None:
        if not self._options.passthrough or self.exclusive:
            return
        book = self._journal()
        self._before_lending = book.last
        found = list(self._options.vfio)
        found += [sriov.make_one(physical, book).address for physical in self._options.vf]
        self._disks = {address: disks_of(function(address)) for address in self._options.vfio}
        vfio.lend(found, book)
        self.exclusive = tuple(found)

    def pause(self) -> None:
        """Stand still while others measure."""
        if self._guest is not None and not self._stopped:
            self._guest.monitor.ask("stop", timeout_s=30.0)
            self._stopped = True

    def _go(self, guest: vm_boot.RunningGuest) -> None:
        if self._stopped:
            guest.monitor.ask("cont", timeout_s=30.0)
            self._stopped = False

    def give(self) -> None:
        """Let go of everything that others need too: functions go back to their drivers, a device's disk is pulled."""
        guest, had, self._here = self._guest, self._here or bool(self.exclusive), False
        if guest is None:
            self._take_back()
            return
        if not had:
            self.pause()
            return
        self._go(guest)
        for address in self.exclusive:
            vm_plug.pull(guest.monitor, vm_plug.name_of(address))
        if self._opening.device and vm_plug.DISK in vm_plug.plugged(guest.monitor):
            vm_plug.pull_disk(guest.monitor)
        self._take_back()
        self.pause()

    def _take_back(self) -> None:
        """Undo the lending now, newest first; the journal still holds what the guest itself rests on."""
        if self.exclusive and self._book is not None:
            self._book.put_back_after(self._before_lending)
            for address, disks in self._disks.items():
                vfio.wait_for_disks(address, disks)
        self.exclusive, self._own_disk = (), ""

    def outside(self) -> Tree:
        """What KVM counts of it."""
        return kvm_counts.read(self._guest.pid) if self._guest else Tree({})

    # --- commands ---

    def exec(self, command: Command) -> Completed:
        """One command through the agent. MeasureError where the guest dies meanwhile; the next one gets a new guest."""
        guest = self._running()
        self._go(guest)
        try:
            return guest.agent.run(command)
        except MeasureError as error:
            if not guest.process.wait(GONE_S):
                raise
            raise self._died(error) from error

    def _died(self, error: MeasureError) -> MeasureError:
        console = self._guest.end() if self._guest else ""
        self._guest = None
        said = f"; its console ends with: {console}" if console else ""
        return CutOffError(f"the guest died ({error.message}){said}", "the next trial gets a new one")

    def kill(self, mark: str) -> None:
        """End what has the mark; with a guest that died that has ended, too."""
        if self._guest is not None:
            super().kill(mark)

    def start(self, command: Command) -> Server:
        """A program that runs beside the others, in the guest."""
        return GuestServer(command, self.exec)

    def close(self) -> None:
        """End the guest and put back whatever was changed for it."""
        if self._guest is not None:
            self._guest.end()
            self._guest = None
        if self._book is not None:
            for failure in self._book.close():
                raise MeasureError(f"{self.name}: could not be put back: {failure}", "perfadvisor restore")

    # --- the disk and the network ---

    def node_for(self, file: Path, writable: bool) -> tuple[str, IoPath, str]:
        """The block device by which the guest sees this file or device of the host, the way to it inside the guest,
        and what a reader must know. MeasureError where it has none."""
        self.take()
        guest = self._running()
        if disk := self._own_disk:
            return f"/dev/{disk}", self._way(disk), f"{self.name}: reads its own disk /dev/{disk}, passed through"
        if self._disk != file or self._disk_writable != writable:
            vm_plug.pull_disk(guest.monitor)
            self._disk, self._disk_writable = file, writable
            vm_plug.plug_disk(guest.monitor, DISK_SLOT, file, writable, self._options)
        disk = self._wait_for_disk()
        return f"/dev/{disk}", self._way(disk), f"{self.name}: {file} is its virtio disk /dev/{disk}"

    def link(self) -> Link:
        """From the guest's virtio NIC to this machine."""
        assert self._cable is not None, "chosen at the start"
        return self._cable.link(self.name)

    def _way(self, disk: str) -> IoPath:
        tree = self.tree(io_path.PATTERNS)
        return IoPath(block=disk, pci=block_path.pci_address(tree, disk) or "")

    def _wait_for_disk(self) -> str:
        ours = f'read -r serial <$d/serial; [ "$serial" = {vm_plug.SERIAL} ] && echo ${{d##*/}}'
        return self._wait_for(lambda: self._said(f"for d in /sys/block/vd*; do {ours}; done; true"))

    def _inside(self) -> Inside:
        return Inside(lent=self.exclusive, said=self._said, tree=self.tree)

    def _said(self, script: str) -> str:
        done = self.exec(Command(argv=("sh", "-c", script), timeout_s=60.0))
        return done.stdout.decode("utf-8", "replace").strip()

    def _wait_for(self, look: Callable[[], str]) -> str:
        deadline = time.monotonic() + (EMULATED_SETTLE_S if self.emulated else SETTLE_S)
        while not (found := look()):
            if time.monotonic() > deadline:
                raise MeasureError(f"{self.name}: what was plugged in does not appear in the guest", "see its dmesg")
            time.sleep(0.2)
        return found.splitlines()[0]
