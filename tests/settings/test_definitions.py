"""Guests' definitions and containers' limits: what is read there, what is planned, and the commands for it."""

import json
import shlex

import pytest

from perfadvisor.facts import catalogue
from perfadvisor.model.rule import Finding, Outcome
from perfadvisor.model.tree import Tree
from perfadvisor.packs.rules import load_rules
from perfadvisor.settings import policies
from perfadvisor.settings.asked import MissingError, PolicyInput
from perfadvisor.settings.catalogue import SETTINGS
from perfadvisor.settings.commands import argv, script
from perfadvisor.settings.definitions import domain
from perfadvisor.settings.forms import ansible
from perfadvisor.settings.model import Intent, Plan
from perfadvisor.settings.planning import plan, undone
from perfadvisor.settings.rehearsal.guest import HOST

XML = """<!-- kept by libvirt -->
<domain type='kvm'>
  <name>db</name><memory unit='KiB'>4194304</memory><vcpu>4</vcpu>
  <os><type arch='x86_64' machine='pc-q35-9.0'>hvm</type></os>
  <cpu mode='custom' match='exact'><model>qemu64</model></cpu>
  <cputune><vcpupin vcpu='0' cpuset='4'/><vcpupin vcpu='1' cpuset='5'/></cputune>
  <devices>
    <controller type='usb' index='0'/><controller type='scsi' index='1' model='virtio-scsi'/>
    <disk type='file' device='disk'><target dev='vda' bus='virtio'/>
      <iotune><total_iops_sec>500</total_iops_sec><read_bytes_sec>1000</read_bytes_sec></iotune></disk>
    <disk type='file' device='disk'><target dev='sda' bus='scsi'/><address type='drive' controller='1'/></disk>
    <interface type='bridge'><mac address='52:54:00:00:00:01'/><model type='e1000'/>
      <bandwidth><inbound average='100' peak='200'/></bandwidth></interface>
  </devices>
</domain>
"""
PATH = "/etc/libvirt/qemu/db.xml"
IDENTITY = "a1" * 32
LIMITS = f"/var/lib/docker/containers/{IDENTITY}/hostconfig.json"
FINDING = Finding(rule=load_rules()[0], environment="local", subject="db", outcome=Outcome.FIRES)
TREE = Tree({**HOST, PATH: XML.encode(), LIMITS: json.dumps({"CpusetCpus": "2-5", "Memory": 7}).encode()})


def planned(**wanted: str) -> Plan:
    """Paths below the guest, each with its value."""
    intents = [
        Intent(setting="guest.definition", subject=f"db/{path}", to={"value": to}) for path, to in wanted.items()
    ]
    return plan(intents, TREE)


def places(policy: str, argument: str) -> tuple[str, ...]:
    return policies.SUBJECTS[policy](argument, TREE)


def value(policy: str, subject: str, argument: str = "") -> str:
    setting = SETTINGS["guest.definition"]
    asked = PolicyInput(setting=setting, subject=subject, place=0, count=1, argument=argument, tree=TREE)
    return policies.VALUES[policy](asked)


@pytest.mark.parametrize(
    ("path", "present", "wanted"),
    [
        ("@type", "kvm", "qemu"),
        ("cpu/@mode", "custom", "host-passthrough"),
        ("cpu/@match", "exact", "absent"),
        ("cpu/model", "qemu64", "absent"),
        ("memoryBacking/hugepages", "absent", ""),
        ("iothreads", "absent", "2"),
        ("cputune/vcpupin[@vcpu='3']/@cpuset", "absent", "6-7"),
        ("devices/disk[2]/driver/@cache", "absent", "none"),
    ],
)
def test_a_value_is_read_set_and_taken_back(path: str, present: str, wanted: str) -> None:
    made = planned(**{path: wanted})
    (write,) = made.writes
    assert write.was == {"value": present}
    then = made.tree.text(PATH) or ""
    assert domain.value_of(then, f"db/{path}") == wanted
    (back,) = undone(made.writes)
    assert domain.value_of(domain.with_value(then, f"db/{path}", back.to["value"]), f"db/{path}") == present


