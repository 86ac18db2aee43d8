"""ethtool outputs of real machines, compared with independent readings of them."""

from pathlib import Path
from typing import Any

import pytest

from perfadvisor.facts.net import ethtool
from perfadvisor.model.fact import Absent, Fact, FactTable

pytestmark = pytest.mark.shared

EXPECTATIONS = ("ethtool__*",)
KINDS = {"rings": "ring"}


class Reading:
    """The parsed report and the facts it gives."""

    def __init__(self, path: Path) -> None:
        self.text = path.read_text()
        self.report = ethtool.parse(path.read_bytes())
        self.facts = tuple(ethtool.facts(path.read_bytes()))
        self.table = FactTable(self.facts)


def read(path: Path) -> Reading:
    return Reading(path)


def kind(reading: Reading, keys: tuple[str, ...], expected: str) -> str:
    found = reading.report.kind
    return "other" if found in ("timestamping", "private flags") else KINDS.get(found, found)


def counted(text: str | None) -> Any:
    return int(text) if text is not None and text.isdecimal() else text


def setting(key: str | None = None, section: str = ""):
    """One line, as the fact `nic_setting.value` tells it."""

    def value(reading: Reading, keys: tuple[str, ...], expected: Any) -> Any:
        path = f"{reading.report.nic}/{reading.report.kind}/{section}{key or keys[0]}"
        found = reading.table.value("nic_setting.value", path)
        return found if isinstance(expected, str) else counted(found)

    return value


def offload(reading: Reading, keys: tuple[str, ...], expected: str | None) -> str | None:
    found = setting()(reading, keys, "")
    return found.split(" ")[0] if found else None


def settings(reading: Reading) -> list[Fact | Absent]:
    return [fact for fact in reading.facts if fact.name in ("nic_setting.value", "nic_statistic.value")]


def fixed(reading: Reading, keys: tuple[str, ...], expected: int) -> int:
    return sum("[fixed]" in str(getattr(fact, "value", "")) for fact in settings(reading))


def unsupported(reading: Reading, keys: tuple[str, ...], expected: bool) -> bool:
    return any("Operation not supported" in error for error in reading.report.errors)


def dropped(reading: Reading, keys: tuple[str, ...], expected: Any) -> Any:
    found = {
        subject.partition("/")[2]: value
        for subject, value in reading.table.of("nic_statistic.value").items()
        if value and any(word in subject for word in ("drop", "miss", "discard", "no_buf"))
    }
    return found.get(keys[0]) if keys else found


def unavailable(reading: Reading, keys: tuple[str, ...], expected: str) -> str | None:
    absent = reading.facts and all(isinstance(fact, Absent) for fact in reading.facts)
    return expected if absent else None


LEAVES = (
    ("type", kind),
    ("dev", lambda reading, keys, expected: reading.report.nic),
    ("must", unavailable),
    ("count", lambda reading, keys, expected: len(settings(reading))),
    ("fixed_count", fixed),
    ("unsupported", unsupported),
    ("nonzero_drop_like", dropped),
    ("nonzero_drop_like/*", dropped),
    ("max", lambda reading, keys, expected: dict(reading.report.maxima)),
    ("current", lambda reading, keys, expected: dict(reading.report.values)),
    ("max/*", setting(section="max ")),
    ("current/*", setting()),
    ("key/*", offload),
    ("adaptive_rx", setting("Adaptive RX")),
    ("adaptive_tx", setting("Adaptive TX")),
    ("speed", setting("Speed")),
    ("duplex", setting("Duplex")),
    ("link", setting("Link detected")),
    ("autoneg", setting("Auto-negotiation")),
    ("*", setting()),
)
UNCOMPARED = (
    ("text", "the output itself"),
    ("head", "the output itself"),
)


def test_agrees(expectation, differences) -> None:
    assert differences(expectation, read(expectation.path)) == []


def test_zero_of_an_ioctl_ethtool_is_no_value_where_nothing_is_in_force(shared_data: Path) -> None:
    text = (shared_data / "machines/ethtool/sos_ens3_c.txt").read_bytes()
    assert FactTable(ethtool.facts(text)).value("nic.rx_usecs", "ens3") == 0
    silent = FactTable(ethtool.facts(text.replace(b"rx-frames: 1", b"rx-frames: 0")))
    assert silent.value("nic.rx_usecs", "ens3") is None
