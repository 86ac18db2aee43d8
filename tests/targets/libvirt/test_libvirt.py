"""Domains through libvirt's own test driver, which needs no hypervisor; the agent is played by a stand-in."""

import base64
import json
import sys

import pytest

from perfadvisor.errors import InputError, MeasureError
from perfadvisor.facts.guest import guest
from perfadvisor.facts.guest import host as guest_host
from perfadvisor.model.fact import FactTable
from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.base import Command
from perfadvisor.targets.libvirt import connection as libvirt_connection
from perfadvisor.targets.libvirt import libvirt
from perfadvisor.targets.libvirt.host import host_tree
from perfadvisor.targets.open import open_target
from perfadvisor.targets.opening import Opening

TEST = "test:///default"


@pytest.fixture
def domain():
    pytest.importorskip("libvirt")
    opened = libvirt_connection.Domain("test", TEST)
    yield opened
    opened.close()


def test_the_binding_is_an_extra_and_its_absence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "libvirt", None)
    with pytest.raises(InputError) as caught:
        open_target(read_spec(f"libvirt:test,uri={TEST}"))
    assert "libvirt-python" in caught.value.hint


def test_the_definition_and_the_host_as_libvirt_tells_them(domain):
    assert b"<name>test</name>" in domain.definition()
    tree = domain.host()
    facts = FactTable(guest.facts(tree))
    assert facts.value("vm.vcpus", "test") == 2
    assert facts.value("vm.running", "test") is True
    assert guest_host.read(tree).online
    assert facts.value("vm.vcpu_nodes", "test") == facts.value("vm.memory_nodes", "test")


def test_a_domain_that_is_not_there_names_those_that_are():
    pytest.importorskip("libvirt")
    with pytest.raises(MeasureError) as caught:
        libvirt_connection.Domain("nobody", TEST)
    assert "known are: test" in caught.value.hint


def test_a_domain_that_does_not_run(domain):
    libvirt_module = pytest.importorskip("libvirt")
    connection = libvirt_module.open(TEST)  # the driver's state is this connection's own
    connection.lookupByName("test").destroy()
    opened = object.__new__(libvirt_connection.Domain)
    opened._libvirt, opened._connection, opened.name, opened.uri = libvirt_module, connection, "test", TEST
    with pytest.raises(MeasureError, match="does not run"):
        opened._found()
    opened.close()


def test_no_libvirtd_is_one_clear_error():
    pytest.importorskip("libvirt")
    with pytest.raises(MeasureError, match="cannot be reached"):
        libvirt_connection.Domain("web", "qemu+unix:///system?socket=/nonexistent")


def test_without_an_agent_the_error_says_how_to_get_one():
    pytest.importorskip("libvirt")
    with pytest.raises(MeasureError) as caught:
        open_target(read_spec(f"libvirt:test,uri={TEST}"), Opening())
    assert "org.qemu.guest_agent.0" in caught.value.hint
    assert "ssh=" in caught.value.hint


class Played:
    """An agent that runs everything with exit code 3."""

    is_local = True

    def __init__(self):
        self.asked = []

    def ask(self, name, arguments=None, timeout_s=10.0):
        self.asked.append((name, arguments))
        if name == "guest-exec":
            return {"pid": 7}
        return {"exited": True, "exitcode": 3, "out-data": base64.b64encode(b"said\n").decode()}


def test_commands_go_through_the_agent():
    played = Played()
    target = libvirt.LibvirtTarget(read_spec("libvirt:web"), played)
    done = target.exec(Command(argv=("cat", "/proc/version"), timeout_s=5.0))
    assert (done.returncode, done.stdout) == (3, b"said\n")
    assert played.asked[0][1]["arg"][-2:] == ["cat", "/proc/version"]
    assert (target.name, target.parent) == ("libvirt:web", "local")
    with pytest.raises(MeasureError):
        target.start(Command(argv=("iperf3", "-s"), timeout_s=5.0))


def test_a_far_host_is_told_by_libvirt_alone():
    capabilities = b"""<capabilities><host><topology><cells num='2'>
      <cell id='0'><memory unit='KiB'>1024</memory><distances><sibling id='0' value='10'/><sibling id='1' value='21'/>
       </distances><cpus num='2'><cpu id='0' siblings='0,1'/><cpu id='1' siblings='0,1'/></cpus></cell>
      <cell id='1'><cpus num='1'><cpu id='2' siblings='2'/></cpus></cell>
      <cell id='99999999999'><cpus/></cell></cells></topology></host></capabilities>"""
    device = b"""<device><capability type='pci'><domain>0</domain><bus>129</bus><slot>0</slot><function>1</function>
      <numa node='1'/></capability></device>"""
    host = guest_host.read(host_tree(capabilities, {"../odd": b"<domain/>"}, (device,)))
    assert host.node_cpus == {0: {0, 1}, 1: {2}}
    assert host.cores[0] == {0, 1}
    assert host.pci_node("0000:81:00.1") == 1


def test_an_agents_refusal_is_told(domain, monkeypatch):
    refusal = json.dumps({"error": {"desc": "no such command"}})
    module = libvirt_connection.binding("libvirt_qemu")
    monkeypatch.setattr(module, "qemuAgentCommand", lambda *_: refusal)
    with pytest.raises(MeasureError, match="no such command"):
        domain.ask("guest-exec")