def test_several_changes_of_one_guest_are_one_definition_that_the_facts_are_read_of() -> None:
    made = planned(**{"cpu/@mode": "host-passthrough", "cpu/model": "absent", "devices/disk[1]/driver/@io": "native"})
    table = catalogue.read(made.tree)
    assert table.value("vm.cpu_mode", "db") == "host-passthrough"
    assert table.value("vm.cpu_model", "db") is None
    assert table.value("vm_disk.io", "db/vda") == "native"


def test_the_command_is_virt_xmls_and_leads_back() -> None:
    made = planned(**{"cpu/@mode": "host-model", "cpu/model": "absent", "cputune/emulatorpin/@cpuset": "0-1,6"})
    (line,) = script(made.writes).splitlines()
    assert shlex.split(line) == [
        *(
            "virt-xml",
            "db",
            "--edit",
            "--xml",
            "xpath.set=./cpu/@mode,xpath.value=host-model",
            "--xml",
            "xpath.delete=./cpu/model",
        ),
        *("--xml", 'xpath.set=./cputune/emulatorpin/@cpuset,xpath.value="0-1,6"'),
    ]
    (line,) = script(undone(made.writes)).splitlines()
    assert shlex.split(line)[3:] == [
        *("--xml", "xpath.set=./cputune/emulatorpin/@cpuset=", "--xml", "xpath.set=./cpu/model,xpath.value=qemu64"),
        *("--xml", "xpath.set=./cpu/@mode,xpath.value=custom"),
    ]
    assert argv(planned(**{"memoryBacking/hugepages": ""}).writes[0])[-1] == "xpath.create=./memoryBacking/hugepages"


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("cputune/vcpupin[@vcpu='0']/@cpuset", "absent", "xpath.set=\"./cputune/vcpupin[@vcpu='0']/@cpuset=\""),
        ("devices/disk[1]/iotune/read_bytes_sec", "absent", "xpath.delete=./devices/disk[1]/iotune/read_bytes_sec"),
        ("a/b[@id='1']", "", "xpath.create=\"./a/b[@id='1']\""),
        ("title", 'a "b", \\c', 'xpath.set=./title,xpath.value="a \\"b\\", \\\\c"'),
    ],
)
def test_whatever_stands_in_a_definition_is_one_word_of_virt_xml(path: str, value: str, told: str) -> None:
    assert domain.argv({f"db/{path}": value})[4] == told
    read = shlex.shlex(told, posix=True)  # as virtinst.cli.parse_optstr_tuples does
    read.commenters, read.whitespace, read.whitespace_split = "", ",", True
    words = [word.partition("=")[2] for word in read]
    end = "=" if told.startswith("xpath.set") and value == "absent" else ""
    assert words == ([f"./{path}{end}"] if value in ("absent", "") else [f"./{path}", value])


def test_a_playbook_has_one_task_for_all_of_a_definition() -> None:
    made = planned(**{"cpu/topology/@cores": "2", "cpu/topology/@threads": "2"})
    (play,) = json.loads(ansible([(FINDING, made)]))
    (task,) = play["tasks"]
    assert task["ansible.builtin.command"]["argv"][4::2] == [
        "xpath.set=./cpu/topology/@cores,xpath.value=2",
        "xpath.set=./cpu/topology/@threads,xpath.value=2",
    ]


def test_a_name_of_a_guest_is_quoted() -> None:
    tree = Tree({"/etc/libvirt/qemu/a;b.xml": XML.encode()})
    made = plan([Intent(setting="guest.definition", subject="a;b/iothreads", to={"value": "1"})], tree)
    assert script(made.writes) == "virt-xml 'a;b' --edit --xml xpath.set=./iothreads,xpath.value=1"


@pytest.mark.parametrize("mark", ["<nova:instance xmlns:nova='http://openstack.org/xmlns/libvirt/nova/1.1'/>"])
def test_a_definition_that_another_program_writes_anew_is_not_planned(mark: str) -> None:
    tree = Tree({PATH: XML.replace("<cpu ", f"<metadata>{mark}</metadata><cpu ").encode()})
    made = plan([Intent(setting="guest.definition", subject="db/iothreads", to={"value": "1"})], tree)
    assert (made.writes, [one.unread for one in made.refusals]) == ((), [True])


