"""What may follow `vm:`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.errors import InputError
from perfadvisor.targets.vm.options import VmOptions, parse


def test_nothing_is_a_guest_with_virtio_devices() -> None:
    assert parse("") == VmOptions()
    assert not parse("").passthrough


def test_every_option() -> None:
    text = "vfio=01:00.0,vfio=0000:81:00.0,cpus=4,memory=2G,hugepages=2M,queues=1,iothread=off,cache=writeback"
    assert parse(f"{text},aio=threads,pin=0-1+3,vf=0000:02:00.1,address=192.0.2.2/24") == VmOptions(
        cpus=4, memory_bytes=2 << 30, huge_page_bytes=2 << 20, queues=1, iothread=False, cache="writeback",
        aio="threads", pin=(0, 1, 3), vfio=("0000:01:00.0", "0000:81:00.0"), vf=("0000:02:00.1",),
        address="192.0.2.2/24",
    )  # fmt: skip


def test_the_same_function_twice_is_one() -> None:
    assert parse("vfio=01:00.0,vfio=0000:01:00.0").vfio == ("0000:01:00.0",)


@pytest.mark.parametrize(
    "text",
    ["cpus", "cpus=", "cpus=0", "cpus=9999999999", "cpus=\N{ARABIC-INDIC DIGIT ONE}", "memory=2", "memory=2T",
     "iothread=yes", "cache=unsafe", "aio=x", "pin=a", "pin=1-", "vfio=", "vfio=1", "vfio=0000:01:00.8", "disk=/x",
     "vfio=../../x", "address=192.0.2.2", "address=192.0.2.2/99", "address=fe80::1%$(reboot)/64", "address=x/24"],
)  # fmt: skip
def test_what_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert isinstance(parse(text), VmOptions)
    except InputError as error:
        assert error.message
