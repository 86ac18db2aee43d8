"""Which other environments can take part in a run here?"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from perfadvisor.analyse.devices import words
from perfadvisor.doctor.check import Ability, Check, installer
from perfadvisor.extras import how_to_add
from perfadvisor.specs.kind import EnvironmentOptions
from perfadvisor.specs.kinds import KINDS
from perfadvisor.specs.kinds.local import LOCAL
from perfadvisor.specs.kinds.vm import VFIO
from perfadvisor.targets.base import Command
from perfadvisor.targets.here.process import run
from perfadvisor.targets.lending.pci_lendable import lendable
from perfadvisor.targets.lending.remapping import is_refused_without_remapping

AREA = "compare with"
MOST_FUNCTIONS = 4


def checks() -> Iterator[Check]:
    """One check per kind of environment, and one of the devices that may be given to them."""
    for kind in KINDS.values():
        if kind.opener and kind.name != LOCAL.name:
            yield PROBES.get(kind.name, _untried)(kind)
    yield _passthrough()


def _untried(kind: EnvironmentOptions) -> Check:
    """What can only be known of one machine."""
    return Check(area=AREA, what=kind.name, state=Ability.YES, detail=f"--env {kind.usage}")


def _ssh(kind: EnvironmentOptions) -> Check:
    if shutil.which("ssh") is None:
        unlock = f"{installer()} openssh-client"
        return Check(area=AREA, what=kind.name, state=Ability.NO, detail="not installed", unlock=unlock)
    return _untried(kind)


def _libvirt(kind: EnvironmentOptions) -> Check:
    if find_spec("libvirt") is None:
        detail, unlock = "libvirt-python is not installed", how_to_add("libvirt")
        return Check(area=AREA, what=kind.name, state=Ability.NO, detail=detail, unlock=unlock)
    return _untried(kind)


def _docker(kind: EnvironmentOptions) -> Check:
    return _engine(kind.name, "docker.io", "systemctl start docker")


def _podman(kind: EnvironmentOptions) -> Check:
    return _engine(kind.name, "podman", "")


def _engine(name: str, package: str, start: str) -> Check:
    if shutil.which(name) is None:
        unlock = f"{installer()} {package}"
        return Check(area=AREA, what=name, state=Ability.NO, detail="not installed", unlock=unlock)
    with tempfile.TemporaryDirectory(prefix="perfadvisor-") as home:
        done = run(Command(argv=(name, "info", "--format", "{{json .}}"), timeout_s=20, environment=_elsewhere(home)))
    said = _engine_name(done.stdout)
    if done.returncode == 0 and said:
        return Check(area=AREA, what=name, state=Ability.YES, detail=f"answers ({said})")
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return Check(area=AREA, what=name, state=Ability.NO, detail=lines[-1] if lines else "gives no answer", unlock=start)


def _elsewhere(home: str) -> dict[str, str]:
    """Podman makes its storage in the home of a user who only asks whether it is there: let it do so in a temporary
    one. Root's lies in /var/lib and exists once podman is installed."""
    names = ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR")
    return dict.fromkeys(names, home) if os.geteuid() else {}


def _engine_name(answer: bytes) -> str:
    """What answered: Docker's version, or the runtime of podman, which may stand behind the name docker, too."""
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(said, dict):
        return ""
    host = said.get("host")
    runtime = host.get("ociRuntime") if isinstance(host, dict) else None
    name = runtime.get("name") if isinstance(runtime, dict) else said.get("ServerVersion")
    return name if isinstance(name, str) else ""


def _vm(kind: EnvironmentOptions) -> Check:
    # virtme-ng may be installed beside this Python, in a virtual environment that is not on the PATH.
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    needs = {"qemu-system-x86_64": f"{installer()} qemu-system-x86", "vng": how_to_add("vm")}
    missing = [name for name in needs if shutil.which(name, path=places) is None]
    if missing:
        unlock = " && ".join(needs[name] for name in missing)
        return Check(
            area=AREA, what=kind.name, state=Ability.NO, detail=f"missing: {', '.join(missing)}", unlock=unlock
        )
    if os.access("/dev/kvm", os.R_OK | os.W_OK):
        return Check(
            area=AREA,
            what=kind.name,
            state=Ability.YES,
            detail="/dev/kvm opens; the first guest shows whether it works",
        )
    detail = "emulated only (no /dev/kvm for this user): proves the path, not the speed"
    return Check(area=AREA, what=kind.name, state=Ability.PARTLY, detail=detail, unlock="usermod -aG kvm $USER")


def _passthrough() -> Check:
    """Devices for guests, for containers and for `perfadvisor run mapping --vfio`."""
    groups = Path("/sys/kernel/iommu_groups")
    if not groups.is_dir() or not any(groups.iterdir()):
        detail = f"no IOMMU groups: {words.NO_IOMMU}"
        return Check(area=AREA, what=f"{VFIO.name}=", state=Ability.NO, detail=detail, unlock=words.SWITCH_ON)
    if is_refused_without_remapping():
        what = f"{VFIO.name}="
        return Check(area=AREA, what=what, state=Ability.NO, detail=words.NO_REMAPPING, unlock=words.REMAPPING_ON)
    names = ", ".join(map(str, lendable(MOST_FUNCTIONS)))
    if not names:
        detail = "there are IOMMU groups, but every disk and NIC is in use or shares its group"
        unlock = "perfadvisor devices says what holds each"
        return Check(area=AREA, what=f"{VFIO.name}=", state=Ability.PARTLY, detail=detail, unlock=unlock)
    detail = f"could be bound to vfio-pci: {names}" + ("" if os.geteuid() == 0 else "; root is needed to bind")
    return Check(area=AREA, what=f"{VFIO.name}=", state=Ability.YES, detail=detail)


PROBES = {"docker": _docker, "podman": _podman, "vm": _vm, "ssh": _ssh, "libvirt": _libvirt}
