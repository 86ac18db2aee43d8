"""`perfadvisor devices` on other people's trees, against the archives read without any of perfadvisor's readers."""

import re
import tarfile
from posixpath import join, normpath

import pytest

from perfadvisor.analyse.devices.answer import Possible, answers
from perfadvisor.facts import catalogue
from perfadvisor.saved.saved import load_tree

pytestmark = pytest.mark.shared

TREES = (
    "ghw/kvm-guest-accel.tar.gz",
    "ghw/ryzen1600.tar.gz",
    "ghw/xeon-L5640-2node.tar.gz",
    "hwloc/24em64t-2n6c2t+2mic.olddriver.tar.bz2",
    "hwloc/2pa-pcidomain32bits.tar.bz2",
    "hwloc/32intel64-2p8co2t+8ve.tar.bz2",
    "openshift/sno-sysinfo.tgz",
    "openshift/worker2.internal-sysinfo.tgz",
)
LISTED = re.compile(r".*?(sys/bus/pci/devices/([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]))")


class Archive:
    """The files and links of an archive, by their path from /sys on."""

    def __init__(self, path):
        self.files, self.links = {}, {}
        with tarfile.open(path) as archive:
            for member in archive:
                at = member.name.find("sys/")
                name = normpath(member.name[at:]) if at >= 0 else ""
                if member.issym():
                    self.links[name] = member.linkname
                elif member.isfile() and "/pci" in name and member.size < 10_000:
                    self.files[name] = archive.extractfile(member).read().decode("utf-8", "replace").strip()

    def addresses(self):
        names = (LISTED.fullmatch(name) for name in [*self.links, *map(parent, self.files)])
        return {match.group(2): self.home(match.group(1)) for match in names if match}

    def home(self, entry):
        target = self.links.get(entry)
        return normpath(join(parent(entry), target)) if target else entry

    def driver(self, home):
        return self.links.get(f"{home}/driver", "").rpartition("/")[2]

    def group(self, home):
        return self.links.get(f"{home}/iommu_group", "").rpartition("/")[2] or None

    def bars(self, home):
        text = self.files.get(f"{home}/resource")
        if text is None:
            return None
        rows = [[int(word, 16) for word in line.split()] for line in text.splitlines()[:6]]
        return {place: last - first + 1 for place, (first, last, flags) in enumerate(rows) if flags}


def parent(path):
    return path.rpartition("/")[0]


@pytest.mark.parametrize("name", TREES)
def test_a_foreign_tree(shared_data, name):
    path = shared_data / "machines/sysfs" / name
    archive = Archive(path)
    found = {one.device.address: one for one in answers(catalogue.read(load_tree(path)))}
    homes = archive.addresses()
    assert set(found) == set(homes) and len(homes) > 5
    for address, home in homes.items():
        device = found[address].device
        node = int(archive.files.get(f"{home}/numa_node", "-1"))
        assert device.class_code == archive.files.get(f"{home}/class", "")
        assert (device.driver or "") == archive.driver(home)
        assert device.group == archive.group(home)
        assert device.node == (node if node >= 0 else None)
        assert device.bars == archive.bars(home)
        # none of these trees holds /sys/kernel/iommu_groups, so nothing here may be a yes
        assert found[address].possible is not Possible.YES


def test_the_only_foreign_tree_with_iommu_groups(shared_data):
    """Read as text: a path and where it links to."""
    path = shared_data / "machines/sysfs/procfs/fixtures.ttar"
    text = path.read_text(errors="replace")
    groups = dict(re.findall(r"Path: \S*/([0-9a-f:.]{12})/iommu_group\nSymlinkTo: \S*/(\d+)\n", text))
    listed = set(re.findall(r"Path: \S*/sys/bus/pci/devices/([0-9a-f:.]{12})\n", text))
    found = {one.device.address: one.device.group for one in answers(catalogue.read(load_tree(path)))}
    assert set(found) == listed
    assert found == {address: groups.get(address) for address in listed}
    assert len([group for group in found.values() if group]) == 2
