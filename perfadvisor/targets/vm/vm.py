"""An ephemeral guest of this host's own userspace, with virtio devices and, if asked, PCI functions passed through."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from perfadvisor.errors import CutOffError, MeasureError
from perfadvisor.facts.block import io_path
from perfadvisor.facts.block import path as block_path
from perfadvisor.facts.guest import plugged as guest_plugged
from perfadvisor.facts.guest import process as guest_process
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Tree
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.base import Command, Completed, NetworkEnds, Server
from perfadvisor.targets.here.capture import capture
from perfadvisor.targets.here.dmabench_build import own_program
from perfadvisor.targets.here.presence import Presence
from perfadvisor.targets.opening import Opening
from perfadvisor.targets.remote.remote import RemoteTarget
from perfadvisor.targets.vm import boot as vm_boot
from perfadvisor.targets.vm import kvm_counts, qemu_counts
from perfadvisor.targets.vm import probe as vm_probe
from perfadvisor.targets.vm.fixed import Fixed, made
from perfadvisor.targets.vm.guest_server import GuestServer
from perfadvisor.targets.vm.hands import Hands
from perfadvisor.targets.vm.inside import Inside

SETTLE_S, EMULATED_SETTLE_S = 60.0, 300.0
GONE_S = 5.0  # between the end of a conversation and that of the process
READ_S = 180.0  # an emulated guest takes a while to read all of itself


def open_vm(spec: Spec, opening: Opening) -> "VmTarget":
    """The guest of this spec, booted. MeasureError where it is unavailable."""
    target = VmTarget(made(spec, opening))
    try:
        target.boot()
    except BaseException:
        target.close()
        raise
    return target


class VmTarget(RemoteTarget):
    """One guest for all its trials: what it keeps is `fixed`, what it shares with others is in its `hands`."""

    read_s = READ_S
    same_groups = True

    def __init__(self, fixed: Fixed) -> None:
        super().__init__(fixed.spec)
        self._fixed, self._hands = fixed, Hands(fixed)
        self._guest: vm_boot.RunningGuest | None = None
        self._stopped = False
        self._emulated, self._note = False, ""
        self._defined = Tree({})

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

    @property
    def runs_below(self) -> bool:
        """Its QEMU was started here."""
        return True

    def program(self, tool: str) -> str:
        """As on this machine, whose programs it has."""
        return own_program(tool)

    def boot(self) -> None:
        """Boot with the network plugged in. MeasureError where it does not come up."""
        fixed = self._fixed
        reason, slow = vm_probe.why_no_kvm(), vm_probe.host_is_emulated()
        recipe = vm_boot.Recipe(
            options=fixed.options,
            kvm=not reason,
            directory=fixed.directory,
            nic=fixed.cable.qemu(),
            program=fixed.cable.program(fixed.directory),
            slow=slow,
            identity=fixed.identity,
            place=fixed.place,
        )
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
        vm_boot.pin(self._guest, fixed.options.pin)
        if fixed.place:
            vm_boot.keep_on(self._guest, fixed.place.cpus)
        fixed.cable.connect(self.exec)

    def _running(self) -> vm_boot.RunningGuest:
        """The guest; a new one where the last one died."""
        if self._guest is None:
            self._hands.whole = self._stopped = False
            self.boot()
        assert self._guest is not None, "booted"
        return self._guest

    # --- turns: who has the devices, and who runs ---

    def take(self) -> None:
        """Have all devices and run."""
        guest, hands = self._running(), self._hands
        self._go(guest)
        if hands.whole:
            return
        if hands.plug_disk(guest.monitor):
            self._wait_for_disk()
        hands.lend(guest.monitor)
        inside = self._inside()
        if hands.lent:
            arrived = self._wait_for(inside.arrived)
            hands.own_disk = arrived if inside.expects_disks() else ""
        if (address := self._fixed.options.address) and not self._fixed.options.macvtap:
            self._wait_for(partial(inside.give_address, address))
        hands.whole = True
        self._defined = self._definition(guest)

    def _definition(self, guest: vm_boot.RunningGuest) -> Tree:
        pid = str(guest.pid)
        found = capture([one.replace("{qemu}", pid) for one in guest_process.PATTERNS])
        told = guest_plugged.written(self._hands.words(guest.monitor))
        return found.merged([Tree({guest_plugged.source(pid): told})])

    def defined(self) -> Tree:
        """Its process and what was plugged into it, as it was when it last had all its devices."""
        return self._defined

    def pause(self) -> None:
        """Pause while others measure."""
        if self._guest is not None and not self._stopped:
            self._guest.monitor.ask("stop", timeout_s=30.0)
            self._stopped = True

    def _go(self, guest: vm_boot.RunningGuest) -> None:
        if self._stopped:
            guest.monitor.ask("cont", timeout_s=30.0)
            self._stopped = False

    def give(self) -> None:
        """Let go of everything that others need too: functions go back to their drivers, a device's disk is pulled."""
        guest, hands = self._guest, self._hands
        had, hands.whole = hands.any, False
        if guest is None:
            hands.take_back()
            return
        if had:
            self._go(guest)
            hands.pull(guest.monitor)
            hands.take_back()
        self.pause()

    def presence(self, path: IoPath) -> Callable[[], str]:
        """The functions passed through, on this machine: what the guest loses it loses here."""
        del path
        lent = [Presence(IoPath(pci=address)).why_gone for address in self._hands.lent]
        return lambda: next(filter(None, (why() for why in lent)), "")

    def outside(self) -> Tree:
        """What KVM counts of it, and this machine of its QEMU and its functions."""
        if self._guest is None:
            return Tree({})
        pid = self._guest.pid
        return kvm_counts.read(pid).merged([qemu_counts.read(pid, self._hands.lent)])

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
        """End the guest and restore whatever was changed for it."""
        if self._guest is not None:
            self._guest.end()
            self._guest = None
        for failure in self._fixed.book.close():
            raise MeasureError(f"{self.name}: could not be restored: {failure}", "perfadvisor restore")

    # --- the disk and the network ---

    def node_for(self, file: Path, writable: bool) -> tuple[str, IoPath, str]:
        """The block device by which the guest sees this file or device of the host, the way to it inside the guest,
        and what a reader must know. MeasureError where it has none."""
        self.take()
        guest = self._running()
        if disk := self._hands.own_disk:
            return f"/dev/{disk}", self._way(disk), f"{self.name}: reads its own disk /dev/{disk}, passed through"
        self._hands.show(guest.monitor, file, writable)
        disk = self._wait_for_disk()
        self._defined = self._definition(guest)
        return f"/dev/{disk}", self._way(disk), f"{self.name}: {file} is its virtio disk /dev/{disk}"

    def link(self) -> NetworkEnds:
        """From the guest's virtio NIC to this machine."""
        return self._fixed.cable.link(self.name)

    def link_here(self, address: str) -> NetworkEnds | None:
        """By its virtio NIC where it was given no other."""
        del address
        options = self._fixed.options
        return None if options.address or self._hands.has_nic else self.link()

    def _way(self, disk: str) -> IoPath:
        tree = self.tree(io_path.PATTERNS)
        return IoPath(block=disk, pci=block_path.pci_address(tree, disk) or "")

    def _wait_for_disk(self) -> str:
        ours = f'read -r serial <$d/serial; [ "$serial" = {self._fixed.identity.serial} ] && echo ${{d##*/}}'
        return self._wait_for(lambda: self._said(f"for d in /sys/block/vd*; do {ours}; done; true"))

    def _inside(self) -> Inside:
        return Inside(lent=self._hands.lent, said=self._said, tree=self.tree)

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
