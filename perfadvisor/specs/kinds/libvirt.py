"""Guests that libvirt runs already."""

from perfadvisor.specs.kind import EnvironmentOptions
from perfadvisor.specs.kinds.ssh import MACHINE_TEXT
from perfadvisor.specs.option import MainArgument, Option
from perfadvisor.specs.readers import matching

DEFAULT_URI = "qemu:///system"

DOMAIN = MainArgument(
    key="domain",
    reader=matching("the name of a domain", r"[^-,=\s][^,=]*"),
    example="web-1",
    meaning="the name of a running domain",
)
URI = Option(
    name="uri",
    reader=matching("a URI of libvirt", r"[a-z][\w+.-]*:[^,\s]*"),
    example="qemu+ssh://root@host/system",
    default=DEFAULT_URI,
    meaning="the connection to libvirt",
)
OVER_SSH = Option(
    name="ssh",
    reader=MACHINE_TEXT,
    example="root@guest",
    default="the guest agent",
    meaning="run commands over SSH: `USER@HOST[:PORT]`",
)

LIBVIRT = EnvironmentOptions(
    name="libvirt",
    meaning="a guest that libvirt runs already",
    opener="perfadvisor.targets.libvirt.libvirt:open_libvirt",
    places=(DOMAIN,),
    needs_place=True,
    options=(URI, OVER_SSH),
)
