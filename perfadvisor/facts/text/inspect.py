"""`docker inspect` and `podman inspect` in a file of their own."""

import json
from collections.abc import Iterator

from perfadvisor.errors import InputError
from perfadvisor.facts.container import inspect as container_inspect
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ docker inspect"
MAX_BYTES = 16 << 20
MOST = 1000


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The containers and images described. InputError where it is not JSON, cut off, or describes neither."""
    found = 0
    for entry in _entries(data, source)[:MOST]:
        if not isinstance(entry, dict) or not ({"Id", "ID"} & entry.keys()):
            continue
        found += 1
        if container_inspect.is_image(entry):
            yield from container_inspect.image(entry, source)
        else:
            yield from container_inspect.container(entry, source)
    if not found:
        raise InputError(f"{source}: describes no container and no image", "expected what docker inspect NAME prints")


def _entries(data: bytes, source: str) -> list[object]:
    if len(data) > MAX_BYTES:
        raise InputError(f"{source}: {len(data) >> 20} MiB is too large for a description of containers")
    try:
        read = json.loads(decoded(data))
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{source}: not JSON, or cut off: {error}", "save it again: docker inspect NAME > FILE"
        ) from error
    return read if isinstance(read, list) else [read]
