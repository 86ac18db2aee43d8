"""Which machine and which programs a run's numbers belong to."""

import contextlib
import hashlib
import platform
import re
from collections.abc import Iterable

from perfadvisor import __version__
from perfadvisor.errors import MeasureError
from perfadvisor.model.tree import Tree
from perfadvisor.runner.site import Site
from perfadvisor.targets.base import Command, Target
from perfadvisor.tools.catalogue import TOOLS

MACHINE_ID = "/etc/machine-id"
PRODUCT = ("/sys/class/dmi/id/sys_vendor", "/sys/class/dmi/id/product_name")
NOT_FOUND = (126, 127)  # as a shell or `docker exec` reports a program that cannot be started
_VERSION = re.compile(r"\d+(?:\.\d+)+[\w.~+-]*")


def host(site: Site) -> dict[str, str]:
    """Name, kernel, model and a hash that tells this machine from others without giving its id away."""
    facts, tree = site.facts, site.machine
    found = {
        "name": str(facts.value("kernel.hostname") or platform.node()),
        "kernel": str(facts.value("kernel.release") or platform.release()),
        "cpu": str(facts.value("cpu.model_name") or _cpu_by_number(site)),
        "model": " ".join(filter(None, (tree.text(path) for path in PRODUCT))),
        "machine": _hash(site.target.tree((MACHINE_ID,))),
    }
    return {name: text for name, text in found.items() if text}


def _cpu_by_number(site: Site) -> str:
    """ARM's /proc/cpuinfo names its CPUs by number only; py-cpuinfo knows the names. It takes over a second and looks
    at the machine it runs on, so it is asked once, before any trial, and about this machine alone."""
    if not site.environment.spec.is_here:
        return ""
    from cpuinfo import get_cpu_info

    return str(get_cpu_info().get("brand_raw", ""))


def _hash(tree: Tree) -> str:
    """machine-id(5) asks for the id itself to be kept secret and a keyed hash to be used."""
    identity = tree.text(MACHINE_ID)
    return hashlib.sha256(f"perfadvisor {identity}".encode()).hexdigest()[:16] if identity else ""


def versions(target: Target, tools: Iterable[str]) -> dict[str, str]:
    """Program -> version, of perfadvisor and of every tool that is installed there."""
    found = {"perfadvisor": __version__, "python": platform.python_version()}
    for name in sorted(set(tools)):
        with contextlib.suppress(MeasureError):
            if version := require(target, name):
                found[name] = version
    return found


def require(target: Target, tool: str) -> str:
    """A tool's version, "" where it does not tell. MeasureError, with the package to install, where it is missing."""
    program = TOOLS[tool].PROGRAM
    name = target.program(tool) or program.name
    try:
        said = target.run(Command(argv=(name, "--version"), timeout_s=10.0))
        missing = said.returncode in NOT_FOUND
    except MeasureError:
        missing = True
    if missing:
        raise MeasureError(f"{name} is not installed", program.hint)
    match = _VERSION.search(said.stdout.decode("utf-8", "replace"))
    return match[0] if match else ""
