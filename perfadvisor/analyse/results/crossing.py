"""Whether a network result's bytes left through a network device."""

from collections.abc import Sequence
from ipaddress import ip_address

from perfadvisor.model.fact import FactTable
from perfadvisor.model.result import IoPath, TrialResult

_SOFTWARE = frozenset({"veth", "loopback", "tun", "tap", "dummy", "virtual", "netkit"})


def crosses_nic(path: IoPath | None, trials: Sequence[TrialResult], machine: FactTable | None) -> bool | None:
    """False for loopback, and for devices that are software at both ends (veth, TAP). A foreign file names two
    addresses: two that differ and are no loopback are taken for two machines. None where nothing tells."""
    if path is None:
        return None
    if path.nic:
        return _is_hardware(path, machine)
    if any(trial.command for trial in trials):
        return False
    answers = {_by_address(trial) for trial in trials}
    return answers.pop() if len(answers) == 1 else None


def _is_hardware(path: IoPath, machine: FactTable | None) -> bool:
    if path.pci or machine is None:
        return True
    if machine.value("nic.kind", path.nic) == "bridge":  # a bridge leads outside by a member with hardware
        members = [nic for nic, master in machine.of("nic.master").items() if master == path.nic]
        return any(machine.value("nic.is_physical", nic) is True for nic in members)
    return machine.value("nic.kind", path.nic) not in _SOFTWARE


def _by_address(trial: TrialResult) -> bool | None:
    ends = [str(trial.output.details.get(name, "")).partition("%")[0] for name in ("local_host", "remote_host")]
    try:
        near, far = (ip_address(end) for end in ends)
    except ValueError:
        return None
    mapped = [getattr(one, "ipv4_mapped", None) or one for one in (near, far)]
    return mapped[0] != mapped[1] and not any(one.is_loopback for one in mapped)
