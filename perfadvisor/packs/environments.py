"""The environments file: names for --env, each with what it stands for and the limits declared for it.

    environments:
      half:
        engine: docker
        cpus: 0.5
        blkio: {device-read-iops: /dev/nvme0n1:5000}
      far:
        spec: ssh:root@server

A name becomes the spec it stands for, with the name in it, so that a run can be finished without the file.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from perfadvisor.packs.check import Strict, checked, read
from perfadvisor.packs.problems import PackError, Problem

NAME = r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$"
SIZE = r"^[0-9]{1,18}[bkmgtBKMGT]?$"
RATE = r"^/dev/[A-Za-z0-9_./-]+:[0-9]{1,18}[bkmgtBKMGT]?$"
FUNCTION = r"^(?:[0-9a-fA-F]{4}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]$"
RESERVED = ("local", "docker", "podman", "ssh", "vm", "libvirt", "saved")

Rate = str | list[str]


class Blkio(Strict):
    """Caps on disks: DEVICE:NUMBER, or a list of them."""

    device_read_iops: Rate = Field(default=[], alias="device-read-iops")
    device_write_iops: Rate = Field(default=[], alias="device-write-iops")
    device_read_bps: Rate = Field(default=[], alias="device-read-bps")
    device_write_bps: Rate = Field(default=[], alias="device-write-bps")


class EnvironmentText(Strict):
    """One environment as people write it: either a whole `spec`, or an `engine` with what its container gets."""

    spec: str = Field(default="", max_length=1000)
    engine: Literal["docker", "podman", ""] = ""
    image: str = Field(default="", pattern=r"^[^-,@=\s][^,=\s]*$|^$")
    container: str = Field(default="", pattern=NAME + "|^$")
    cpus: float | None = Field(default=None, ge=0.01, le=4096, strict=False)
    cpuset: str | int = ""
    memory: str | int = Field(default="")
    network: str = Field(default="", pattern=NAME + "|^$")
    privileged: bool = False
    seccomp: str = Field(default="", pattern=r"^unconfined$|^/[^,=]*$|^$")
    device: list[str] = Field(default=[])
    vfio: list[str] = Field(default=[])
    vf: list[str] = Field(default=[])
    address: str = Field(default="", pattern=r"^[0-9a-fA-F.:]+(?:/[0-9]{1,3})?$|^$")
    blkio: Blkio = Blkio()

    @model_validator(mode="after")
    def _one_kind(self) -> "EnvironmentText":
        if bool(self.spec) == bool(self.engine):
            raise ValueError("give either `spec` or `engine`")
        if self.spec and self.model_fields_set - {"spec"}:
            raise ValueError("limits go with `engine`, or behind the commas of `spec`")
        if self.image and self.container:
            raise ValueError("give either `image` or `container`")
        return self


class EnvironmentsText(Strict):
    """The whole file."""

    environments: dict[str, EnvironmentText] = Field(min_length=1)


def load_environments(path: Path) -> dict[str, str]:
    """Name -> spec of every environment in the file, in its order. Raises PackError with every mistake at its line."""
    document = read(path)
    given = checked(document, EnvironmentsText)
    problems: list[Problem] = []
    for name, text in given.environments.items():
        for keys, message in _mistakes(name, text):
            problems.append(document.problem(("environments", name, *keys), message, at_key=not keys))
    if problems:
        raise PackError(problems)
    return {name: spec_of(name, text) for name, text in given.environments.items()}


def _mistakes(name: str, text: EnvironmentText) -> Iterator[tuple[tuple[str, ...], str]]:
    if not re.match(NAME, name):
        yield (), f"`{name}` is no name: letters, digits, dots, dashes and underlines only"
    elif name in RESERVED:
        yield (), f"`{name}` has a meaning of its own; choose another name"
    if text.memory != "" and not re.match(SIZE, str(text.memory)):
        yield ("memory",), f"`{text.memory}` is no size, for example 2g"
    for option, rates in _rates(text.blkio):
        for rate in rates:
            if not re.match(RATE, rate):
                yield ("blkio", option), f"`{rate}` is no cap, for example /dev/nvme0n1:5000"
    for device in text.device:
        if not device.startswith("/dev/") or "," in device:
            yield ("device",), f"`{device}` is no device, for example /dev/nvme0n1"
    for key, functions in (("vfio", text.vfio), ("vf", text.vf)):
        for function in functions:
            if not re.match(FUNCTION, function):
                yield (key,), f"`{function}` is no PCI address, for example 0000:01:00.0"


def _rates(blkio: Blkio) -> Iterator[tuple[str, list[str]]]:
    for name, field in Blkio.model_fields.items():
        value = getattr(blkio, name)
        yield str(field.alias), [value] if isinstance(value, str) else value


def spec_of(name: str, text: EnvironmentText) -> str:
    """The spec that says the same on the command line."""
    if text.spec:
        joint = "," if ":" in text.spec else ":"
        return text.spec if text.spec == "local" else f"{text.spec}{joint}name={name}"
    target = f"@{text.container}" if text.container else text.image
    words = [*filter(None, [target]), f"name={name}", *_options(text)]
    return f"{text.engine}:{','.join(words)}"


def _options(text: EnvironmentText) -> Iterator[str]:
    if text.cpus is not None:
        yield f"cpus={text.cpus:g}"
    plain: Mapping[str, object] = {
        "cpuset": str(text.cpuset).replace(",", "+"), "memory": text.memory, "network": text.network,
        "privileged": "true" if text.privileged else "", "seccomp": text.seccomp, "address": text.address,
    }  # fmt: skip
    yield from (f"{key}={value}" for key, value in plain.items() if value != "")
    for key, values in (("device", text.device), ("vfio", text.vfio), ("vf", text.vf)):
        yield from (f"{key}={value}" for value in values)
    yield from (f"{option}={rate}" for option, rates in _rates(text.blkio) for rate in rates)
