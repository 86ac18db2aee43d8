"""An ordinary guest, of which nobody said that it must perform, gets advice as well, and milder."""

from perfadvisor.judge import judge
from perfadvisor.model.rule import Outcome

DEFINITION = """<domain type='kvm'><name>plain</name><memory unit='GiB'>4</memory><vcpu>2</vcpu>{more}<devices>
<disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='{cache}'/><source file='/images/plain.qcow2'/>
<target dev='vda' bus='virtio'/></disk>
<interface type='network'><source network='default'/><model type='e1000'/></interface></devices></domain>"""


def fired(tmp_path, cache="none", more=""):
    file = tmp_path / "plain.xml"
    file.write_text(DEFINITION.format(cache=cache, more=more))
    return {one.rule.id: one.rule.severity.value for one in judge(file).findings if one.outcome is Outcome.FIRES}


def test_an_ordinary_guest_gets_advice(tmp_path) -> None:
    milder = {"vm-disk-in-main-loop": "low", "vm-image-format": "low"}
    assert fired(tmp_path, "writeback") == {"vm-nic-emulated-model": "high"} | milder
    assert fired(tmp_path)["vm-disk-aio-threads"] == "low"


def test_one_that_is_meant_to_perform_gets_it_more_strongly(tmp_path) -> None:
    found = fired(tmp_path, more="<cputune><vcpupin vcpu='0' cpuset='1'/><vcpupin vcpu='1' cpuset='2'/></cputune>")
    assert found["vm-disk-no-iothread"] == "medium"
    assert "vm-disk-in-main-loop" not in found
