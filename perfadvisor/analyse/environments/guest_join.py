"""A guest's own view and its host's definition of it, joined: which domain it is, and which of the host's each device.

The UUID in a guest's firmware tables is that of its definition; network devices are known by their Ethernet addresses,
disks by the serial number both sides show or by their PCI address, assigned functions by the address they have in the
guest. What matches nothing, or more than one, stays unknown.
"""

from collections.abc import Iterator, Mapping

from perfadvisor.model.fact import Fact, FactSpec, FactTable, Scalar

SOURCE = "the guest's own facts beside the host's definition of it"


def joined(guest: FactTable, host: FactTable, catalogue: Mapping[str, FactSpec]) -> Iterator[Fact]:
    """The facts that lead from the guest to its host: `environment.domain`, `block.vm_disk`, `nic.vm_nic` and
    `pci.host_address`."""
    domain = _domain(guest, host)
    if domain is None:
        return
    yield catalogue["environment.domain"].fact(domain, source=SOURCE)
    for name, (subject, value) in _devices(guest, host, domain):
        yield catalogue[name].fact(value, source=SOURCE, subject=subject)


def _domain(guest: FactTable, host: FactTable) -> str | None:
    uuid = guest.value("environment.machine_uuid")
    same = [name for name, value in host.of("vm.uuid").items() if uuid and str(value).lower() == str(uuid).lower()]
    if len(same) == 1:
        return same[0]
    addresses = {str(value).lower() for value in guest.of("nic.address").values()}
    owners = {
        _owner(host, "vm_nic", one) for one, mac in host.of("vm_nic.mac").items() if str(mac).lower() in addresses
    }
    return owners.pop() if len(owners) == 1 else None


def _owner(host: FactTable, kind: str, subject: str) -> str:
    return str(host.value(f"{kind}.domain", subject))


def _devices(guest: FactTable, host: FactTable, domain: str) -> Iterator[tuple[str, tuple[str, str]]]:
    def of_domain(kind: str, fact: str) -> dict[str, Scalar]:
        return {one: value for one, value in host.of(f"{kind}.{fact}").items() if _owner(host, kind, one) == domain}

    for pair in _matched(guest.of("nic.address"), of_domain("vm_nic", "mac")):
        yield "nic.vm_nic", pair
    disks = dict(_matched(guest.of("block.serial"), of_domain("vm_disk", "serial")))
    disks = {**dict(_matched(guest.of("block.pci_address"), of_domain("vm_disk", "guest_address"))), **disks}
    yield from (("block.vm_disk", pair) for pair in (disks or _only(guest, host, domain)).items())
    given = {one: one for one in guest.subjects("pci")}
    for address, device in _matched(given, of_domain("vm_hostdev", "guest_address")):
        yield "pci.host_address", (address, str(host.value("vm_hostdev.pci_address", device)))


def _only(guest: FactTable, host: FactTable, domain: str) -> dict[str, str]:
    """One virtio disk on each side can only be one another."""
    ours = [one for one in guest.of("block.size_bytes") if one.startswith("vd")]
    theirs = [
        one for one, bus in host.of("vm_disk.bus").items() if bus == "virtio" and _owner(host, "vm_disk", one) == domain
    ]
    return {ours[0]: theirs[0]} if len(ours) == 1 and len(theirs) == 1 else {}


def _matched(ours: Mapping[str, Scalar], theirs: Mapping[str, Scalar]) -> Iterator[tuple[str, str]]:
    """Pairs of subjects whose values are the same and theirs alone."""
    for mine, value in ours.items():
        same = [other for other, known in theirs.items() if str(known).lower() == str(value).lower()]
        twins = [other for other, known in ours.items() if str(known).lower() == str(value).lower()]
        if len(same) == 1 and len(twins) == 1:
            yield mine, same[0]
