"""Guests of the emulated server (docs/lab.md), set up badly and well: processes of QEMU that never run a CPU."""

from tests.planted.guests import DISK, TAP, Guest, Pair

_ON_NODE = "-object memory-backend-ram,id=m,size=128M,host-nodes={node},policy=bind,prealloc=on"
_CELL = (
    "-object memory-backend-ram,id=m{cell},size=64M,host-nodes={node},policy=bind "
    "-numa node,nodeid={cell},cpus={cell},memdev=m{cell}"
)
_HUGE = "-object memory-backend-memfd,id=m,size=128M,hugetlb=on,hugetlbsize=2M,host-nodes=1,policy=bind,prealloc=on"
_GIVEN = "-smp 2 -m 128 -machine q35,memory-backend=m -device vfio-pci,host={vfio}"
GUESTS = (
    Pair(
        bad=Guest(name="far", words=f"{_GIVEN} {_ON_NODE.format(node=0)}", vcpus={0: [0], 1: [1]}, accel="kvm"),
        good=Guest(name="near", words=f"{_GIVEN} {_HUGE}", vcpus={0: [2], 1: [2]}, others=[3], accel="kvm"),
        rules=("numa-vm-device-remote", "passthrough-vfio-small-pages"),
    ),
    Pair(
        bad=Guest(
            name="astray",
            vcpus={0: [2], 1: [0]},
            accel="kvm",
            words=f"-smp 2 -cpu qemu64 -m 128 -machine q35,memory-backend=m {_ON_NODE.format(node=0)}",
        ),
        good=Guest(
            name="mapped",
            vcpus={0: [2], 1: [0]},
            accel="kvm",
            words=f"-smp 2 -cpu host -m 128 -machine q35 {_CELL.format(cell=0, node=1)} {_CELL.format(cell=1, node=0)}",
        ),
        rules=("numa-vm-spans-nodes", "vm-cpu-model-generic"),
    ),
    Pair(
        bad=Guest(
            name="elsewhere",
            vcpus={0: [2]},
            accel="kvm",
            words=f"-smp 1 -m 128 -machine q35,memory-backend=m {_ON_NODE.format(node=0)}",
        ),
        good=Guest(
            name="here",
            vcpus={0: [2]},
            accel="kvm",
            words=f"-smp 1 -m 128 -machine q35,memory-backend=m {_ON_NODE.format(node=1)}",
        ),
        rules=("vm-memory-far-from-vcpus",),
    ),
    Pair(
        bad=Guest(name="by-hand", words=f"-smp 1 -m 64 {TAP.format(vhost='off', queues='')}"),
        good=Guest(name="by-kernel", words=f"-smp 1 -m 64 {TAP.format(vhost='on', queues='')}"),
        rules=("vm-vhost-not-used",),
    ),
    Pair(
        bad=Guest(
            name="crowded", words=f"-smp 2 -m 64 {DISK.format(name='crowded', aio='native')}", vcpus={0: [0], 1: [0]}
        ),
        good=Guest(
            name="placed",
            vcpus={0: [0]},
            others=[1],
            words=f"-smp 1 -m 64 -object iothread,id=io0 {DISK.format(name='placed', aio='native')},iothread=io0",
        ),
        rules=("vm-emulator-on-vcpu-cpus", "vm-disk-no-iothread"),
    ),
    Pair(
        bad=Guest(name="one-lane", words=f"-smp 24 -m 64 {TAP.format(vhost='on', queues='')}"),
        good=Guest(
            name="four-lanes", words=f"-smp 4 -m 64 {TAP.format(vhost='on', queues=',queues=4')},mq=on,vectors=10"
        ),
        rules=("vm-nic-single-queue", "vm-overcommit"),
    ),
)
WELL = (
    Guest(
        name="backed",
        words="-smp 1 -m 2G -machine q35,memory-backend=m "
        "-object memory-backend-memfd,id=m,size=2G,hugetlb=on,hugetlbsize=2M,prealloc=on",
    ),
    Guest(
        name="direct",
        words="-smp 4 -m 64 -object iothread,id=io0 -drive file={disk},if=none,id=d,format=raw,cache=none,aio=native "
        "-device virtio-blk-pci,drive=d,iothread=io0",
    ),
)
"""Set up well, for servers on which nothing is planted."""
