"""Each kind in each spelling, and that what a reader decides by stays."""

import re
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfadvisor.model.fact import Fact
from perfadvisor.model.tree import Symlink, Tree
from perfadvisor.redacting.kinds import Identifier, IdentityKind, counted
from perfadvisor.redacting.learning import learned
from perfadvisor.redacting.matching import any_of
from perfadvisor.redacting.patterns import in_text
from perfadvisor.redacting.pseudonyms import Pseudonyms
from perfadvisor.redacting.redactor import Redactor
from perfadvisor.redacting.values import redacted

KEY = bytes(32)


def redactor(*identities: tuple[IdentityKind, str]) -> Redactor:
    return Redactor([Identifier(*one) for one in identities], KEY)


def test_a_mac_in_all_its_spellings_is_one_thing() -> None:
    by = redactor((IdentityKind.MAC, "00:11:22:33:44:55"))
    shown = by.text("00:11:22:33:44:55")
    bare = shown.replace(":", "")
    assert shown != "00:11:22:33:44:55" and int(bare[:2], 16) & 3 == 2
    assert by.text("00-11-22-33-44-55") == shown.replace(":", "-")
    assert by.text("enx001122334455") == f"enx{bare}"
    assert by.text("0011.2233.4455") == f"{bare[:4]}.{bare[4:8]}.{bare[8:]}"
    assert by.text("AA 00:11:22:33:44:55") == f"AA {shown}"
    assert "211:22ff:fe33:4455" not in by.text("fe80::211:22ff:fe33:4455")


def test_a_host_by_its_short_and_its_full_name_and_as_others_escape_it() -> None:
    by = redactor(
        (IdentityKind.HOST, "db-one"), (IdentityKind.HOST, "db-one.corp.lan"), (IdentityKind.DOMAIN, "corp.lan")
    )
    short = by.text("db-one")
    assert by.text("db-one.corp.lan").startswith(f"{short}.domain") and by.text("DB-ONE") == short
    assert by.text("/dev/mapper/db--one--vg-root") == f"/dev/mapper/{short}--vg-root"
    assert by.text("machine-qemu\\x2d1\\x2ddb\\x2done.scope") == f"machine-qemu\\x2d1\\x2d{short}.scope"


def test_a_name_that_is_a_plain_word_goes_only_where_it_is_a_name() -> None:
    by = redactor((IdentityKind.VM, "memory"), (IdentityKind.HOST, "vm"), (IdentityKind.USER, "test"))
    assert by.text("memory bandwidth in the vm") == "memory bandwidth in the vm"
    assert "memory" not in by.text("<name>memory</name>")
    assert by.text("/home/test/x").startswith("/home/user")
    assert by.tree(Tree({"/proc/sys/kernel/hostname": b"vm\n"})).text("/proc/sys/kernel/hostname") != "vm"


def test_records_of_either_make_are_redacted() -> None:
    by = redactor((IdentityKind.HOST, "db-one"))
    fact = redacted(Fact(name="kernel.hostname", value="db-one", source="/proc/db-one"), by)
    assert isinstance(fact, Fact) and fact.name == "kernel.hostname"
    assert fact.value == by.text("db-one") != "db-one" and "db-one" not in fact.source


def test_nobody_s_name_is_kept() -> None:
    by = redactor((IdentityKind.USER, "root"), (IdentityKind.HOST, "localhost"))
    assert by.text("ssh:root@localhost") == "ssh:root@localhost" and by.counts == {}


@given(st.ip_addresses(v=4), st.integers(16, 32))
def test_addresses_keep_what_they_share(address, length: int) -> None:
    names = Pseudonyms(KEY)
    other = ip_network(f"{address}/{length}", strict=False)[-1]
    if 0 < int(address) >> 24 < 224:
        assert names.address4(other) in ip_network(f"{names.address4(address)}/{length}", strict=False)


@pytest.mark.parametrize("text", ["10.1.2.3", "192.168.7.7", "172.20.1.1", "fe80::1", "fd00::1"])
def test_private_addresses_stay_private(text: str) -> None:
    names, address = Pseudonyms(KEY), ip_address(text)
    shown = names.address4(address) if address.version == 4 else names.address6(address)
    assert shown != address and shown.is_private and shown.is_link_local == address.is_link_local


VERSIONS = (
    "firmware-version: 218.0.166.0/pkg 218.0.166.0",
    "driver: mlx5_core 5.8-1.1.2",
    "0000:81:00.0",
    "6.1.0-13-amd64",
    "kernel 12:00:00",
    "rx-usecs: 8",
    "255.255.255.0",
    "127.0.0.1",
    "::1",
    "std::vector",
    "nvme.poll_queues=8",
)


@pytest.mark.parametrize("text", VERSIONS)
def test_what_only_looks_like_an_identity(text: str) -> None:
    assert list(in_text(text)) == []


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=8))
def test_one_expression_finds_each_of_many(texts: list[str]) -> None:

    pattern = re.compile(any_of(texts))
    assert all(pattern.match(text) and pattern.match(text).end() == len(text) for text in texts)


