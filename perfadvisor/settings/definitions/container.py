"""Limits of docker's containers that `docker update` changes while they run. The subject is the container's whole
identity, under which docker keeps its limits."""

import json
from functools import partial

from perfadvisor.facts.container.hosted import DIRECTORY
from perfadvisor.settings.model import Door, Field, FileForm, Setting, Type


def _setting(name: str, form: FileForm, option: str, meaning: str) -> Setting:
    return Setting(
        name=f"container.{name}",
        subject="container",
        door=Door.TOOL,
        form=form,
        path=f"{DIRECTORY}/{{subject}}/hostconfig.json",
        tool=("docker", "update", f"{option}={{value}}", "{subject}"),
        lasts="over restarts",
        meaning=meaning,
        fields=(Field(name=name, type=Type.TEXT),),
    )


ALL = (
    _setting("cpuset", FileForm.CONTAINER_CPUS, "--cpuset-cpus", "CPUs that a container of docker may use"),
    _setting("cpuset_mems", FileForm.CONTAINER_MEMS, "--cpuset-mems", "NUMA nodes its memory may come from"),
)


def _value(text: str, _subject: str, *, key: str) -> str | None:
    """Its list; None where there is none: docker takes an empty one for no change, so it could not be undone."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    value = found.get(key) if isinstance(found, dict) else None
    return value if isinstance(value, str) and value else None


def _with(text: str, _subject: str, value: str, *, key: str) -> str:
    return json.dumps({**json.loads(text), key: value})


FORMS = {
    FileForm.CONTAINER_CPUS: (partial(_value, key="CpusetCpus"), partial(_with, key="CpusetCpus")),
    FileForm.CONTAINER_MEMS: (partial(_value, key="CpusetMems"), partial(_with, key="CpusetMems")),
}