def test_devices_are_found_by_what_is_their_own() -> None:
    assert places("disk", "db/sda, driver/@io") == ("db/devices/disk[2]/driver/@io",)
    assert places("disk_thread", "db/vda") == ("db/devices/disk[1]/driver/@iothread",)
    assert places("disk_thread", "db/sda") == ("db/devices/controller[2]/driver/@iothread",)
    limits = ("db/devices/disk[1]/iotune/total_iops_sec", "db/devices/disk[1]/iotune/read_bytes_sec")
    assert places("disk_limits", "db/vda") == limits
    card = "db/devices/interface[1]"
    assert places("interface", "db, 52:54:00:00:00:01, model/@type") == (f"{card}/model/@type",)
    bandwidth = f"{card}/bandwidth/inbound"
    assert places("interface_limits", "db, 52:54:00:00:00:01, bandwidth") == (
        f"{bandwidth}/@average",
        f"{bandwidth}/@peak",
    )
    assert places("helper_pins", "db") == ("db/cputune/emulatorpin/@cpuset",)
    assert len(places("vcpu_pins", "db")) == 4


@pytest.mark.parametrize(
    ("policy", "argument"),
    [("disk", "db/vdz, driver/@io"), ("interface", "db, 52:54:00:00:00:99, model/@type"), ("vcpu_pins", "gone")],
)
def test_what_the_definition_does_not_hold_is_missing(policy: str, argument: str) -> None:
    with pytest.raises(MissingError):
        places(policy, argument)


def test_values_follow_from_the_definition() -> None:
    assert value("same_as", "db/currentMemory", "memory") == "4194304"
    assert value("at_least", "db/iothreads", "2") == "2"
    assert value("at_least", "db/vcpu", "2") == "4"
    assert value("or_else", "db/cpu/topology/@sockets", "1") == "1"
    assert value("half_cores", "db/cpu/topology/@cores") == "2"
    assert value("off_if_set", "db/devices/memballoon/@freePageReporting") == "absent"
    assert value("not_pinned", "db/cputune/emulatorpin/@cpuset", "0-7") == "0-3,6-7"
    assert value("vcpu_nodes", "db/numatune/memory/@nodeset") == "1"
    with pytest.raises(MissingError, match="pinned to every CPU"):
        value("not_pinned", "db/cputune/emulatorpin/@cpuset", "4-5")


def test_pages_are_reserved_for_what_is_missing() -> None:
    asked = PolicyInput(
        setting=SETTINGS["sysctl"], subject="vm/nr_hugepages", place=0, count=1, argument=str((4 << 20) + 1), tree=TREE
    )
    assert policies.VALUES["more_pages"](asked) == "3"


def test_a_containers_cpus_are_those_of_one_node_and_docker_sets_them() -> None:
    (identity,) = places("container", IDENTITY[:12])
    cpus = PolicyInput(
        setting=SETTINGS["container.cpuset"], subject=identity, place=0, count=1, argument="2-4", tree=TREE
    )
    assert policies.VALUES["largest_node"](cpus) == "2-3"
    made = plan([Intent(setting="container.cpuset", subject=identity, to={"cpuset": "2-3"})], TREE)
    assert script(made.writes) == f"docker update --cpuset-cpus=2-3 {identity}"
    assert script(undone(made.writes)) == f"docker update --cpuset-cpus=2-5 {identity}"
    assert json.loads(made.tree.text(LIMITS) or "") == {"CpusetCpus": "2-3", "Memory": 7}


def test_a_limit_that_docker_cannot_take_away_again_is_not_set() -> None:
    made = plan([Intent(setting="container.cpuset_mems", subject=IDENTITY, to={"cpuset_mems": "0"})], TREE)
    assert (made.writes, [one.unread for one in made.refusals]) == ((), [True])


@pytest.mark.parametrize("path", ["a[", "/a", "a[@b", "a[0]", "{x", "*[."])
def test_what_is_no_path_is_refused_without_a_traceback(path: str) -> None:
    made = planned(**{path: "1"})
    assert (made.writes, len(made.refusals)) == ((), 1)
