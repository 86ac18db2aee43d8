"""The shape of the guest that a spec asks for."""

from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.vm.options import VmOptions, options_of


def test_nothing_is_a_guest_with_virtio_devices() -> None:
    assert options_of(read_spec("vm")) == VmOptions()
    assert not options_of(read_spec("vm")).passthrough


def test_every_option() -> None:
    text = "vfio=01:00.0,vfio=0000:81:00.0,cpus=3,memory=2G,hugepages=2M,queues=1,iothread=off,cache=writeback"
    spec = read_spec(f"vm:{text},aio=threads,pin=0-1+3,vf=0000:02:00.1,address=192.0.2.2/24")
    assert options_of(spec) == VmOptions(
        cpus=3,
        memory_bytes=2 << 30,
        huge_page_bytes=2 << 20,
        queues=1,
        iothread=False,
        cache="writeback",
        aio="threads",
        pin=(0, 1, 3),
        vfio=("0000:01:00.0", "0000:81:00.0"),
        vf=("0000:02:00.1",),
        address="192.0.2.2/24",
    )
    assert options_of(spec).passthrough
