"""How many bytes a second a PCI Express link can carry, from its speed, width and payload size."""

TLP_OVERHEAD_BYTES = 24
"""Framing and sequence 4, header with a 64-bit address 16, LCRC 4: a write to memory without ECRC (PCIe Base 2.2)."""

USUAL_PAYLOAD_BYTES = 256
"""Taken where the payload size cannot be read (it takes root): what servers are mostly set to."""

DATA_LINK_SHARE = 0.96
"""Left over by acknowledgements, flow control and SKP sets; compare Intel AN 456 and AN 690. An H100 on 16
lanes at 32 GT/s moved 55.1 GB/s each way with payloads of 256 bytes, 0.957 of what framing and headers leave: a
ceiling lies above that."""

_ENCODING = {2.5: 8 / 10, 5.0: 8 / 10, 8.0: 128 / 130, 16.0: 128 / 130, 32.0: 128 / 130}
"""Bits of data in bits on the wire; 64 GT/s frames differently (FLIT mode), so there is no figure for it here."""


def raw_bytes_per_s(speed_gtps: float, lanes: int) -> float | None:
    """Bytes on the wire after line coding; None for a speed whose coding is not in the table."""
    encoding = _ENCODING.get(speed_gtps)
    return None if encoding is None else speed_gtps * 1e9 * encoding * lanes / 8


def bytes_per_s(speed_gtps: float, lanes: int, payload_bytes: int = USUAL_PAYLOAD_BYTES) -> float | None:
    """Payload one direction can carry in full-sized writes to memory; None where the speed is not in the table."""
    raw = raw_bytes_per_s(speed_gtps, lanes)
    if raw is None:
        return None
    return raw * payload_bytes / (payload_bytes + TLP_OVERHEAD_BYTES) * DATA_LINK_SHARE
