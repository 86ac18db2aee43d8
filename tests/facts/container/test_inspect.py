"""What container engines say: a container podman really made, both spellings, docker's own files, pods, and noise."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.errors import InputError
from perfadvisor.facts.container import hosted as container_hosted
from perfadvisor.facts.container import inspect as container_inspect
from perfadvisor.facts.reading import sizes
from perfadvisor.facts.text import inspect, kubernetes
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Tree
from tests.recognised import recognise


def facts(config, **more):
    return FactTable(
        inspect.facts(json.dumps([{"Id": "a" * 64, "Name": "/web", "HostConfig": config, **more}]).encode())
    )


def value(table, name, subject="web"):
    return table.value(f"container.{name}", subject)


def test_one_that_podman_made(data):
    found = FactTable(inspect.facts((data / "guests" / "podman-measured.json").read_bytes()))
    expected = {
        "engine": "podman",
        "cpu_quota_cpus": 1.5,
        "cpuset": "0",
        "memory_max_bytes": 256 << 20,
        "network_mode": "bridge",
        "memlock_limited": False,
        "can_lock": True,
        "seccomp": "unconfined",
        "privileged": False,
        "running": False,
    }
    assert {name: value(found, name, "measured") for name in expected} == expected


def test_no_limit_is_absent_and_never_zero():
    found = facts({"NanoCpus": 0, "CpuQuota": -1, "Memory": 0, "PidsLimit": None, "CpusetCpus": ""})
    for name in ("cpu_quota_cpus", "memory_max_bytes", "pids_limit", "cpuset"):
        assert value(found, name) is None
    assert value(found, "cpus_chosen") is False
    assert value(found, "memlock_limited") is True


def test_quotas():
    assert value(facts({"NanoCpus": 500_000_000}), "cpu_quota_cpus") == 0.5
    assert value(facts({"CpuQuota": 50_000, "CpuPeriod": 0}), "cpu_quota_cpus") == 0.5
    assert value(facts({"CpuQuota": 200_000, "CpuPeriod": 50_000}), "cpu_quota_cpus") == 4.0


def test_vfio_and_locked_memory():
    devices = [{"PathOnHost": "/dev/vfio/12"}, {"PathOnHost": "/dev/vfio/vfio"}, {"PathOnHost": "/dev/null"}]
    found = facts({"Devices": devices, "Ulimits": [{"Name": "memlock", "Soft": 65536, "Hard": 65536}]})
    assert value(found, "vfio_device_count") == 2
    assert (value(found, "memlock_bytes"), value(found, "memlock_limited")) == (65536, True)
    assert value(facts({"Ulimits": [{"Name": "RLIMIT_MEMLOCK", "Soft": -1}]}), "memlock_limited") is False


def test_throttled_disks():
    found = facts({"BlkioDeviceReadIOps": [{"Path": "/dev/sda", "Rate": 1000}, {"Path": "/dev/sdb", "Rate": 300}]})
    assert (value(found, "io_limited"), value(found, "read_iops_max")) == (True, 300)
    assert value(facts({"BlkioDeviceReadIOps": None}), "io_limited") is False


@pytest.mark.parametrize(
    ("mode", "bridged"),
    [
        ("bridge", True),
        ("default", True),
        ("shop_net", True),
        ("host", False),
        ("none", False),
        ("container:abc", False),
    ],
)
def test_networks(mode, bridged):
    assert value(facts({"NetworkMode": mode}), "is_bridged") is bridged


def test_dockers_own_files_are_held_against_the_nodes():
    config = {"CpusetCpus": "0,2", "CpusetMems": "1", "NanoCpus": 0}
    identity = "b" * 64
    tree = Tree(
        {
            f"/var/lib/docker/containers/{identity}/hostconfig.json": json.dumps(config).encode(),
            "/var/lib/docker/containers/broken/hostconfig.json": b"{",
            "/sys/devices/system/node/node0/cpulist": b"0-1\n",
            "/sys/devices/system/node/node1/cpulist": b"2-3\n",
        }
    )
    found = FactTable(container_hosted.facts(tree))
    assert found.subjects("container") == ("b" * 12,)
    assert value(found, "cpu_node_count", "b" * 12) == 2
    assert value(found, "memory_on_cpu_nodes", "b" * 12) is True


POD = b"""apiVersion: v1
kind: Pod
metadata: {name: fast}
spec:
  containers:
  - name: app
    resources:
      limits: {cpu: 1500m, memory: 1Gi, hugepages-2Mi: 100Mi, example.com/vf: "2"}
      requests: {cpu: 1, memory: 1Gi}
    securityContext: {privileged: true}
  - name: aside
"""


def test_a_pod():
    found = FactTable(kubernetes.facts(POD))
    assert found.subjects("container") == ("fast/app", "fast/aside")
    assert value(found, "cpu_quota_cpus", "fast/app") == 1.5
    assert value(found, "cpu_request_cpus", "fast/app") == 1.0
    assert value(found, "guaranteed", "fast/app") is False
    assert value(found, "hugepage_limit_bytes", "fast/app") == 100 << 20
    assert value(found, "privileged", "fast/app") is True
    assert value(found, "cpu_quota_cpus", "fast/aside") is None
    assert found.of("container_resource.limit") == {"fast/app/example.com/vf": 2}


def test_lists_and_what_makes_pods():
    """`oc adm inspect` writes typed lists; a Deployment holds its pod as a template; kubectl also writes JSON."""
    text = b"""kind: PodList
