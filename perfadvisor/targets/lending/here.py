"""This machine as an environment: as it is, with another translation, or with a NIC of its own."""

from perfadvisor.errors import InputError
from perfadvisor.specs.kinds.local import ADDRESS, DOMAIN, NIC
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.here.local import LocalTarget
from perfadvisor.targets.lending.translated import TranslatedTarget
from perfadvisor.targets.lending.wired import WiredTarget
from perfadvisor.targets.opening import Opening


def open_here(spec: Spec, opening: Opening) -> LocalTarget:
    """The target of this spec. InputError where no disk is named for a translation, MeasureError where the NIC must
    stay as it is."""
    wanted, nic, address = spec.get(DOMAIN), spec.get(NIC), spec.get(ADDRESS)
    if nic and address:
        return WiredTarget(spec, nic, address, wanted or "")
    if wanted is None:
        return LocalTarget(spec)
    if not opening.device:
        raise InputError(f"{spec}: it changes how a disk is translated: which one is missing", "--device /dev/nvme0n1")
    return TranslatedTarget(spec, opening.device, wanted)
