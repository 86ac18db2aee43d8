"""The far end of network tests, as given to --peer: another machine, or this one by an address of its own."""

import ipaddress

from perfadvisor.specs.kind import EnvironmentOptions
from perfadvisor.specs.kinds.local import LOCAL
from perfadvisor.specs.kinds.ssh import SSH
from perfadvisor.specs.option import MainArgument, ValueReader
from perfadvisor.specs.parse import SpecError, nearest, read_spec
from perfadvisor.specs.spec import Spec

ADDRESS = MainArgument(
    key="address",
    reader=ValueReader(what="an IP address", read=lambda text: str(ipaddress.ip_address(text))),
    example="192.0.2.1",
    meaning="an address of this machine on the network of a NIC passed through to a guest",
)
HERE = EnvironmentOptions(name="local", meaning=LOCAL.meaning, opener=LOCAL.opener, places=(ADDRESS,), needs_place=True)
PEERS = {kind.name: kind for kind in (HERE, SSH)}


def read_peer(text: str) -> Spec:
    """The far end meant. SpecError for what is none."""
    kind = text.partition(":")[0]
    if kind not in PEERS:
        otherwise = "--peer ssh:USER@HOST, or local:ADDRESS for guests with a NIC"
        raise SpecError(f"{text!r} is not a far end of network tests", nearest(kind, PEERS, otherwise))
    return read_spec(text, PEERS)
