"""Sizes as people write them for guests and containers, in bytes: the ways of libvirt, QEMU and Kubernetes."""

import re

LARGEST = 1 << 64
_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4, "p": 5, "e": 6}
_NUMBER = re.compile(r"([0-9]{1,20})(?:\.([0-9]{1,9}))?\s*([a-zA-Z]{0,5})", re.ASCII)
_EXPONENT = re.compile(r"([0-9]{1,19})[eE]([0-9]{1,2})", re.ASCII)


def scaled(value: str | None, unit: str) -> int | None:
    """A whole number of libvirt's units: `b`, `KiB` or `k` are powers of 1024, `KB` of 1000; None for all else."""
    factor = _factor(unit, bare=1024)
    text = (value or "").strip()
    if factor is None or not re.fullmatch(r"[0-9]{1,20}", text, re.ASCII):
        return None
    size = int(text) * factor
    return size if size < LARGEST else None


def qemu(text: str | None, default: str = "") -> int | None:
    """A size of QEMU's, "4G" or "4096" (with `default` as its suffix); all suffixes are powers of 1024."""
    match = _NUMBER.fullmatch((text or "").strip())
    factor = match and _factor(match.group(3) or default, bare=1024)
    return _product(match, factor) if match and factor else None


def kubernetes(text: str | None) -> int | None:
    """A quantity of bytes, "32843596Ki", "512Mi", "129e6" or "114345831029"; a bare K, M, G is a power of 1000, and a
    small m a thousandth (Kubernetes, "Quantity")."""
    match = _NUMBER.fullmatch((text or "").strip())
    if match and match.group(3) == "m":
        return int(match.group(1)) // 1000
    if exponent := _EXPONENT.fullmatch((text or "").strip()):
        size = int(exponent.group(1)) * 10 ** int(exponent.group(2))
        return size if size < LARGEST else None
    factor = match and _factor(match.group(3), bare=1000)
    return _product(match, factor) if match and factor else None


def cpus(text: str | None) -> float | None:
    """A quantity of CPUs: "2", "0.5", "11500m"."""
    match = _NUMBER.fullmatch((text or "").strip())
    if not match or match.group(3) not in ("", "m") or len(match.group(1)) > 9:
        return None
    value = float(f"{match.group(1)}.{match.group(2) or 0}")
    return value / 1000 if match.group(3) else value


def _product(match: re.Match[str], factor: int) -> int | None:
    fraction = match.group(2) or ""
    size = int(match.group(1) + fraction) * factor // 10 ** len(fraction)
    return size if size < LARGEST else None


def _factor(unit: str, *, bare: int) -> int | None:
    lower = unit.lower()
    if lower in ("", "b", "byte", "bytes"):
        return 1
    power = _POWERS.get(lower[0])
    base = {"": bare, "ib": 1024, "i": 1024, "b": 1000}.get(lower[1:])
    return None if power is None or base is None else int(base**power)
