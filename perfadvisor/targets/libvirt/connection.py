"""The one place that talks to libvirt: its Python binding is an extra, imported when a domain is asked for."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from perfadvisor.errors import InputError, MeasureError
from perfadvisor.extras import how_to_add
from perfadvisor.model.tree import Tree
from perfadvisor.specs.kinds.libvirt import DEFAULT_URI
from perfadvisor.targets.libvirt.host import host_tree


def binding(name: str = "libvirt") -> ModuleType:
    """libvirt-python. InputError with what to install where it is missing."""
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as error:
        raise InputError(f"libvirt-python is not installed: {error}", _how_to_add()) from error


def _how_to_add() -> str:
    """It has no wheels: it is compiled against the installed library's headers."""
    return f"apt install gcc pkg-config python3-dev libvirt-dev && {how_to_add('libvirt')}"


Arguments = Mapping[str, Any] | None


class Domain:
    """One running domain on one connection."""

    def __init__(self, name: str, uri: str = DEFAULT_URI) -> None:
        self._libvirt = binding()
        self._libvirt.registerErrorHandler(_quiet, None)
        self.name, self.uri = name, uri
        with self._errors(f"libvirt at {uri} cannot be reached", "is libvirtd running, and may you use it?"):
            self._connection = self._libvirt.open(uri)
        try:
            self._domain = self._found()
        except BaseException:
            self.close()
            raise

    def _found(self) -> Any:  # noqa: ANN401 (libvirt's own type)
        names = sorted(domain.name() for domain in self._connection.listAllDomains())
        with self._errors(f"no domain {self.name!r}", f"known are: {', '.join(names) or 'none'}"):
            domain = self._connection.lookupByName(self.name)
        if not domain.isActive():
            raise MeasureError(f"domain {self.name!r} does not run", f"virsh start {self.name}")
        return domain

    @property
    def is_local(self) -> bool:
        """Whether the domain runs on this machine: a URI without a host."""
        return "://" in self.uri and self.uri.split("://")[1].startswith("/")

    def definition(self) -> bytes:
        """The domain as it runs now, in XML."""
        with self._errors("the definition cannot be read"):
            return str(self._domain.XMLDesc()).encode()

    def host(self) -> Tree:
        """The domain's host as libvirt knows it, with every guest that runs there."""
        with self._errors("the host cannot be described"):
            running = {
                one.name(): str(one.XMLDesc()).encode() for one in self._connection.listAllDomains() if one.isActive()
            }
            capabilities = str(self._connection.getCapabilities()).encode()
        return host_tree(capabilities, running, tuple(self._functions()))

    def _functions(self) -> Iterator[bytes]:
        """Not every driver knows node devices."""
        with contextlib.suppress(self._libvirt.libvirtError):
            for device in self._connection.listAllDevices(self._libvirt.VIR_CONNECT_LIST_NODE_DEVICES_CAP_PCI_DEV):
                yield str(device.XMLDesc()).encode()

    def ask(self, name: str, arguments: Arguments = None, timeout_s: float = 10.0) -> Any:  # noqa: ANN401
        """The guest agent's answer. MeasureError where the guest has none or it does not answer."""
        request = {"execute": name, **({"arguments": dict(arguments)} if arguments else {})}
        hint = (
            "add <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel> to the domain "
            f"and start qemu-guest-agent in the guest, or reach it by SSH: libvirt:{self.name},ssh=USER@HOST"
        )
        with self._errors(f"domain {self.name!r} has no guest agent that answers", hint):
            agent = binding("libvirt_qemu")
            text = agent.qemuAgentCommand(self._domain, json.dumps(request), max(1, round(timeout_s)), 0)
        try:
            answer = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise MeasureError(f"the guest agent of {self.name!r}: {name}: not JSON: {error}") from error
        if "return" not in answer:
            raise MeasureError(f"the guest agent of {self.name!r}: {name}: {answer.get('error', answer)}")
        return answer["return"]

    @contextlib.contextmanager
    def _errors(self, what: str, hint: str = "") -> Iterator[None]:
        try:
            yield
        except self._libvirt.libvirtError as error:
            raise MeasureError(f"{what}: {error.get_error_message() or error}", hint) from error

    def close(self) -> None:
        """End the connection; the domain runs on."""
        with contextlib.suppress(self._libvirt.libvirtError):
            self._connection.close()


def _quiet(_: object, error: object) -> None:
    """libvirt would print every error to stderr besides raising it."""
    del error