def test_paths_below_home_keep_their_shape() -> None:
    by = learned([Tree({"/x": b"/home/anna/vm/disk.qcow2 /home/anna/vm/other"})])
    one, other = by.text("/home/anna/vm/disk.qcow2 /home/anna/vm/other").split(" ")
    assert one.rpartition("/")[0] == other.rpartition("/")[0] and one.endswith(".qcow2") and "anna" not in one
    assert by.text("'/home/anna/my disk.img'").endswith(".img'") and "disk" not in by.text("'/home/anna/my disk.img'")


def test_links_and_names_of_sources_follow() -> None:
    tree = Tree(
        {
            "/sys/class/net/enx001122334455": Symlink("../../devices/x/net/enx001122334455"),
            "/sys/devices/x/net/enx001122334455/mtu": b"1500\n",
        }
    )
    shown = learned([tree]).tree(tree)
    (name,) = shown.names("/sys/class/net")
    assert name != "enx001122334455" and shown.integer(f"/sys/class/net/{name}/mtu") == 1500


def test_numbers_of_kinds_as_people_say_them() -> None:
    assert counted({"host name": 1, "address": 2, "MAC address": 3}) == "1 host name, 2 addresses and 3 MAC addresses"
    assert counted({}) == "nothing"


# What stands within [[...]] has to go.
ATTACKS = (
    "ssh:[[anna7]]@[[db7]].[[corp.lan]] and [[nas]].corp.lan",
    "hostname: [[db77]]\nproxy to db77.[[corp.lan]]\n",
    "url=https://[[joe7]]:x@[[files7]].[[acme.io]]:8443/a",
    "Nov 28 03:12:01 [[db77]] sshd[8]: Accepted password for [[anna7]] from [[10.8.7.6]] port 1",
    "[[anna7]]@[[db77]]:~/work$ lscpu\n",
    "Linux version 6.1.0 ([[anna7]]@[[build77]]) (gcc 12.2.0) #1 SMP",
    "mac [[0011.2233.4455]] is [[00:11:22]]:33:44:55",
    "[[00:1a:2b]]:3c:4d:5e [[001A2B3C4D5E]]",
    "enx[[001a2b3c4d5e]]: mtu 1500",
    "link/ether 00:1a:2b:3c:4d:5e inet6 fe80::[[21a:2bff:fe3c:4d5e]]/64",
    "root=UUID=[[0b0f3d5e]]-9c7e-4f0e-8a7b-1d2c3b4a5f60 resume=PARTUUID=[[7d3e9a10]]-02",
    "nqn.2014-08.org.nvmexpress:uuid:[[e2f4c9d8]]-7b6a-4c5d-9e8f-0a1b2c3d4e5f",
    "/dev/disk/by-path/ip-[[10.8.7.6]]:3260-iscsi-iqn.2001-05.com.acme:[[vol77]]-lun-1",
    "NAME SERIAL         SIZE\nsda  [[S4EWNX0R712345]] 1.8T\n",
    f"nas ssh-ed25519 [[AAAAC3NzaC1lZDI1NTE5AAAAI]]{'Gq3' * 10} anna7@db77",
    "           UUID : [[1f2e3d4c:5b6a7980]]:91a2b3c4:d5e6f708",
    "10.8.7.6 is ip-[[10-8-7-6]]",
    "apiVersion: v1\nmetadata:\n  name: [[payroll-77]]\n  namespace: [[team77]]\n",
    "hostname=[[db-77]] /dev/mapper/[[db--77]]--vg-root",
    "Static hostname: [[db77]]\n   Machine ID: [[0123456789abcdef0123456789abcdef]]\n",
    "SN: [[S4EW11223344]]",
    "docker run --name [[payroll77]] -d x",
    "36 28 0:43 / /srv rw - nfs4 [[nfs77]].[[acme.lan]]:/export rw,addr=[[10.8.7.6]]",
    "[[nfs77]]:/export/data /mnt nfs rw 0 0",
    "//[[files77]]/share /mnt cifs rw 0 0",
    "<source protocol='rbd' name='pool/a'><host name='[[ceph77]].[[acme.lan]]' port='6789'/></source>",
    "LU WWN Device Id: [[5 000c50 0a1b2c3d4]]",
    "Node GUID: [[0x3cecef030012ab9f]]",
    "maintainer [[anna.k]]@[[acme.io]]",
)


@pytest.mark.parametrize("marked", ATTACKS)
def test_attacks(marked: str) -> None:
    gone = re.findall(r"\[\[(.*?)\]\]", marked)
    text = marked.replace("[[", "").replace("]]", "")
    shown = learned([[text]]).text(text).lower()
    assert gone and [one for one in gone if one.lower() in shown] == []
