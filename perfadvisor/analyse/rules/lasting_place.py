"""Where a change to a guest lasts: at the one who writes its definition anew whenever it starts."""

from perfadvisor.analyse.rules.lookup import View
from perfadvisor.model.fact import Fact
from perfadvisor.model.rule import Rule

GUEST_KINDS = frozenset({"vm", "vm_disk", "vm_nic", "vm_hostdev"})
_PLACES = {
    "nova": "OpenStack Nova writes this definition anew: make the change in the flavor's or image's properties.",
    "kubevirt": "KubeVirt writes this definition anew: make the change in the VirtualMachine object.",
    "ovirt": "oVirt writes this definition anew: make the change in the engine, on the machine or template.",
    "proxmox": "Proxmox VE writes this command line anew: make the change with qm set, or in the web interface.",
    "lxd": "LXD writes this command line anew: make the change with lxc config.",
    "cloud-hypervisor": "Make the change on the command line of cloud-hypervisor.",
    "firecracker": "Make the change in the configuration of Firecracker.",
    "qemu": "No manager is known of this guest: make the change where its command line is written.",
}


def in_owners_words(rule: Rule, view: View) -> str:
    """What to do in the words of the one who writes the guest's definition; "" where the rule has none for them."""
    owner = view("vm.owner") if rule.fix.owners else None
    return rule.fix.owners.get(str(owner.value), "") if isinstance(owner, Fact) else ""


def lasting_place(rule: Rule, view: View) -> str:
    """The sentence to say after the advice on a guest; "" for libvirt's own, whose terms the advice uses, where the
    owner is not known, and for advice that names the owner itself."""
    if rule.for_each not in GUEST_KINDS or "{vm.owner}" in rule.fix.persist:
        return ""
    owner = view("vm.owner")
    return _PLACES.get(str(owner.value), "") if isinstance(owner, Fact) else ""
