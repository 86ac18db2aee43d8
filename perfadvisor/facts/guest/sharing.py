"""Devices that another process serves out of the guest's own memory: it must be mapped shared, or nothing moves."""

from perfadvisor.facts.guest.model import Guest


def needed_by(guest: Guest) -> str:
    """What needs it, as words: "vhost-user network, virtiofs"; "" for nothing."""
    found = (
        ("vhost-user network", any(nic.kind in ("vhostuser", "vhost-user") for nic in guest.nics)),
        ("vhost-user disk", any(disk.shared for disk in guest.disks)),
        ("virtiofs", guest.virtiofs > 0),
    )
    return ", ".join(name for name, is_there in found if is_there)
