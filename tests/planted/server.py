"""Faults of the emulated server (docs/lab.md): how it is set up well, how badly, and the rules that must tell.

Each has a shell line for either. What is counted since the boot is set up well first.
"""

from dataclasses import dataclass

from tests.planted.seen import UNSAFE

# Beside the devices of every lab: a switch, behind a host bridge of its own, so that other buses keep their numbers.
_PORT = "-device pcie-root-port,id=rp{n},bus=pxb2,chassis={n},slot={n}"
_BELOW = "-device xio3130-downstream,id=dn{n},bus=up11,chassis={n},slot={n} -device virtio-scsi-pci,bus=dn{n}"
MORE = (
    "-device pxb-pcie,id=pxb2,bus_nr=192,bus=pcie.0",
    f"{_PORT.format(n=11)} -device x3130-upstream,id=up11,bus=rp11",
    *(_BELOW.format(n=n) for n in (21, 22)),
)
# For faults alone: a solid disk that is no NVMe.
PLANTED = (
    "-blockdev driver=null-co,node-name=solid,size=67108864 -device ide-hd,drive=solid,bus=ide.0,rotation_rate=1",
)
# Of QEMU 8.0 and later: a NIC that makes virtual functions.
NEWER = (f"{_PORT.format(n=14)} -netdev hubport,id=many,hubid=8 -device igb,netdev=many,bus=rp14",)
# For a server that is uneven by itself: two NICs on a bus that cannot tell them apart, a function that translates
# addresses itself, a node without memory, and a clock that is too coarse.
UNEVEN = (
    f"{_PORT.format(n=15)} -device pcie-pci-bridge,id=old,bus=rp15",
    *(f"-netdev hubport,id=old{n},hubid={n} -device e1000,netdev=old{n},bus=old,addr={n}" for n in (3, 4)),
    f"{_PORT.format(n=16)} -device virtio-serial-pci,bus=rp16,disable-legacy=on,iommu_platform=on,ats=on",
    "-numa node,nodeid=2,cpus=3",
    *(f"-numa dist,src={one},dst={other},val=31" for one, other in ((0, 1), (0, 2), (1, 2))),
)
GROUPED, TRANSLATING = "0x8086:0x100e", "0x1af4:0x1043"
UNEVEN_NUMA = ("--numa", "6G,cpus=0-1", "--numa", "2G,cpus=2")
UNEVEN_OPTIONS = "clocksource=jiffies highres=off nohz=off"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """The rules fire on subjects called `bad_on` after `bad`, and are clear on those called `good_on` after
    `good`. Where the server has nothing called `needs`, there is nothing to plant it on."""

    rules: tuple[str, ...]
    good: str = "true"
    bad: str = "true"
    bad_on: str = ""
    good_on: str = ""
    needs: str = ""


_POOLS = "for pool in /sys/kernel/mm/hugepages/*/nr_hugepages; do echo 0 > $pool; done"
_LINK = "for n in $(seq 40); do [ $(cat /sys/class/net/$NIC/carrier) = 1 ] && break; sleep 0.5; done"
_PF, _VF = "/sys/class/net/$IGB/device", "ip link set $IGB vf 0"
_FUNCTION = (
    f"echo 0 > {_PF}/sriov_drivers_autoprobe; echo 1 > {_PF}/sriov_numvfs; vf=$(basename $(readlink {_PF}/virtfn0)); "
    "echo vfio-pci > /sys/bus/pci/devices/$vf/driver_override; echo $vf > /sys/bus/pci/drivers_probe"
)
_ENDS = "for n in 0 1; do ip link add bp$n type veth peer name bq$n; ip link set bq$n up"
_BOND = (
    f"modprobe bonding max_bonds=0; ip link add bond9 type bond mode active-backup miimon 100; {_ENDS}; "
    "ip link set bp$n master bond9; done; ip link set bond9 up; sleep 1"
)
_HALF = "for n in 0 1; do truncate -s 64M /run/half$n; done"
_ARRAY = (
    f"modprobe raid1; modprobe loop; {_HALF}; "
    "mdadm --create /dev/md9 --run --assume-clean --level=1 --raid-devices=2 --metadata=1.2 "
    "$(losetup -f --show /run/half0) $(losetup -f --show /run/half1)"
)
_CHECK = (
    "echo 1 > /sys/block/md9/md/sync_speed_min; echo 100 > /sys/block/md9/md/sync_speed_max; "
    "echo check > /sys/block/md9/md/sync_action"
)
_NODE1 = "/sys/devices/system/node/node1"
# Its memory is taken, and then somebody on its CPUs asks for more.
_OVERFLOW = (
    f"echo 500 > {_NODE1}/hugepages/hugepages-2048kB/nr_hugepages; "
    "for n in 1 2 3; do taskset -c 2 dd if=/dev/zero of=/dev/shm/much bs=1M count=2200 status=none; "
    "rm /dev/shm/much; done"
)
EMULATED = (
    Fault(
        rules=("network-link-100mbit", "network-half-duplex"),
        good=f"ip link set $NIC up; {_LINK}",
        bad=f"ethtool -s $NIC speed 100 duplex half autoneg off; sleep 3; {_LINK}",
        bad_on="NIC",
        good_on="NIC",
    ),
    Fault(rules=("passthrough-acs-missing",), bad_on="BELOW", good_on="0000:81:00.0"),
    Fault(rules=("numa-node-overflows",), bad=_OVERFLOW, bad_on="1", good_on="1"),
    Fault(rules=("hugepages-missing-for-vfio",), bad=_POOLS),  # transparent ones are off
    Fault(rules=("iommu-intremap-off",), bad=f"echo Y > {UNSAFE}"),
    Fault(
        rules=("network-busy-poll-long",),
        good="sysctl -qw net.core.busy_poll=0",
        bad="sysctl -qw net.core.busy_poll=200",
    ),
    Fault(
        rules=("network-bond-port-down",),
        good=_BOND,
        bad="ip link set bq1 down; sleep 1",
        bad_on="bond9",
        good_on="bond9",
    ),
    Fault(rules=("storage-array-busy",), good=_ARRAY, bad=_CHECK, bad_on="md9", good_on="md9"),
    Fault(
        rules=("irq-one-queue",),
        good="ip link set $IGB up; ethtool -L $IGB combined 2",
        bad="ethtool -L $IGB combined 1",
        bad_on="IGB",
        good_on="IGB",
        needs="IGB",
    ),
    Fault(
        rules=("passthrough-vf-spoof-check-off", "passthrough-vf-trusted", "passthrough-vf-rate-capped"),
        good=f"{_FUNCTION}; {_VF} spoofchk on; {_VF} trust off",
        needs="IGB",
        bad_on="IGB",
        good_on="IGB",
        bad=f"{_VF} spoofchk off; {_VF} trust on; {_VF} max_tx_rate 100",
    ),
)
# Of the group that reads the machine: HELD_RULES of tests/planted/kept.py fire where it is held as `bad` says.
HELD = {
    "good": {"cpu.max": "390000 100000", "memory.max": "4G"},
    "bad": {"cpu.max": "60000 100000", "memory.max": "700M"},
}
