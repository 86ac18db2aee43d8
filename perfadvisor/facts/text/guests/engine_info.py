"""`docker info` and `podman info`: the version of control groups and who manages them."""

import re
from collections.abc import Iterator

from perfadvisor.facts.cgroup import cgroup
from perfadvisor.facts.machine import kernel
from perfadvisor.facts.reading import reader
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ docker info"
_VERSION = re.compile(r"v?([12])")


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """What both print of the machine below."""
    told = reader.fields(decoded(data))
    version = _VERSION.fullmatch(told.get("Cgroup Version") or told.get("cgroupVersion") or "")
    yield cgroup.VERSION.given(int(version[1]) if version else None, source=source, reason="not printed")
    release = told.get("Kernel Version") or told.get("kernel")
    yield kernel.RELEASE.given(release or None, source=source, reason="not printed")
