"""`perfadvisor devices --format json`, and its published schema."""

from collections.abc import Mapping, Sequence
from typing import Any

from perfadvisor.analyse.devices.answer import PassthroughAnswer, Possible
from perfadvisor.analyse.devices.device import Device

SCHEMA_VERSION = 1

_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_COUNT_OR_NULL = {"type": ["integer", "null"], "minimum": 0}
_TEXTS = {"type": "array", "items": _TEXT}


def _record(**properties: object) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


_DEVICE = _record(
    address=_TEXT,
    class_name=_TEXT,
    ids=_TEXT,
    driver=_TEXT_OR_NULL,
    group=_TEXT_OR_NULL,
    group_mates=_TEXTS,
    node=_COUNT_OR_NULL,
    msix_vectors=_COUNT_OR_NULL,
    bar_bytes={"type": ["object", "null"], "additionalProperties": {"type": "integer", "minimum": 0}},
    reset_methods=_TEXT_OR_NULL,
    has_reset={"type": ["boolean", "null"]},
    total_vfs=_COUNT_OR_NULL,
    vfs=_COUNT_OR_NULL,
    physical_function=_TEXT_OR_NULL,
    ports={"type": "array", "items": _record(address=_TEXT, missing_acs={"type": ["array", "null"], "items": _TEXT})},
    possible={"enum": [str(one) for one in Possible]},
    obstacles={"type": "array", "items": _record(why=_TEXT, change=_TEXT)},
    unknown=_TEXTS,
    risks=_TEXTS,
    carries=_TEXTS,
)
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "perfadvisor devices",
    **_record(
        schema_version={"const": SCHEMA_VERSION},
        machines={"type": "array", "items": _record(environment=_TEXT, devices={"type": "array", "items": _DEVICE})},
    ),
}


def document(found: Mapping[str, Sequence[PassthroughAnswer]]) -> dict[str, Any]:
    """Environment -> its functions, as the schema says; null is unknown."""
    machines = [{"environment": name, "devices": [_row(one) for one in answers]} for name, answers in found.items()]
    return {"schema_version": SCHEMA_VERSION, "machines": machines}


def _row(answer: PassthroughAnswer) -> dict[str, Any]:
    return {
        **_of_device(answer.device),
        "possible": str(answer.possible),
        "obstacles": [{"why": one.why, "change": one.change} for one in answer.obstacles],
        "unknown": list(answer.unknown),
        "risks": list(answer.risks),
        "carries": list(answer.carries),
    }


def _of_device(device: Device) -> dict[str, Any]:
    return {
        "address": device.address,
        "class_name": device.class_name,
        "ids": device.ids,
        "driver": device.driver,
        "group": device.group,
        "group_mates": list(device.mates),
        "node": device.node,
        "msix_vectors": device.vectors,
        "bar_bytes": None if device.bars is None else {str(place): size for place, size in device.bars.items()},
        "reset_methods": device.resets,
        "has_reset": device.has_reset,
        "total_vfs": device.total_vfs,
        "vfs": device.vfs,
        "physical_function": device.physical,
        "ports": [
            {"address": port.address, "missing_acs": None if port.missing_acs is None else list(port.missing_acs)}
            for port in device.ports
        ],
    }
