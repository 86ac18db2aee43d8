"""What the host did for a guest while its results were measured, as facts of the host's definition of that guest."""

from collections.abc import Iterable, Iterator, Mapping

from perfadvisor.model.fact import Fact, FactSpec, FactTable
from perfadvisor.model.result import Cell, TrialResult

VHOST, INTERRUPTS = "qemu.vhost_busy_share", "vfio.interrupts_per_s"  # of a trial's deltas
Catalogue = Mapping[str, FactSpec]
_OF_GUEST = {
    "vm.iothread_busy_share": "qemu.iothread_busy_share",
    "vm.vcpu_migrations_per_s": "qemu.vcpu_migrations_per_s",
}


def of_run(cells: Iterable[Cell], guest: FactTable, host: FactTable, catalogue: Catalogue) -> Iterator[Fact]:
    """Facts for the host's table, from the cells of one guest: of its trials the one in which each was highest."""
    domain = guest.value("environment.domain")
    if domain is None:
        return
    trials = [trial for cell in cells for trial in cell.finished]
    yield from _threads(trials, str(domain), host, catalogue)
    yield from _interrupts(trials, str(domain), guest, host, catalogue)


def _threads(trials: Iterable[TrialResult], domain: str, host: FactTable, catalogue: Catalogue) -> Iterator[Fact]:
    found: dict[str, tuple[float, str]] = {}
    for trial in trials:
        for delta in (*_OF_GUEST.values(), VHOST):
            if delta in trial.deltas:
                found[delta] = max(found.get(delta, (-1.0, "")), (trial.deltas[delta], _source(trial)))
    for name, delta in _OF_GUEST.items():
        if delta in found:
            value, source = found[delta]
            yield catalogue[name].fact(value, source=source, subject=domain)
    if VHOST in found:
        value, source = found[VHOST]
        yield from (
            catalogue["vm_nic.vhost_busy_share"].fact(value, source=source, subject=nic)
            for nic in _vhost_nics(host, domain)
        )


def _vhost_nics(host: FactTable, domain: str) -> list[str]:
    """The network device whose thread it is: with more than one it is unknown whose was the busiest."""
    ours = [nic for nic, owner in host.of("vm_nic.domain").items() if owner == domain]
    served = [nic for nic in ours if host.value("vm_nic.vhost", nic) is True]
    return served if len(served) == 1 else []


def _interrupts(
    trials: Iterable[TrialResult], domain: str, guest: FactTable, host: FactTable, catalogue: Catalogue
) -> Iterator[Fact]:
    """Both sides of one and the same trial: that with most interrupts in the guest."""
    counted: dict[str, tuple[float, float, str]] = {}
    for trial in trials:
        address = guest.value("pci.host_address", trial.path.pci) if trial.path.pci else None
        inside, outside = (trial.deltas.get(name) for name in ("path.irq.per_s", INTERRUPTS))
        if address is not None and inside is not None and outside is not None:
            one = (inside, outside, _source(trial))
            counted[str(address)] = max(counted.get(str(address), one), one)
    for device, address in host.of("vm_hostdev.pci_address").items():
        if address in counted and host.value("vm_hostdev.domain", device) == domain:
            inside, outside, source = counted[str(address)]
            yield catalogue["vm_hostdev.guest_interrupts_per_s"].fact(inside, source=source, subject=device)
            yield catalogue["vm_hostdev.host_interrupts_per_s"].fact(outside, source=source, subject=device)


def _source(trial: TrialResult) -> str:
    return f"counted during trial {trial.trial.number} ({trial.trial.workload})"
