"""One virtual function of a physical one: made, used, and taken away again."""

from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.changing import attribute
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.changing.undo import functions_made, setting_changed
from perfadvisor.targets.lending.pci_group import ROOT, Function, function, text_of
from perfadvisor.targets.lending.pci_refusals import disks_of


def make_one(physical: str, journal: Journal, root: Path = ROOT, *, driven: bool = False) -> Function:
    """The first virtual function of this physical one, without a driver, or `driven` by the kernel's own.

    MeasureError where it makes none, or has some already: making more would take those away from whoever uses them."""
    owner = require_able(physical, root)
    _let_drivers_probe(owner, driven, journal)
    number = journal.record(functions_made(owner.folder, "0"))
    try:
        attribute.write(owner.folder / "sriov_numvfs", "1")
    except OSError as error:
        journal.put_back(number)
        raise MeasureError(
            f"{owner.address}: no virtual function could be made: {error.strerror}", "see dmesg"
        ) from error
    made = function((owner.folder / "virtfn0").resolve().name, root)
    if disks_of(owner):
        from perfadvisor.targets.lending import nvme_virtual

        nvme_virtual.give_resources(owner)
    return made


def require_able(physical: str, root: Path = ROOT) -> Function:
    """The physical function, if it could make one now; nothing is changed. MeasureError where it makes none, or has
    some already."""
    owner = function(physical, root)
    most, now = (text_of(owner.folder / f"sriov_{name}") for name in ("totalvfs", "numvfs"))
    if not most.isdecimal() or most == "0":
        raise MeasureError(
            f"{owner.address} makes no virtual functions", "switch SR-IOV on in the firmware, or see lspci -vvv"
        )
    if now != "0":
        raise MeasureError(
            f"{owner.address} has {now} of {most} virtual functions already", "give one of them: vfio=BDF"
        )
    return owner


def _let_drivers_probe(owner: Function, driven: bool, journal: Journal) -> None:
    """Whether the kernel's own driver takes what is made: it must not where the function is passed on, and an NVMe one
    without resources fails in there. Kernels before 4.13 have no such switch."""
    probe, wanted = owner.folder / "sriov_drivers_autoprobe", "1" if driven else "0"
    if (was := text_of(probe)) not in ("", wanted):
        journal.record(setting_changed(probe, was))
        attribute.write(probe, wanted)
