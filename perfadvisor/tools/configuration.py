"""A result that was measured without us, described by its own output: what was run, and what came out."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from perfadvisor.model.fact import Scalar
from perfadvisor.model.result import Output


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """One test of a file. Two with the same `key` are repeats of one workload, also across files.

    `label` says in short what was run; `rest` is a digest of what the label leaves out ("" where that is nothing);
    `target` is the file, disk or host, which may differ between machines and is therefore no part of the key.
    `started` is in seconds since the epoch, None where the file does not say; `beside` counts other tests that ran at
    the same time."""

    tool: str
    device: str
    label: str
    rest: str
    target: str
    parameters: Mapping[str, Scalar]
    started: float | None
    runtime_s: float
    warmup_s: float
    output: Output
    beside: int = 0

    @property
    def key(self) -> str:
        """The name that equal configurations share, on any machine."""
        return f"{self.label}-{self.rest}" if self.rest else self.label


def moment(seconds: float | None) -> float | None:
    """A time in seconds since the epoch, None where it is not a real time: before 1970, after 2100."""
    return seconds if seconds is not None and 0 <= seconds <= 4_102_444_800 else None


def span(seconds: float | None) -> float:
    """A length of time a test can have taken: 0 where the file has none, or one of more than a year."""
    return seconds if seconds is not None and 0 <= seconds <= 31_536_000 else 0.0


def digest(options: Mapping[str, object]) -> str:
    """Six hexadecimal digits that stand for these options, "" for none."""
    if not options:
        return ""
    text = json.dumps(options, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:6]


def slug(text: str) -> str:
    """The text as a part of an id: small letters, digits and single dashes."""
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.")[:60]


def short_size(count: int) -> str:
    """4096 -> "4k", 1000 -> "1000"."""
    for factor, letter in ((2**30, "g"), (2**20, "m"), (2**10, "k")):
        if count >= factor and count % factor == 0:
            return f"{count // factor}{letter}"
    return str(count)
