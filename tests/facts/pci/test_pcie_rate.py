"""Link rates against the published table of generations and against arithmetic done by hand."""

import pytest

from perfadvisor.facts.pci.pcie_rate import bytes_per_s, raw_bytes_per_s


@pytest.mark.parametrize(
    ("speed", "lanes", "gigabytes"),
    [(2.5, 1, 0.25), (5.0, 4, 2.0), (8.0, 8, 7.877), (16.0, 16, 31.508), (32.0, 4, 15.754)],
)
def test_raw_rate(speed: float, lanes: int, gigabytes: float) -> None:
    assert raw_bytes_per_s(speed, lanes) == pytest.approx(gigabytes * 1e9, rel=1e-4)


@pytest.mark.parametrize(
    ("speed", "lanes", "payload", "gigabytes"),
    [(8.0, 4, 256, 3.456), (8.0, 16, 256, 13.83), (16.0, 8, 256, 13.83), (32.0, 16, 256, 55.31), (2.5, 1, 128, 0.202)],
)
def test_payload_rate(speed: float, lanes: int, payload: int, gigabytes: float) -> None:
    assert bytes_per_s(speed, lanes, payload) == pytest.approx(gigabytes * 1e9, rel=5e-3)


def test_no_device_moves_more_than_its_link_carries() -> None:
    """An H100 behind 16 lanes at 32 GT/s with payloads of 256 bytes: pinned copies, 1 GiB, both directions."""
    assert 55.1e9 < bytes_per_s(32.0, 16, 256) < 55.1e9 / 0.98


def test_a_larger_payload_carries_more() -> None:
    assert bytes_per_s(16.0, 16, 512) > bytes_per_s(16.0, 16, 256) > bytes_per_s(16.0, 16, 128)


@pytest.mark.parametrize("speed", [64.0, 0.0, 3.0])
def test_no_figure_for_a_speed_without_a_known_coding(speed: float) -> None:
    assert bytes_per_s(speed, 4) is None
