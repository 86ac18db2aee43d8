"""Planted secrets of many forms: none is left, and the words around them are."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.model.tree import Tree
from perfadvisor.targets.here import secrets
from perfadvisor.targets.here.redaction import redacted

S = "geh31m-Zz"

KERNEL = (
    f"rd.iscsi.password={S}", f"rd.iscsi.in.password={S}", f"netroot=iscsi:joe:{S}@10.0.0.1::::iqn.x",
    f"netroot=iscsi:joe:{S}:rev:{S}@10.0.0.1:6:3260:0:iqn.x", f"inst.ks=http://joe:{S}@host/ks.cfg",
    f"root=nbd://joe:{S}@host/x", f"systemd.set_credential=login:{S}", f"systemd.set_credential_binary=login:{S}",
    f"systemd.setenv=API_TOKEN={S}", f"k3os.token={S}", f'rd.password="{S} and more {S}"', f"rd.zfs.passphrase={S}",
    f"tailscale.authkey={S}", f"root=cifs://joe:{S}@nas/share", f"cloud.init.secret={S}", f"nvme.dhchap_secret={S}",
)  # fmt: skip
QEMU = (
    ("-object", f"secret,id=s0,data={S},format=raw"), ("-object", f"secret,data={S},,{S},id=s0"),
    ("-object", json.dumps({"qom-type": "secret", "id": "s0", "data": S})), ("-spice", f"port=1,password={S}"),
    ("-drive", f"file=rbd:pool/img:id=admin:key={S}==:auth_supported=cephx,format=raw"),
    ("-drive", f"file=iscsi://joe%{S}@10.0.0.1/iqn.x/0"), ("-drive", f"file=iscsi://joe:{S}@10.0.0.1/iqn.x/0"),
    ("-drive", f"file=http://joe:{S}@host/x,format=raw"), ("-drive", f"file.driver=ssh,file.password={S}"),
    ("-append", f"root=/dev/vda rd.luks.key={S},{S} quiet"), ("-append", f"password={S} quiet"),
    ("-fw_cfg", f"name=opt/com.x/config,string={S},,{S}"), ("-smbios", f"type=11,value=io.systemd.credential:a={S}"),
    ("-smbios", f"type=11,value=anything {S}"), ("-cdrom", f"ftp://joe:{S}@host/x.iso"),
    ("-blockdev", json.dumps({"driver": "https", "cookie": f"a={S}", "url": "https://h/x"})),
    ("-blockdev", json.dumps({"driver": "http", "url": f"http://joe:{S}@h/x"})),
    ("-blockdev", json.dumps({"driver": "curl", "file": {"proxy-password": S}})),
    ("-iscsi", f"user=joe,password={S},initiator-name=iqn.x"), ("-vnc", f"unix:/x,passwd={S}"),
    ("-drive", f"driver=https,cookie={S},url=https://h/x"),
)  # fmt: skip
OTHERS = (
    ("sshpass", "-p", S, "ssh", "host"), ("curl", "-u", f"joe:{S}", "https://h"), ("tool", "--password", S),
    ("tool", f"--password={S}"), ("tool", "--api-key", S), ("tool", "--token", S), ("tool", "--auth-token", S),
    ("curl", "-H", f"Authorization: Bearer {S}"), ("psql", f"postgresql://joe:{S}@h/db"), ("tool", f"PGPASSWORD={S}"),
    ("mc", "--secret-key", S), ("ssh", "-o", f"ProxyPassword={S}"), ("timeout", "9", "sshpass", "-p", S, "ssh", "h"),
    ("/usr/bin/sshpass", f"-p{S}", "ssh", "h"), ("mysql", f"-p{S}", "db"), ("sudo", "/bin/mysqldump", f"-p{S}"),
)  # fmt: skip
XML = (
    f"<graphics type='vnc' passwd='{S}'/>", f'<graphics type="spice" passwd="{S}"/>', f"<password>{S}</password>",
    f"<qemu:arg value='-object'/><qemu:arg value='secret,id=s,data={S}'/>",
    f"<qemu:arg value='-fw_cfg'/><qemu:arg value='name=opt/a,string={S}'/>",
    f"<qemu:env name='API_TOKEN' value='{S}'/>", f"<cmdline>root=/dev/vda rd.iscsi.password={S} quiet</cmdline>",
    f"<oemStrings><entry>io.systemd.credential:a={S}</entry></oemStrings>",
    f"<sysinfo type='fwcfg'><entry name='opt/a'>{S}</entry></sysinfo>",
    f"<cookies><cookie name='a'>{S}</cookie></cookies>",
    f"<source protocol='https' name='joe:x' url='https://joe:{S}@h/x'/>", f"<!-- password={S} -->",
    f"<parameter name='PASSWORD' value='{S}'/>", f"<initenv name='PASSWORD'>{S}</initenv>", f"<session>{S}</session>",
    f"<nova:admin_pass>{S}</nova:admin_pass>", f"<description>login: joe password: {S}</description>",
)  # fmt: skip
CONFIGURATIONS = (
    {"Config": {"Env": [f"MYSQL_ROOT_PASSWORD={S}", "PATH=/bin"]}}, {"Config": {"Cmd": ["x", "--password", S]}},
    {"Config": {"Env": [f"AWS_SECRET_ACCESS_KEY={S}"]}}, {"Config": {"Entrypoint": ["x", f"--token={S}"]}},
    {"Config": {"Env": [f"DATABASE_URL=postgres://joe:{S}@db/x"]}}, {"Config": {"Labels": {"com.x.apiKey": S}}},
    {"Config": {"Healthcheck": {"Test": ["CMD-SHELL", f"mysql password={S}"]}}},
    {"CreateCommand": ["podman", f"--env=TOKEN={S}"]},
    {"spec": {"containers": [{"env": [{"name": "DB_PASSWORD", "value": S}]}]}}, {"kind": "Secret", "data": {"a": S}},
    {"kind": "Secret", "stringData": {"config": S}}, {"spec": {"containers": [{"args": ["--token", S]}]}},
    {"metadata": {"annotations": {"last-applied": json.dumps({"kind": "Secret", "data": {"a": S}})}}},
    {"auths": {"registry": {"auth": S}}}, {"clientSecret": S}, {"privateKey": S}, {"accessToken": S},
)  # fmt: skip


def test_there_are_at_least_sixty_forms() -> None:
    assert len(KERNEL) + len(QEMU) + len(OTHERS) + len(XML) + len(CONFIGURATIONS) >= 80


@pytest.mark.parametrize("word", KERNEL)
def test_kernel_command_line(word: str) -> None:
    found = redacted({"/proc/cmdline": f"root=/dev/vda1 {word} iommu=pt quiet\n".encode()})["/proc/cmdline"].decode()
    assert S not in found
    assert found.startswith("root=/dev/vda1 ") and found.endswith(" iommu=pt quiet\n")


@pytest.mark.parametrize("words", QEMU, ids=" ".join)
def test_qemu_command_line(words: tuple[str, ...]) -> None:
    line = "\0".join(("qemu-system-x86_64", "-m", "4G", *words, "-cpu", "host", ""))
    found = redacted({"/proc/42/cmdline": line.encode()})["/proc/42/cmdline"].decode()
    assert S not in found
    assert found.startswith(f"qemu-system-x86_64\0-m\0004G\0{words[0]}\0") and found.endswith("\0-cpu\0host\0")


@pytest.mark.parametrize("words", OTHERS, ids=" ".join)
def test_other_command_lines(words: tuple[str, ...]) -> None:
    found = secrets.in_arguments(list(words))
    assert S not in " ".join(found)
    assert found[0] == words[0]


@pytest.mark.parametrize("element", XML)
def test_libvirt_definition(element: str) -> None:
    text = f"<domain type='kvm'><name>a</name>{element}<vcpu placement='static'>4</vcpu></domain>"
    found = redacted({"/etc/libvirt/qemu/a.xml": text.encode()})["/etc/libvirt/qemu/a.xml"].decode()
    assert S not in found
    assert found.startswith("<domain type='kvm'><name>a</name><") and found.endswith(
        "<vcpu placement='static'>4</vcpu></domain>"
    )


@pytest.mark.parametrize("value", CONFIGURATIONS, ids=json.dumps)
def test_configuration(value: dict) -> None:
    text = json.dumps([{"Id": "abc", "Memory": 1, **value}])
    found = secrets.in_json(text)
    assert S not in found
    assert json.loads(found)[0]["Id"] == "abc"


HARMLESS = (
    "BOOT_IMAGE=/vmlinuz root=UUID=12-34 ro quiet iommu=pt intel_iommu=on isolcpus=2-7 nohz_full=2-7 mitigations=off "
    "hugepagesz=1G hugepages=4 default_hugepagesz=1G pcie_acs_override=downstream vfio-pci.ids=10de:1eb8 "
    "iommu.passthrough=1"
)
QEMU_LINE = (
    "/usr/bin/kvm\0-name\0guest=web,debug-threads=on\0-machine\0pc-q35-7.2,accel=kvm\0-cpu\0host,migratable=on\0-m\0size=4194304k\0"
    '-blockdev\0{"driver":"host_device","filename":"/dev/vg/web","node-name":"s0","cache":{"direct":true}}\0'
    "-device\0virtio-blk-pci,drive=s0,num-queues=4,iothread=io0\0"
    "-vnc\0:0,password=on\0-netdev\0tap,fds=27:28,id=n0,vhost=on\0"
)


def test_what_holds_no_secret_stays_byte_by_byte() -> None:
    entries = {
        "/proc/cmdline": HARMLESS.encode() + b"\n",
        "/proc/7/cmdline": b"bash\0\xff\xfe\0",
        "/sys/x": b"password=a",
    }
    assert redacted(entries) == entries


def test_a_guests_line_says_the_same_as_before() -> None:
    found = redacted({"/proc/9/cmdline": QEMU_LINE.encode()})["/proc/9/cmdline"].decode().split("\0")
    for was, now in zip(QEMU_LINE.split("\0"), found, strict=True):
        assert json.loads(was) == json.loads(now) if was.startswith("{") else was == now


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="pasword=:,\"'{}<>/ \0@%-&;x", max_size=60))
def test_any_text_is_read(text: str) -> None:
    sources = ("/proc/cmdline", "/proc/1/cmdline", "/etc/libvirt/qemu/a.xml", "/etc/a.json")
    found = redacted({source: text.encode() for source in sources})
    assert all(isinstance(entry, bytes) for entry in found.values())
    assert Tree(found)


@pytest.mark.parametrize("piece", ["root=iscsi:", "-eyJ", "<!--", "<![CDATA[", "password='", "://a:", "a "])
def test_a_long_text_does_not_take_the_square_of_its_length(piece: str) -> None:
    text, started = piece * (200_000 // len(piece)), time.process_time()
    secrets.in_line(text), secrets.in_xml(text), secrets.in_arguments([text])
    assert time.process_time() - started < 10  # milliseconds; minutes where it does


@pytest.mark.parametrize(
    "text", ["root=iscsi:user:pw@host", "a-eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.sig-n", "netroot=iscsi:u:p@h::"]
)
def test_what_stands_before_its_mark_is_hidden(text: str) -> None:
    assert "hidden" in secrets.in_line(text) and not {"pw", "sig-n", "u:p"} & set(secrets.in_line(text).split("@"))
    assert secrets.in_line("root=iscsi:host eyJhbGciOiJIUzI1") == "root=iscsi:host eyJhbGciOiJIUzI1"
