"""Configuration space: spaces built byte by byte, and any bytes at all."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.facts.pci.config_space import ConfigSpace, ErrorsSeen, parse

EXPRESS_AT, ACS_AT, SRIOV_AT = 0x70, 0x100, 0x140


def space(size: int = 4096, port_type: int = 0) -> bytearray:
    """An endpoint with MSI-X at 0x50, Express at 0x70 (MPS 256 of 512, MRRS 4096, Gen3 x4 of Gen4 x8), ACS, SR-IOV."""
    data = bytearray(4096)
    data[0:4] = struct.pack("<HH", 0x8086, 0x10FB)
    data[6] = 0x10  # has a list of capabilities
    data[0x34] = 0x50
    data[0x50:0x54] = struct.pack("<BBH", 0x11, EXPRESS_AT, 0x8000 | 63)
    data[EXPRESS_AT : EXPRESS_AT + 4] = struct.pack("<BBH", 0x10, 0, port_type << 4 | 2)
    data[EXPRESS_AT + 4 : EXPRESS_AT + 8] = struct.pack("<I", 2 | 0x20)
    data[EXPRESS_AT + 8 : EXPRESS_AT + 10] = struct.pack("<H", 1 << 5 | 5 << 12 | 0x10 | 0x100)
    data[EXPRESS_AT + 0x0C : EXPRESS_AT + 0x10] = struct.pack("<I", 4 | 8 << 4)
    data[EXPRESS_AT + 0x10 : EXPRESS_AT + 0x14] = struct.pack("<HH", 2, 3 | 4 << 4)
    data[ACS_AT : ACS_AT + 4] = struct.pack("<I", 0x000D | 1 << 16 | SRIOV_AT << 20)
    data[ACS_AT + 6 : ACS_AT + 8] = struct.pack("<H", 0b0011101)
    data[SRIOV_AT : SRIOV_AT + 4] = struct.pack("<I", 0x0010 | 1 << 16)
    data[SRIOV_AT + 8] = 1
    data[SRIOV_AT + 0x0C : SRIOV_AT + 0x12] = struct.pack("<HHH", 64, 64, 7)
    return data[:size]


def parsed(data: bytearray) -> ConfigSpace:
    result = parse(bytes(data))
    assert result is not None
    return result


def test_a_whole_space() -> None:
    found = parsed(space())
    express = found.express
    assert express is not None and found.sriov is not None
    assert (express.max_payload, express.max_payload_supported, express.max_read_request) == (256, 512, 4096)
    assert (express.relaxed_ordering, express.extended_tags, express.extended_tags_supported) == (True, True, True)
    assert (express.link_speed, express.link_width) == (8.0, 4)
    assert (express.link_speed_max, express.link_width_max, express.aspm) == (16.0, 8, "L1")
    assert (found.vendor, found.device, found.msix_vectors, found.acs) == (0x8086, 0x10FB, 64, "SV RR CR UF")
    assert (found.sriov.total_vfs, found.sriov.num_vfs, found.sriov.enabled) == (64, 7, True)


def test_what_is_read_without_root_has_no_capabilities() -> None:
    found = parsed(space(64))
    assert (found.vendor, found.whole, found.extended) == (0x8086, False, False)
    assert (found.express, found.msix_vectors, found.sriov, found.acs) == (None, None, None, None)


def test_256_bytes_have_the_standard_but_not_the_extended_capabilities() -> None:
    found = parsed(space(256))
    assert found.express is not None
    assert (found.whole, found.extended, found.acs, found.sriov) == (True, False, None, None)


def test_inside_the_root_complex_there_is_no_link() -> None:
    express = parsed(space(port_type=9)).express
    assert express is not None
    assert (express.max_payload, express.link_speed, express.link_width, express.aspm) == (256, None, None, None)


def test_reserved_sizes_are_no_sizes() -> None:
    data = space()
    data[EXPRESS_AT + 8] |= 7 << 5
    express = parsed(data).express
    assert express is not None and express.max_payload is None


@pytest.mark.parametrize("data", [b"", b"\x86\x80", b"\xff" * 64, b"\xff" * 4096])
def test_no_answer_is_no_space(data: bytes) -> None:
    assert parse(data) is None


def test_a_list_that_points_at_itself_ends() -> None:
    data = space()
    data[0x51] = 0x50
    data[ACS_AT + 2 : ACS_AT + 4] = struct.pack("<H", 1 | ACS_AT << 4)
    assert parsed(data).acs == "SV RR CR UF"
    assert parsed(data).express is None


def test_without_the_bit_there_is_no_list() -> None:
    data = space()
    data[6] = 0
    assert parsed(data).express is None


@given(st.binary(max_size=4200))
@settings(max_examples=100, deadline=None)
def test_any_bytes(data: bytes) -> None:
    assert parse(data) is None or len(data) >= 64


@given(st.lists(st.tuples(st.integers(0, 4095), st.integers(0, 255)), max_size=40), st.integers(0, 4096))
@settings(max_examples=100, deadline=None)
def test_a_damaged_space(changes: list[tuple[int, int]], size: int) -> None:
    data = space()
    for place, value in changes:
        data[place] = value
    parse(bytes(data[:size]))


AER_AT = 0x180


def test_errors_that_are_marked() -> None:
    data = space()
    assert parsed(data).errors is None
    data[SRIOV_AT : SRIOV_AT + 4] = struct.pack("<I", 0x0010 | 1 << 16 | AER_AT << 20)
    data[AER_AT : AER_AT + 4] = struct.pack("<I", 0x0001 | 2 << 16)
    assert parsed(data).errors == ErrorsSeen(correctable="none", uncorrectable="none")
    data[AER_AT + 4 : AER_AT + 8] = struct.pack("<I", 1 << 14 | 1 << 20)
    data[AER_AT + 0x10 : AER_AT + 0x14] = struct.pack("<I", 1 | 1 << 6 | 1 << 13)
    assert parsed(data).errors == ErrorsSeen(
        correctable="RxErr BadTLP AdvNonFatalErr", uncorrectable="CmpltTO UnsupReq"
    )
    assert parsed(data[: AER_AT + 0x10]).errors is None
