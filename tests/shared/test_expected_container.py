"""Readings of what container engines and Kubernetes say, against independent ones of the same files."""

import pytest

from perfadvisor.errors import InputError
from perfadvisor.facts.text import cgroup
from perfadvisor.model.fact import FactTable
from tests.recognised import recognise

pytestmark = pytest.mark.shared

EXPECTATIONS = ("container__*",)


class Reading(FactTable):
    """The facts of a file; `error` is what was said where there are none."""

    def __init__(self, data, name):
        self.error, facts = "", []
        kind = recognise(data)
        self.kind = kind.name if kind else None
        self.lines = len(data.splitlines())
        try:
            facts = list(kind.facts(data, source=name)) if kind else []
        except InputError as error:
            self.error = str(error)
        super().__init__(facts)

    def about(self, name):
        """A fact of the one subject of its kind."""
        subjects = self.subjects(name.split(".")[0])
        return self.value(name, subjects[0]) if subjects else None


def read(path):
    return Reading(path.read_bytes(), path.name)


def of_container(name, convert=lambda value: value):
    def ours(reading, keys, expected):
        value = reading.about(f"container.{name}")
        return None if value is None else convert(value)

    return ours


def no_limit(name):
    """The engines write null, 0 or "" for no limit, which is absent here."""

    def ours(reading, keys, expected):
        value = reading.about(f"container.{name}")
        return expected if value is None and expected in (None, 0, "", "0") else value

    return ours


def engine_name(reading, keys, expected):
    """Docker's names start with a slash; an image has none."""
    found = (*reading.subjects("container"), *reading.subjects("image"))
    if reading.subjects("image"):
        return None
    return expected if found[0] == expected.removeprefix("/") else found[0]


def kind(reading, *_):
    return "image" if reading.subjects("image") else "container"


def identity(reading, *_):
    return reading.about("container.id") or reading.about("image.id")


def devices(reading, keys, expected):
    return expected if reading.about("container.device_count") == len(expected or []) else "others"


def object_kind(reading, *_):
    return "Node" if reading.subjects("kubernetes_node") else "Pod"


NODE = {"cpu": "cpus", "memory": "memory_bytes", "ephemeral-storage": "storage_bytes", "pods": "pods"}
NODE |= {"hugepages-2Mi": "hugepages_2mi_bytes", "hugepages-1Gi": "hugepages_1gi_bytes"}


def amount(text):
    """An independent reading of a quantity."""
    for suffix, factor in (("Ki", 1024), ("Mi", 1024**2), ("Gi", 1024**3), ("m", 0.001)):
        if text.endswith(suffix):
            return float(text.removesuffix(suffix)) * factor
    return float(text)


def node(prefix):
    def ours(reading, keys, expected):
        value = reading.about(f"kubernetes_node.{prefix}{NODE[keys[0]]}")
        return expected if value is not None and float(value) == pytest.approx(amount(expected)) else value

    return ours


POD = {"cpu": ("cpu_quota_cpus", "cpu_request_cpus"), "memory": ("memory_max_bytes", "memory_request_bytes")}


def pod(reading, keys, expected):
    name, section, resource = keys
    subject = f"testpod1/{name}"
    if resource in POD:
        value = reading.value(f"container.{POD[resource][section == 'requests']}", subject)
    else:
        value = reading.value("container_resource.limit", f"{subject}/{resource}")
    return expected if value is not None and float(value) == amount(expected) else value


def in_container(reading, *_):
    return reading.value("environment.container_engine") not in (None, "none")


def engine(reading, *_):
    found = reading.value("environment.container_engine")
    return None if found == "none" else found


LEAVES = (
    ("lines", lambda reading, *_: reading.lines),
    ("in_container", in_container),
    ("engine", engine),
    ("parse_ok", lambda reading, *_: not reading.error),
    ("must", lambda reading, keys, expected: expected if "cut off" in reading.error else reading.error),
    ("type", kind),
    ("id", identity),
    ("name", engine_name),
    ("NetworkMode", of_container("network_mode")),
    ("Privileged", of_container("privileged")),
    ("CpusetCpus", no_limit("cpuset")),
    ("CpusetMems", no_limit("cpuset_mems")),
    ("Memory", no_limit("memory_max_bytes")),
    ("NanoCpus", no_limit("cpu_quota_cpus")),
    ("CpuQuota", no_limit("cpu_quota_cpus")),
    ("CpuPeriod", no_limit("cpu_quota_cpus")),
    ("CpuShares", of_container("cpu_shares")),
    ("ShmSize", of_container("shm_bytes")),
    ("PidsLimit", no_limit("pids_limit")),
    ("IpcMode", no_limit("ipc_mode")),
    ("PidMode", no_limit("pid_mode")),
    ("Devices", devices),
    (
        "CapAdd",
        lambda reading, keys, expected: (
            "lock" if reading.about("container.can_lock") and not reading.about("container.privileged") else expected
        ),
    ),
    ("Runtime", of_container("runtime")),
    ("CgroupManager", of_container("cgroup_manager")),
    ("kind", object_kind),
    ("capacity/*", node("")),
    ("allocatable/*", node("allocatable_")),
    ("containers/*/name", lambda reading, keys, _: reading.subjects("container")[0].partition("/")[2]),
    ("containers/*/resources/*/*", pod),
)
UNCOMPARED = (
    ("Ulimits/*/*", "only the limit on locked memory is a fact"),
    ("Ulimits", "only the limit on locked memory is a fact"),
)


def test_agrees(expectation, differences):
    assert differences(expectation, read(expectation.path)) == []


def test_a_saved_group_is_not_taken_for_a_container_of_this_machine():
    assert [fact.value for fact in cgroup.facts(b"0::/user.slice\n")] == ["none"]
