"""Docker's containers on this host, from the limits it keeps for each: held against the host's NUMA nodes.

Only `hostconfig.json` is read: the file beside it holds the container's environment, and with it people's passwords.
"""

import json
from collections.abc import Iterator

from perfadvisor.facts.container import inspect as container_inspect
from perfadvisor.facts.guest import host as guest_host
from perfadvisor.model.fact import Absent, Fact, FactSpec
from perfadvisor.model.tree import Tree

DIRECTORY = "/var/lib/docker/containers"
PATTERNS: tuple[str, ...] = (f"{DIRECTORY}/*/hostconfig.json", *guest_host.PATTERNS)
# The specs stand in the containers' catalogue.
CATALOGUE: tuple[FactSpec, ...] = ()

MAX_BYTES = 1 << 20


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The facts of every container docker knows; its subject is the first 12 digits of its identity."""
    identities = tree.names(DIRECTORY)
    host = guest_host.read(tree) if identities else guest_host.NOWHERE
    for identity in identities:
        path = f"{DIRECTORY}/{identity}/hostconfig.json"
        try:
            config = json.loads((tree.read(path) or b"")[:MAX_BYTES])
        except (ValueError, RecursionError):
            continue
        yield from container_inspect.container({"Id": identity, "HostConfig": config}, path, host)
