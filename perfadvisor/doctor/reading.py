"""What of the machine's configuration can be read?"""

import os
from collections.abc import Iterator

from perfadvisor.doctor.check import Ability, Check, as_root, installer
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Tree

AREA = "read"


def checks(tree: Tree, facts: FactTable) -> Iterator[Check]:
    """One check per subsystem whose reading can be partial."""
    yield _sources(tree)
    yield _pci(facts)
    yield _iommu(facts)
    yield _nics(facts)


def _sources(tree: Tree) -> Check:
    unreadable = [source for source, reason in tree.unreadable() if "denied" in reason or "not permitted" in reason]
    everybody = os.geteuid() == 0
    detail = (
        f"{len(tree)} sources, {len(unreadable)} of them unreadable {'even as root' if everybody else 'for this user'}"
    )
    if not unreadable or everybody:
        return Check(area=AREA, what="machine state", state=Ability.YES, detail=detail)
    return Check(area=AREA, what="machine state", state=Ability.PARTLY, detail=detail, unlock=as_root("run"))


def _pci(facts: FactTable) -> Check:
    count = facts.value("pci.function_count")
    if not count:
        return Check(area=AREA, what="PCI", state=Ability.NO, detail="no PCI bus is visible here")
    detail = f"{count} functions"
    if os.geteuid() == 0:
        return Check(area=AREA, what="PCI", state=Ability.YES, detail=detail + ", with their capabilities")
    detail += ", without MaxPayload, MaxReadRequest, ASPM and ACS"
    return Check(area=AREA, what="PCI", state=Ability.PARTLY, detail=detail, unlock=as_root("run"))


def _iommu(facts: FactTable) -> Check:
    if facts.value("iommu.present"):
        detail = f"{facts.value('iommu.group_count')} groups"
        return Check(area=AREA, what="IOMMU", state=Ability.YES, detail=detail)
    hypervisor = facts.value("environment.hypervisor")
    detail = "none here" + (" (a guest of " + str(hypervisor) + ")" if hypervisor not in (None, "none") else "")
    unlock = (
        "" if hypervisor not in (None, "none") else "enable VT-d or AMD-Vi in the firmware; boot with intel_iommu=on"
    )
    return Check(area=AREA, what="IOMMU", state=Ability.PARTLY, detail=detail, unlock=unlock)


def _nics(facts: FactTable) -> Check:
    physical = [name for name, real in facts.of("nic.is_physical").items() if real]
    known = [name for name in physical if facts.value("nic.ring_rx", name) is not None]
    detail = f"{len(physical)} with a device behind them, settings read of {len(known)}"
    if len(known) == len(physical):
        return Check(area=AREA, what="NICs", state=Ability.YES, detail=detail)
    return Check(area=AREA, what="NICs", state=Ability.PARTLY, detail=detail, unlock=f"{installer()} ethtool")
