"""Advice on every guest and container definition of real machines: no traceback, and for three of them the right one.

What is right for these three is argued in docs/guests.md.
"""

import pytest
from click.testing import CliRunner

from perfadvisor.cli.advise import command
from perfadvisor.errors import InputError
from perfadvisor.judge import judge
from perfadvisor.model.rule import Outcome, Severity
from perfadvisor.report.html import render

pytestmark = pytest.mark.shared

GUESTS = "libvirt/insights_xml_rhosp_2.xml", "libvirt/insights_xml_numa.xml", "container/insights_inspect_3.json"
REFUSED = {"insights_docker_container_inspect_truncated.json", "SOURCES.md"}


def fired(view):
    return {(one.rule.id, one.subject) for one in view.findings if one.outcome is Outcome.FIRES}


def test_every_file_is_judged_or_refused_in_one_line(shared_data):
    files = [path for kind in ("libvirt", "container") for path in sorted((shared_data / "machines" / kind).iterdir())]
    assert len(files) > 15
    for path in files:
        if path.name in REFUSED:
            with pytest.raises(InputError):
                judge(path)
            continue
        view = judge(path)
        assert render(view)


def test_the_command_shows_them(shared_data):
    done = CliRunner().invoke(command, [str(shared_data / "machines" / GUESTS[0])])
    assert done.exit_code == 0
    assert "main loop" in done.output


def test_an_openstack_guest_over_two_nodes(shared_data):
    assert fired(judge(shared_data / "machines" / GUESTS[0])) == {
        ("vm-emulator-on-vcpu-cpus", "instance-000008d7"),
        ("vm-disk-no-iothread", "instance-000008d7/vda"),
        ("vm-disk-no-iothread", "instance-000008d7/vdb"),
        ("vm-disk-aio-threads", "instance-000008d7/vda"),
        ("vm-image-format", "instance-000008d7/vda"),
        ("vm-nic-single-queue", "instance-000008d7/tapf975e53f-e0"),
    }


def test_a_network_function_with_two_virtual_functions(shared_data):
    view = judge(shared_data / "machines" / GUESTS[1])
    assert fired(view) == {
        ("vm-emulator-on-vcpu-cpus", "05-s00c06h0"),
        ("vm-disk-no-iothread", "05-s00c06h0/vda"),
        ("vm-disk-aio-threads", "05-s00c06h0/vda"),
        ("vm-cpu-model-generic", "05-s00c06h0"),
    }
    unknown = {one.rule.id for one in view.findings if one.outcome is Outcome.UNKNOWN}
    assert {"numa-vm-device-remote", "vm-memory-far-from-vcpus", "passthrough-vfio-small-pages"} <= unknown


def test_a_privileged_container(shared_data):
    assert fired(judge(shared_data / "machines" / GUESTS[2])) == {("container-privileged", "quizzical_yalow")}


def test_an_ordinary_cloud_guest_gets_low_advice_alone(shared_data):
    view = judge(shared_data / "machines" / "libvirt/nova_instance.xml")
    disk = "instance-00000001/vda"  # on the network (rbd): no pool of threads serves it
    assert fired(view) == {("vm-disk-in-main-loop", disk)}
    assert {one.rule.severity for one in view.findings if one.outcome is Outcome.FIRES} == {Severity.LOW}
