"""Passwords do not travel with a snapshot; everything else does, byte by byte."""

from perfadvisor.model.tree import Symlink
from perfadvisor.targets.here.redaction import redacted

DEFINITION = b"<domain><graphics type='vnc' passwd='geheim'/><source file='/srv/a.img'/><name>password</name></domain>"
ARGV = (
    b"qemu-system-x86_64\0-object\0secret,id=s0,data=geheim,format=raw\0-spice\0port=1,password=geheim\0"
    b'-object\0{"qom-type":"secret","data":"geheim"}\0-drive\0file=http://me:geheim@host/x,format=raw\0-m\0004G\0'
)


def test_passwords_are_hidden_and_the_rest_is_kept():
    found = redacted({"/etc/libvirt/qemu/web.xml": DEFINITION, "/proc/42/cmdline": ARGV})
    assert b"geheim" not in b"".join(found.values())
    assert found["/etc/libvirt/qemu/web.xml"] == DEFINITION.replace(b"geheim", b"hidden")
    assert found["/proc/42/cmdline"] == ARGV.replace(b"geheim", b"hidden")


def test_other_sources_are_left_alone():
    entries = {"/proc/meminfo": b"password=x", "/sys/a": Symlink("b"), "$ tool": b"password=x"}
    entries |= {"/etc/a.xml": Symlink("b"), "/sys/firmware/a.xml": b"<a passwd='x'/>"}
    assert redacted(entries) == entries
