"""Every kind of environment: one module and one line each."""

from perfadvisor.specs.kind import EnvironmentOptions
from perfadvisor.specs.kinds.container import DOCKER, PODMAN
from perfadvisor.specs.kinds.libvirt import LIBVIRT
from perfadvisor.specs.kinds.local import LOCAL
from perfadvisor.specs.kinds.saved import SAVED
from perfadvisor.specs.kinds.ssh import SSH
from perfadvisor.specs.kinds.vm import VM

KINDS: dict[str, EnvironmentOptions] = {kind.name: kind for kind in (LOCAL, DOCKER, PODMAN, SSH, VM, LIBVIRT, SAVED)}
