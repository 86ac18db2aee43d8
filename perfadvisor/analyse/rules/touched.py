"""What a run's results ran over: findings about anything else are true, and beside the point."""

from collections.abc import Iterable, Mapping

from perfadvisor.analyse.rules.lookup import HOST, Lookup, Place

# Things of which a machine has several, so that a run may touch one and not the others.
KINDS = frozenset(
    {
        "nic",
        "block",
        "pci",
        "iommu_group",
        "infiniband",
        "mount",
        "vm",
        "vm_disk",
        "vm_nic",
        "vm_hostdev",
        "vm_removable",
        "container",
    }
)


def touched(
    lookups: Mapping[str, Lookup], results: Mapping[str, Iterable[str]], parents: Mapping[str, str]
) -> dict[str, frozenset[Place]]:
    """Environment -> the kinds and subjects that its results, and those of the environments in it, lead to. `results`
    are the subjects of its `result.*` facts that were measured."""
    starts: dict[str, set[Place]] = {
        name: {("", ""), *(("result", one) for one in results.get(name, ()))} for name in lookups
    }
    for name, parent in parents.items():
        if parent in starts and results.get(name):
            starts[parent] |= {("vm", name), ("container", name)}
    found: dict[str, frozenset[Place]] = {}
    for _ in lookups:  # a guest leads to its host, that host to its own, at most once each
        for name, lookup in lookups.items():
            found[name] = lookup.reached(starts[name])
            parent = parents.get(name, "")
            if parent in starts and results.get(name):
                starts[parent] |= {(kind.removeprefix(HOST), s) for kind, s in found[name] if kind.startswith(HOST)}
    return found


def is_aside(kind: str, subject: str, lookup: Lookup, reached: frozenset[Place]) -> bool:
    """Whether this is one of several such things, and none that the results, or what they ran over, lead to."""
    if kind not in KINDS or (kind, subject) in reached:
        return False
    return not any(place in reached and place[0] in KINDS for place in lookup.next_to(kind, subject))
