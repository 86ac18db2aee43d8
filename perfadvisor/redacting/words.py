"""Words that names may be and that texts are full of: where a host, user or guest is called so, it is replaced only
where it stands as a name, because elsewhere it means something else."""

import re
from functools import cache

from perfadvisor.packs.known_facts import known_facts

SHORTEST = 3  # characters of a value that is replaced wherever it stands
_PLAIN = """
    localhost localdomain local linux gnu unix host hosts node server client guest default none null unknown true false
    yes no on off auto root daemon bin sys adm admin user users test tests data tmp temp home work main master
    worker vm vms kvm qemu libvirt xen docker podman lxc lxd incus kubernetes proxmox openstack container containers
    debian ubuntu fedora centos rhel redhat rocky alma almalinux suse opensuse arch archlinux alpine gentoo nixos amazon
    oracle windows android raspberrypi raspberry intel amd arm nvidia mellanox broadcom ibm dell hp lenovo supermicro
    google azure aws ec2 pci pcie usb nvme scsi sata virtio vfio iommu numa memory cpu cpus disk disks storage network
    net eth block queue read write random latency throughput bench benchmark perf fio iperf iperf3 performance
    hypervisor desktop laptop machine system kernel module driver bridge router switch gateway mail ftp www web app db
    database api service services session example build builder runner github gitlab jenkins nixbld www-data sync games
    backup uucp proxy mysql postgres redis nginx apache public private internal external primary secondary replica
    production staging development instance hidden
"""


EVERYBODYS = frozenset({"root", "localhost", "hidden", "unknown", ""})  # the same on every machine


@cache
def plain_words() -> frozenset[str]:
    """Words of common speech on machines, and those that names of facts are made of; all in small letters."""
    facts = {word for name in known_facts() for word in re.split(r"[._]", name)}
    return frozenset({*_PLAIN.split(), *facts})


def is_plain(value: str) -> bool:
    """Whether the value cannot be replaced wherever it stands."""
    lower = value.lower()
    return len(lower) < SHORTEST or lower in plain_words() or lower.isdecimal()
