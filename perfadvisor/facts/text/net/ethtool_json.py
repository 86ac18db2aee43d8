"""`ethtool --json`: the same settings as in its text, which older versions give for few of the options."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from perfadvisor.facts.net import ethtool
from perfadvisor.facts.net import nic_spec as spec
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact, FactSpec, Scalar

SOURCE = "$ ethtool --json"
_RINGS = {"rx": spec.RING_RX, "rx-max": spec.RING_RX_MAX, "tx": spec.RING_TX, "tx-max": spec.RING_TX_MAX}
_CHANNELS = {
    f"{name.lower()}{end}": pair[place]
    for name, pair in spec.CHANNELS.items()
    for place, end in enumerate(("-count", "-max"))
}
_COALESCE = {
    "rx-usecs": spec.RX_USECS, "rx-frames": spec.RX_FRAMES, "tx-usecs": spec.TX_USECS, "tx-frames": spec.TX_FRAMES,
    "adaptive-rx": spec.ADAPTIVE_RX, "adaptive-tx": spec.ADAPTIVE_TX,
}  # fmt: skip


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """Features, rings, channels, coalescing and the like of each interface in it."""
    try:
        found = json.loads(decoded(data))
    except (ValueError, RecursionError):
        return
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict) and isinstance(one.get("ifname"), str):
            for known, value in _values(one).items():
                if known.type is type(value) and value is not None:
                    yield known.fact(value, source=source, subject=one["ifname"])


def _values(one: Mapping[str, Any]) -> Mapping[FactSpec, Scalar | None]:
    features = {known: _active(one.get(name)) for name, known in ethtool.FEATURES.items()}
    numbers = {known: one.get(name) for table in (_RINGS, _CHANNELS, _COALESCE) for name, known in table.items()}
    return {**features, **numbers}


def _active(feature: object) -> bool | None:
    active = feature.get("active") if isinstance(feature, dict) else None
    return active if isinstance(active, bool) else None
