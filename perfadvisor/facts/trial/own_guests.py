"""What a machine did for each of its guests while its own load was watched."""

from collections.abc import Iterator

from perfadvisor.facts.guest import guest as guest_facts
from perfadvisor.facts.guest.spec import BY_NAME
from perfadvisor.facts.trial import counters_qemu
from perfadvisor.model.fact import Fact
from perfadvisor.model.snapshot import Snapshot

NAMES = {
    "vm.iothread_busy_share": counters_qemu.IOTHREAD,
    "vm.vcpu_migrations_per_s": counters_qemu.MIGRATIONS,
    "vm_nic.vhost_busy_share": counters_qemu.VHOST,
}


def facts(snapshot: Snapshot) -> Iterator[Fact]:
    """Facts of the guests that have a process; nothing where no load was watched."""
    window = snapshot.window
    if window is None:
        return
    for guest, pid in guest_facts.guests(snapshot.tree):
        if pid is None:
            continue
        moved = dict(counters_qemu.of_process(window.before, window.after, window.seconds, pid))
        source = f"/proc/{pid}/task, over {window.seconds:.0f} s"
        served = [nic.target for nic in guest.nics if nic.vhost]
        for name, delta in NAMES.items():
            value, subject = moved.get(delta), guest.name
            if name.startswith("vm_nic."):  # with more than one it is unknown whose thread was the busiest
                subject = f"{guest.name}/{served[0]}" if len(served) == 1 and served[0] else ""
            if value is not None and subject:
                yield BY_NAME[name].fact(value, source=source, subject=subject)
