"""Who owns a guest's definition: what its owner writes anew at each start must be changed at the owner."""

from collections.abc import Iterable

LIBVIRT, PLAIN = "libvirt", "qemu"
# Words of a definition's name spaces and firmware tables, or of a command line's paths.
_WORDS = (
    ("nova", ("openstack.org/xmlns/libvirt/nova", "OpenStack Nova", "OpenStack Compute")),
    ("kubevirt", ("kubevirt.io", "KubeVirt", "/var/run/kubevirt")),
    ("ovirt", ("ovirt.org/vm", "oVirt", "RHEV Hypervisor")),
    ("proxmox", ("/run/qemu-server/", "+pve", "/etc/pve/", "/usr/share/qemu-server/")),
    ("lxd", ("/run/lxd/", "/var/lib/lxd", "/var/log/lxd", "/var/snap/lxd", "/run/incus/", "/var/lib/incus")),
    (LIBVIRT, ("/var/lib/libvirt/", "/run/libvirt/", "org.libvirt")),
)


def named_in(words: Iterable[str], otherwise: str) -> str:
    """The owner that any of these words names, the most specific first."""
    text = "\n".join(words)
    return next((owner for owner, marks in _WORDS if any(mark in text for mark in marks)), otherwise)
