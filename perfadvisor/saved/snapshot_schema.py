"""The published schema of a snapshot's `manifest.json`, the first member of the archive."""

from typing import Any

_TEXT = {"type": "string"}


def _record(*optional: str, **properties: object) -> dict[str, Any]:
    required = sorted(properties.keys() - set(optional))
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_STORED = _record(member=_TEXT, sha256={"type": "string", "pattern": "^[0-9a-f]{64}$"}, size={"type": "integer"})
_SOURCE = {
    "oneOf": [
        _STORED,
        _record(link=_TEXT),
        _record(directory={"const": True}),
        _record(unreadable=_TEXT),
    ]
}
_SOURCES = {"type": "object", "additionalProperties": _SOURCE}
_WINDOW = _record(
    seconds={"type": "number"},
    gauges={"type": "array", "items": {"type": "object"}},
    before=_SOURCES,
    after=_SOURCES,
)

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "manifest.json of a perfadvisor snapshot",
    **_record(
        "redacted",
        schema_version={"const": 1},
        perfadvisor_version=_TEXT,
        environment=_TEXT,
        taken={"type": "number", "description": "seconds since 1970"},
        clock_source=_TEXT,
        has_parent={"type": "boolean", "description": "parent.tar.gz holds the snapshot of the host"},
        sources=_SOURCES,
        window={"oneOf": [_WINDOW, {"type": "null"}]},
        redacted={
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "description": "how many identities of each kind were replaced, where the snapshot was redacted",
        },
    ),
}