items:
- metadata: {name: one}
  spec: {containers: [{name: app, resources: {limits: {cpu: "2"}}}]}
---
kind: Deployment
metadata: {name: two}
spec: {template: {spec: {containers: [{name: app, resources: {limits: {memory: 1Gi}}}]}}}
"""
    assert recognise(text).name == "Kubernetes YAML"
    found = FactTable(kubernetes.facts(text))
    assert value(found, "cpu_quota_cpus", "one/app") == 2.0
    assert value(found, "memory_max_bytes", "two/app") == 1 << 30
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "three"}, "spec": {"containers": [{"name": "app"}]}}
    node = {"kind": "NodeList", "items": [{"metadata": {"name": "n"}, "status": {"capacity": {"cpu": "64"}}}]}
    for one, subject in ((pod, "container.engine"), (node, "kubernetes_node.cpus")):
        data = json.dumps(one, indent=4).encode()
        assert recognise(data).name == "Kubernetes YAML"
        assert len(FactTable(kubernetes.facts(data)).of(subject)) == 1


def test_equal_quantities_are_guaranteed_however_they_are_written():
    text = b"""kind: Pod
metadata: {name: p}
spec: {containers: [{name: c, resources: {limits: {cpu: "1", memory: 1Gi}, requests: {cpu: 1000m, memory: 1024Mi}}}]}
"""
    assert value(FactTable(kubernetes.facts(text)), "guaranteed", "p/c") is True


@pytest.mark.parametrize("text", [b"kind: Service\n", b"a: &x [*x]\nkind: Pod\n", b"kind: Pod\n- x", b"[" * 100, b""])
def test_no_objects_and_aliases_are_one_clear_error(text):
    with pytest.raises(InputError):
        list(kubernetes.facts(text))


@pytest.mark.parametrize("text", [b"{", b"[]", b"null", b"[[[]]]", b'{"Id": 5', b"[" * 5000, b'[{"Name": "x"}]'])
def test_no_description_is_one_clear_error(text):
    with pytest.raises(InputError):
        list(inspect.facts(text))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
)
KEYS = (
    "NanoCpus",
    "CpuQuota",
    "CpuPeriod",
    "Memory",
    "CpusetCpus",
    "Devices",
    "Ulimits",
    "CapAdd",
    "SecurityOpt",
    "NetworkMode",
)


@given(
    st.dictionaries(st.sampled_from(KEYS), anything),
    st.dictionaries(st.sampled_from(("State", "Mounts", "Name", "GraphDriver")), anything),
)
@settings(max_examples=100, deadline=None)
def test_whatever_stands_there_is_read_or_left_out(config, more):
    text = json.dumps([{"Id": "a", "HostConfig": config, **more}]).encode()
    list(inspect.facts(text))


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_facts_or_one_error(noise):
    for parse in (inspect.facts, kubernetes.facts):
        try:
            list(parse(noise))
        except InputError as error:
            assert error.message


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("32843596Ki", 32843596 << 10), ("512Mi", 512 << 20), ("1.5Gi", 3 << 29), ("114345831029", 114345831029),
        ("1k", 1000), ("", None), ("9" * 30, None), ("1X", None), ("128974848000m", 128974848), ("129e6", 129000000),
        ("1e99", None),
    ],
)  # fmt: skip
def test_quantities(text, size):
    assert sizes.kubernetes(text) == size


@pytest.mark.parametrize(("text", "cpus"), [("12", 12.0), ("11500m", 11.5), ("0.5", 0.5), ("1Gi", None), (None, None)])
def test_cpus(text, cpus):
    assert sizes.cpus(text) == cpus


@pytest.mark.parametrize(
    ("value", "unit", "size"),
    [
        ("8", "GiB", 8 << 30), ("1234", "MB", 1_234_000_000), ("12", "G", 12 << 30), ("5", "b", 5), ("-1", "KiB", None),
        ("1", "parsec", None), (None, "KiB", None),
    ],
)  # fmt: skip
def test_libvirts_units(value, unit, size):
    assert sizes.scaled(value, unit) == size


def test_caps_and_what_they_are_set_on():
    config = {
        "BlkioDeviceReadBps": [{"Path": "/dev/sda2", "Rate": 10485760}, {"Path": "/dev/nvme0n1p1", "Rate": 5}],
        "BlkioDeviceWriteIOps": [{"Path": "/dev/nvme0n1", "Rate": 200}],
        "BlkioDeviceReadIOps": [{"Path": "/dev/sdb", "Rate": 0}],
    }
    table = FactTable(container_inspect.container({"Id": "1", "Name": "/c", "HostConfig": config}, "here"))
    assert table.value("container.read_bytes_per_s_max", "c") == 5
    assert table.value("container.write_iops_max", "c") == 200 and table.value("container.read_iops_max", "c") is None
    assert table.value("container.capped_devices", "c") == "/dev/nvme0n1, /dev/nvme0n1p1, /dev/sda2"
    assert table.value("container.capped_partitions", "c") == "/dev/nvme0n1p1, /dev/sda2"
    free = FactTable(container_inspect.container({"Id": "1", "Name": "/c", "HostConfig": {}}, "here"))
    assert free.value("container.io_limited", "c") is False and free.value("container.capped_partitions", "c") == ""
