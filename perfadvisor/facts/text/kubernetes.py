"""Kubernetes objects as `kubectl get -o yaml` prints them: what nodes have to give, what pods ask for."""

from collections.abc import Iterator, Mapping

from perfadvisor.errors import InputError
from perfadvisor.facts.container.spec import BY_NAME, CONTAINER
from perfadvisor.facts.reading import sizes, yamltext
from perfadvisor.facts.reading.reader import number
from perfadvisor.facts.reading.yamltext import Value
from perfadvisor.facts.text import kubevirt
from perfadvisor.facts.text.guests import sriov
from perfadvisor.model.fact import Absent, Fact, Scalar

SOURCE = "$ kubectl get -o yaml"
MOST = 1000
TEMPLATED = ("Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "Job")  # hold the pod they make as a template
_KINDS = (
    b"(?:(?:Node|Pod|VirtualMachine|VirtualMachineInstance|SriovNetworkNodeState)(?:List)?|List|%s)"
    % "|".join(TEMPLATED).encode()
)
PATTERN = rb"^kind: *%s\b|\"kind\": *\"%s\"" % (_KINDS, _KINDS)  # YAML, and JSON, which is YAML too

# resource -> the name of its fact
_RESOURCES = {
    "cpu": "cpus",
    "memory": "memory_bytes",
    "ephemeral-storage": "storage_bytes",
    "hugepages-2Mi": "hugepages_2mi_bytes",
    "hugepages-1Gi": "hugepages_1gi_bytes",
    "pods": "pods",
}


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The nodes and pods in the file, also in a List. InputError where it is not YAML or holds neither."""
    objects = [one for document in yamltext.parse(data, source) for one in _objects(document)]
    known = [one for one in objects if one.get("kind") in ("Node", "Pod", sriov.KIND, *kubevirt.KINDS)]
    if not known:
        raise InputError(
            f"{source}: holds no Node, Pod or virtual machine", "expected what kubectl get -o yaml node NAME prints"
        )
    for one in known[:MOST]:
        if one["kind"] in kubevirt.KINDS:
            yield from kubevirt.facts(one, source)
        elif one["kind"] == sriov.KIND:
            yield from sriov.facts(one, source)
        else:
            yield from _node(one, source) if one["kind"] == "Node" else _pod(one, source)


def _objects(document: Value) -> Iterator[dict[str, Value]]:
    """The objects of a document; those in a NodeList or PodList need not repeat what they are."""
    if not isinstance(document, dict):
        return
    items = document.get("items")
    if isinstance(items, list):
        kind = str(document.get("kind", "")).removesuffix("List")
        yield from (_made({"kind": kind, **item}) for item in items if isinstance(item, dict))
    else:
        yield _made(document)


def _made(one: dict[str, Value]) -> dict[str, Value]:
    """The pod that a Deployment or the like makes, in its place; everything else as it is."""
    if one.get("kind") not in TEMPLATED:
        return one
    template = _mapping(_mapping(one.get("spec")).get("template"))
    return {"kind": "Pod", "metadata": _mapping(one.get("metadata")), "spec": _mapping(template.get("spec"))}


def _node(node: dict[str, Value], source: str) -> Iterator[Fact | Absent]:
    subject = _name(node)
    for section, prefix in (("capacity", ""), ("allocatable", "allocatable_")):
        given = _mapping(_mapping(node.get("status")).get(section))
        for resource, name in _RESOURCES.items():
            value = _quantity(resource, given.get(resource))
            spec = BY_NAME[f"kubernetes_node.{prefix}{name}"]
            yield spec.given(value, source=source, subject=subject, reason="the node does not say")


def _pod(pod: dict[str, Value], source: str) -> Iterator[Fact | Absent]:
    spec = _mapping(pod.get("spec"))
    containers = spec.get("containers")
    for place, one in enumerate(containers if isinstance(containers, list) else []):
        container = _mapping(one)
        subject = f"{_name(pod)}/{container.get('name') or place}"
        resources = _mapping(container.get("resources"))
        limits, requests = _mapping(resources.get("limits")), _mapping(resources.get("requests"))
        values = {**_bounds(limits, requests), **_access(container, host_network=spec.get("hostNetwork") == "true")}
        for fact in CONTAINER:
            yield fact.given(values.get(fact.name), source=source, subject=subject, reason="the pod does not say")
        yield from _extended(limits, subject, source)


def _bounds(limits: Mapping[str, Value], requests: Mapping[str, Value]) -> dict[str, Scalar | None]:
    """Limits stand for requests that are not given (Kubernetes, "Resource Management for Pods and Containers")."""
    asked = {**limits, **requests}
    huge = [_quantity(name, value) for name, value in limits.items() if name.startswith("hugepages-")]
    both = ("cpu", "memory")
    return {
        "container.engine": "kubernetes",
        "container.cpu_quota_cpus": _quantity("cpu", limits.get("cpu")),
        "container.memory_max_bytes": _quantity("memory", limits.get("memory")),
        "container.cpu_request_cpus": _quantity("cpu", asked.get("cpu")),
        "container.memory_request_bytes": _quantity("memory", asked.get("memory")),
        "container.guaranteed": all(name in limits and _same(name, limits[name], asked[name]) for name in both),
        "container.hugepage_limit_bytes": sum(int(size) for size in huge if size is not None) if huge else None,
    }


def _same(resource: str, one: Value, other: Value) -> bool:
    """Whether two quantities are equal, however written: "1" and "1000m"."""
    return one == other or _quantity(resource, one) == _quantity(resource, other) is not None


def _access(container: Mapping[str, Value], *, host_network: bool) -> dict[str, Scalar | None]:
    security = _mapping(container.get("securityContext"))
    added = _mapping(security.get("capabilities")).get("add")
    return {
        "container.privileged": security.get("privileged") == "true",
        "container.can_lock": security.get("privileged") == "true" or (isinstance(added, list) and "IPC_LOCK" in added),
        "container.network_mode": "host" if host_network else "pod",
    }


def _extended(limits: Mapping[str, Value], subject: str, source: str) -> Iterator[Fact | Absent]:
    """Resources of device plug-ins have a domain: intel.com/sriov."""
    for name, value in limits.items():
        count = number(value) if isinstance(value, str) and "/" in name else None
        if count is not None:
            yield BY_NAME["container_resource.limit"].fact(count, source=source, subject=f"{subject}/{name}")


def _quantity(resource: str, value: Value | None) -> Scalar | None:
    text = value if isinstance(value, str) else None
    if resource == "cpu":
        return sizes.cpus(text)
    return number(text) if resource == "pods" else sizes.kubernetes(text)


def _name(one: Mapping[str, Value]) -> str:
    name = _mapping(one.get("metadata")).get("name")
    return name if isinstance(name, str) and name else "unnamed"


def _mapping(value: Value | None) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}
