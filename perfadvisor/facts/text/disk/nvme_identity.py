"""`nvme id-ctrl`, as text and JSON: what the controller is and can do. Serial numbers are not read."""

import json
from collections.abc import Iterator, Mapping

from perfadvisor.facts.block import nvme_identity as spec
from perfadvisor.facts.reading import reader
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact, FactSpec, Scalar

SOURCE = "$ nvme id-ctrl"
UNNAMED = "nvme"
_ZERO_CELSIUS = 273  # whole kelvins in the data


def facts(data: bytes, *, source: str = SOURCE, subject: str = "") -> Iterator[Fact | Absent]:
    """What is printed of the controller; a temperature of 0 is not reported."""
    text = decoded(data)
    told = _of_json(text) if text.lstrip().startswith("{") else _of_text(text)
    for known, value in _values(told).items():
        if value is not None:
            yield known.fact(value, source=source, subject=subject or UNNAMED)


def _values(told: Mapping[str, str]) -> dict[FactSpec, Scalar | None]:
    cache, sleeps, states = (reader.number(told.get(name)) for name in ("vwc", "apsta", "npss"))
    return {
        spec.MODEL: told.get("mn") or None,
        spec.FIRMWARE: told.get("fr") or None,
        spec.WRITE_CACHE: None if cache is None else bool(cache & 1),
        spec.WARNING_AT: _celsius(told.get("wctemp")),
        spec.CRITICAL_AT: _celsius(told.get("cctemp")),
        spec.POWER_STATES: None if states is None else states + 1,
        spec.SLEEPS: None if sleeps is None else bool(sleeps & 1),
    }


def _celsius(text: str | None) -> int | None:
    """Old versions print kelvins alone, new ones what they are in degrees behind them: "357 (84 C)"."""
    kelvins = reader.number((text or "").split(" ")[0])
    return kelvins - _ZERO_CELSIUS if kelvins else None


def _of_text(text: str) -> dict[str, str]:
    return {key.strip(): value.strip() for key, value in reader.fields(text).items()}


def _of_json(text: str) -> dict[str, str]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    pairs = document.items() if isinstance(document, dict) else ()
    return {str(key): str(value).strip() for key, value in pairs if isinstance(value, str | int)}
