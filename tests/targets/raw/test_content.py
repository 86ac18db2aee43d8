"""What counts as blank, and how surely a small amount of data is found."""

import bisect
import os
import random
from pathlib import Path

import pytest

from perfadvisor.targets.raw import content

MIB = 1 << 20
SIZE = 8 * MIB


def look(file: Path, size: int = SIZE, seed: int = 1) -> content.Content:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        return content.look(descriptor, size, random.Random(seed))
    finally:
        os.close(descriptor)


def image(path: Path, data: bytes = b"", at: int = 0, fill: bytes = b"", size: int = SIZE) -> Path:
    with path.open("wb") as file:
        file.truncate(size)
        if fill:
            file.write(fill * (size // len(fill)))
        file.seek(at)
        file.write(data)
    return path


@pytest.mark.parametrize("fill", [b"", b"\0", b"\xff", b"\xaa\x55", b"\xde\xad\xbe\xef", bytes(range(16))])
def test_one_repeated_pattern_is_blank(tmp_path, fill) -> None:
    seen = look(image(tmp_path / "image", fill=fill))
    assert (seen.data_at, seen.read_bytes, seen.is_whole) == (None, SIZE, True)
    assert seen.head == (fill or b"\0") * (16 // len(fill or b"\0"))


@pytest.mark.parametrize("at", [0, 1, 511, 512, 4096 * 3, 5 * MIB + 17, SIZE - 1])
@pytest.mark.parametrize("fill", [b"\0", b"\xff"])
def test_a_single_other_byte_is_data(tmp_path, at, fill) -> None:
    seen = look(image(tmp_path / "image", b"\x01", at, fill))
    # In the first 16 bytes it is taken for the pattern, and the zeros after it differ.
    assert seen.data_at == (at // 512 * 512 if at >= 16 else 0)


@pytest.mark.parametrize("data", [b"\xff" * 4096, b"\0" * 4096])
def test_two_patterns_are_data(tmp_path, data) -> None:
    fill = b"\0" if data[0] else b"\xff"
    assert look(image(tmp_path / "image", data, 3 * MIB, fill)).data_at == 3 * MIB


def test_a_pattern_of_more_than_16_bytes_is_data(tmp_path) -> None:
    assert look(image(tmp_path / "image", fill=bytes(range(32)))).data_at == 0


def test_what_cannot_be_read_is_not_blank(tmp_path) -> None:
    with pytest.raises(OSError, match="only 0 of 1048576 bytes"):
        look(image(tmp_path / "image", size=SIZE), size=SIZE + MIB)


@pytest.mark.parametrize("size", [0, 512, SIZE, content.WHOLE_BYTES])
def test_small_devices_are_read_whole(size) -> None:
    assert sum(length for _, length in content.regions(size, random.Random(1))) == size


@pytest.mark.parametrize("size", [content.WHOLE_BYTES + 512, 100 << 30, 16 << 40])
def test_large_devices_are_sampled_over_all_their_length(size) -> None:
    found = content.regions(size, random.Random(1))
    assert (found[0], found[-1]) == ((0, content.END_BYTES), (size - content.END_BYTES, content.END_BYTES))
    assert len(found) == content.SAMPLES + 2
    ends = [offset + length for offset, length in found]
    assert all(end <= offset for end, (offset, _) in zip(ends, found[1:], strict=False))
    assert max(offset - end for end, (offset, _) in zip(ends, found[1:], strict=False)) < 2.1 * size / content.SAMPLES


def test_the_number_of_samples_finds_a_thousandth_with_99_percent() -> None:
    assert (1 - 0.001) ** content.SAMPLES <= 0.01 < (1 - 0.001) ** (content.SAMPLES - 2)


def test_a_thousandth_is_found_in_99_of_100_tries() -> None:
    """Content that lies in one piece or in many, at random places of a device of 1 TiB."""
    size, tries, chance = 1 << 40, 100, random.Random(20261128)
    found = dict.fromkeys((1, 7, 1000), 0)
    for seed in range(tries):
        regions = content.regions(size, random.Random(seed))
        for pieces in found:
            length = size // 1000 // pieces
            starts = [chance.randrange(content.END_BYTES, size - content.END_BYTES - length) for _ in range(pieces)]
            found[pieces] += _is_hit(regions, starts, length)
    assert min(found.values()) >= 98, found  # 99 expected, and one standard deviation is one


def _is_hit(regions: tuple[content.Region, ...], starts: list[int], length: int) -> bool:
    offsets = [offset for offset, _ in regions[1:-1]]
    return any(
        bisect.bisect_left(offsets, start + length) > bisect.bisect_left(offsets, start - content.BLOCK_BYTES + 1)
        for start in starts
    )


def test_a_sparse_large_device_is_sampled_for_real(tmp_path) -> None:
    size = 17 << 30
    seen = look(image(tmp_path / "image", size=size), size)
    assert (seen.data_at, seen.is_whole) == (None, False)
    assert seen.read_bytes == 2 * content.END_BYTES + content.SAMPLES * content.BLOCK_BYTES
    assert look(image(tmp_path / "image", b"x", size - 1, size=size), size).data_at == size - 512


def test_without_a_seed_the_blocks_are_nobodys_to_foresee(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(content, "WHOLE_BYTES", 0)
    monkeypatch.setattr(content, "END_BYTES", MIB)
    asked = []
    monkeypatch.setattr(random, "SystemRandom", lambda: asked.append(1) or random.Random(1))
    descriptor = os.open(image(tmp_path / "image", size=1 << 30), os.O_RDONLY)
    try:
        content.look(descriptor, 1 << 30)
        assert asked == [1]
        content.look(descriptor, 1 << 30, random.Random(1))
        assert asked == [1]
    finally:
        os.close(descriptor)


def test_the_sizes_are_those_of_the_documentation() -> None:
    found = (content.WHOLE_BYTES, content.END_BYTES, content.BLOCK_BYTES, content.CHUNK_BYTES, content.PATTERN_BYTES)
    assert found == (16 * 1024 * MIB, 128 * MIB, 65536, MIB, 16)


def test_the_digest_is_of_exactly_these_regions(tmp_path) -> None:
    file = image(tmp_path / "image", b"x", 3 * MIB)
    descriptor = os.open(file, os.O_RDONLY)
    try:
        outside, inside = (content.digest(descriptor, ((at, MIB),)) for at in (2 * MIB, 3 * MIB))
        assert outside == content.digest(descriptor, ((5 * MIB, MIB),)) != inside
    finally:
        os.close(descriptor)
