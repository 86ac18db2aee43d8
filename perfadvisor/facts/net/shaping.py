"""Rates that a queueing discipline keeps an interface to, as `tc qdisc` shows them."""

import re

from perfadvisor.facts.net import nic_spec
from perfadvisor.model.fact import FactSpec, Nature
from perfadvisor.model.units import Unit

RATE = nic_spec.nic(
    "shaped_bits_per_s", int, "rate that its queueing discipline keeps it to, 0 for none", Unit.BITS_PER_SECOND
)
DELAY = nic_spec.nic("delay_added", bool, "whether netem delays, drops or reorders what it sends")
DROPPED = nic_spec.nic(
    "qdisc_dropped", int, "packets that its queueing disciplines dropped", Unit.COUNT, nature=Nature.MEASURED
)
CATALOGUE: tuple[FactSpec, ...] = (RATE, DELAY, DROPPED)

_RATE = re.compile(r"\brate ([0-9]{1,12}(?:\.[0-9]{1,6})?)([KMGT]?i?)bit\b")
_CEIL = re.compile(r"\bceil ([0-9]{1,12}(?:\.[0-9]{1,6})?)([KMGT]?i?)bit\b")
_SCALES = {"": 1, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40}
_ROOT = re.compile(r"qdisc (?P<kind>\w{1,20}) [0-9a-f]{0,8}: (?:dev \S{1,15} )?root(?P<rest>.*)")


def rate_in(text: str) -> int | None:
    """The rate that tc prints behind the word `rate`, in bits per second."""
    match = _RATE.search(text)
    return int(float(match[1]) * _SCALES[match[2]]) if match else None


def root_rate(qdiscs: str, classes: str) -> int | None:
    """The rate at the root, by `tc qdisc show dev` and `tc class show dev`: of tbf, netem and cake their own, of
    htb that of its only class there. None for no rate, and where several classes share it."""
    found = [match for line in qdiscs.splitlines() if (match := _ROOT.match(line.strip()))]
    if not found:
        return None
    if found[0]["kind"] in ("tbf", "netem", "cake"):
        return rate_in(found[0]["rest"])
    tops = [line for line in classes.splitlines() if re.match(r"class htb \S+ root ", line.strip())]
    match = _CEIL.search(tops[0]) if found[0]["kind"] == "htb" and len(tops) == 1 else None
    return int(float(match[1]) * _SCALES[match[2]]) if match else None
