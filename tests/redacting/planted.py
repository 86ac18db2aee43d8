"""A machine and a run full of names: each kind of identity in each place where it was ever seen."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

from perfadvisor.bundle.reading import snapshot_file
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Entry, Symlink, Tree, Unreadable
from perfadvisor.saved.snapshot_file import load_snapshot, save_snapshot

DATA = Path(__file__).resolve().parent.parent / "data"
HOST, DOMAIN, USER, VM, CONTAINER = "bluewhale7", "deepsea.corp", "jdoe42", "payroll-db", "billing_worker"
MAC, MAC2 = "3c:ec:ef:12:ab:9f", "52:54:00:9a:7b:c1"
IPV4, IPV6, LINK_LOCAL = "10.77.3.21", "2a02:1205:7:1::21", "fe80::3eec:efff:fe12:ab9f"
SERIAL, DIMM = "S4EWNX0R712345", "9F31C07A"
UUID, FS_UUID, MACHINE_ID = "6695eb01-f6a4-4304-79aa-97f2502e193f", "0b0f3d5e-9c7e-4f0e-8a7b-1d2c3b4a5f60", "5f3a" * 8
CONTAINER_ID = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
WWN, IQN = "naa.5000c500a1b2c3d4", "iqn.1993-08.org.debian:01:9f3c2b7a"
NQN = "nqn.2014-08.org.nvmexpress:uuid:e2f4c9d8-7b6a-4c5d-9e8f-0a1b2c3d4e5f"
KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIGq3Zk0Yc5b7Xw9VtR2LmN4pQs6UvWxYzAbCdEfGhIjK"
SECRET = "geh31m-Zz"
HOME = f"/home/{USER}/projects/acquisition"

# Whatever of these is found in an output has leaked; in small letters.
ORIGINALS = (
    HOST,
    DOMAIN,
    "deepsea",
    USER,
    VM,
    "payroll",
    CONTAINER,
    MAC,
    MAC.replace(":", ""),
    MAC.replace(":", "-"),
    MAC2,
    MAC2.replace(":", ""),
    "3eec:efff:fe12:ab9f",
    "3eeceffffe12ab9f",
    IPV4,
    "10-77-3-21",
    "1503 4d0a".replace(" ", ""),
    "15034D0A",
    IPV6,
    "2a021205000700010000000000000021",
    SERIAL,
    DIMM,
    UUID,
    UUID.replace("-", ""),
    UUID.replace("-", "_"),
    FS_UUID,
    MACHINE_ID,
    CONTAINER_ID,
    CONTAINER_ID[:12],
    "5000c500a1b2c3d4",
    "9f3c2b7a",
    IQN,
    NQN,
    "e2f4c9d8-7b6a",
    KEY,
    SECRET,
    "acquisition",
    "secretplan",
    "nas.deep",
    "team-orca",
    "bluewhale7--vg",
    "jdoe42@",
)

DOMAIN_XML = f"""<domain type='kvm'><name>{VM}</name><uuid>{UUID}</uuid><title>Payroll of {HOST}</title>
<memory unit='GiB'>8</memory><vcpu>4</vcpu><os><type arch='x86_64' machine='q35'>hvm</type></os>
<cpu mode='host-passthrough'/><devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
<source file='{HOME}/disk one.img'/><target dev='vda' bus='virtio'/><serial>{SERIAL}</serial></disk>
<interface type='bridge'><mac address='{MAC2}'/><source bridge='br0'/><model type='virtio'/></interface>
<graphics type='vnc' passwd='{SECRET}' listen='{IPV4}'/></devices></domain>
"""
QEMU = "\0".join(
    (
        "qemu-system-x86_64",
        "-name",
        f"guest={VM},debug-threads=on",
        "-m",
        "4G",
        "-smp",
        "4",
        "-uuid",
        UUID,
        "-drive",
        f"file={HOME}/my disk.img,format=raw,if=virtio,serial={SERIAL}",
        "-enable-kvm",
        "-netdev",
        "tap,id=n0,ifname=vnet0",
        "-device",
        f"virtio-net-pci,netdev=n0,mac={MAC2.upper()}",
        "",
    )
)
INSPECT = json.dumps(
    [
        {
            "Id": CONTAINER_ID,
            "Name": f"/{CONTAINER}",
            "HostConfig": {"NanoCpus": 500000000, "Binds": [f"{HOME}:/data"]},
            "Config": {
                "Hostname": CONTAINER_ID[:12],
                "Labels": {"owner": "team-orca", "com.orca.host": f"{HOST}.{DOMAIN}"},
                "User": USER,
                "Image": f"registry.{DOMAIN}/billing:1.2",
            },
            "NetworkSettings": {"IPAddress": IPV4, "MacAddress": MAC2, "Gateway": "10.77.3.1"},
            "State": {"Running": True},
        }
    ]
)
ROUTES = (
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
    "ens6\t00000000\t01034D0A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
    "ens6\t00034D0A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
)
CMDLINE = (
    f"BOOT_IMAGE=/vmlinuz-6.1.0 root=UUID={FS_UUID} ro rd.lvm.lv={HOST}-vg/root resume=/dev/mapper/{HOST}--vg-swap "
    f"ip={IPV4}::10.77.3.1:255.255.255.0:{HOST}.{DOMAIN}:ens6:none rd.iscsi.initiator={IQN} nvme_core.default_ps=0 "
    f"inst.ks=http://{USER}:{SECRET}@nas.{DOMAIN}/ks.cfg quiet iommu=pt nvme.poll_queues=8"
)
JOURNAL = (
    f"Nov 28 03:12:01 {HOST} sshd[812]: Accepted publickey for {USER} from {IPV4} port 51000 ssh2: SHA256:{'x' * 43}\n"
    f"Nov 28 03:12:02 {HOST} kernel: nvme nvme0: I/O 12 QID 4 timeout, aborting\n"
)
TREE: dict[str, Entry] = {
    "/proc/sys/kernel/hostname": f"{HOST}\n".encode(),
    "/etc/hostname": f"{HOST}.{DOMAIN}\n".encode(),
    "/etc/machine-id": f"{MACHINE_ID}\n".encode(),
    "/proc/cmdline": CMDLINE.encode(),
    "/proc/net/route": ROUTES.encode(),
    "/proc/net/if_inet6": b"2a021205000700010000000000000021 02 40 00 80     ens6\n"
    b"fe800000000000003eeceffffe12ab9f 02 40 20 80     ens6\n",
    "/proc/net/fib_trie": f"Main:\n  +-- 10.77.3.0/24 2 0 2\n     |-- {IPV4}\n        /32 host LOCAL\n".encode(),
    "/proc/42/cmdline": QEMU.encode(),
    "/proc/42/comm": b"qemu-system-x86\n",
    "/proc/1/comm": b"systemd\n",
    "/proc/42/cgroup": b"0::/machine.slice/machine-qemu\\x2d3\\x2dpayroll\\x2ddb.scope\n",
    "/proc/43/cgroup": f"0::/kubepods.slice/kubepods-pod{UUID.replace('-', '_')}.slice/\n".encode(),
    f"/etc/libvirt/qemu/{VM}.xml": DOMAIN_XML.encode(),
    f"/var/lib/docker/containers/{CONTAINER_ID}/hostconfig.json": b'{"NanoCpus": 500000000}',
    "/sys/class/dmi/id/product_uuid": f"{UUID.upper()}\n".encode(),
    "/sys/class/dmi/id/product_serial": f"{SERIAL}\n".encode(),
    "/sys/class/dmi/id/chassis_asset_tag": f"{DIMM}\n".encode(),
    "/sys/devices/virtual/net/enx3cecef12ab9f/address": f"{MAC}\n".encode(),
    "/sys/class/net/enx3cecef12ab9f": Symlink("../../devices/virtual/net/enx3cecef12ab9f"),
    "/sys/devices/virtual/block/dm-0/dm/name": f"{HOST}--vg-root\n".encode(),
    "/sys/devices/virtual/block/dm-0/wwid": f"{WWN}\n".encode(),
    "/sys/devices/virtual/nvme-subsystem/nvme-subsys0/subsysnqn": f"{NQN}\n".encode(),
    "netlink:route/links": json.dumps([{"ifname": "ens9", "address": MAC.upper()}]).encode(),
    "$ docker inspect": INSPECT.encode(),
    "$ journalctl": JOURNAL.encode(),
    f"$ virsh dumpxml {VM}": DOMAIN_XML.encode(),
    "/proc/7/io": Unreadable(f"{HOME}/x: Permission denied"),
    "/root/.ssh/known_hosts": f"nas.{DOMAIN} ssh-ed25519 {KEY} {USER}@{HOST}\n".encode(),
}
ENVIRONMENT = f"ssh:{USER}@{HOST}.{DOMAIN},dir={HOME}"


def snapshot(environment: str = "local") -> Snapshot:
    """A real machine, with the names of ours."""
    base = load_snapshot(DATA / "planted" / "far-interrupts.tar.gz")
    return replace(base, environment=environment, tree=base.tree.merged([Tree(TREE)]))


def run(folder: Path) -> Path:
    """A real run, of which every free text names something."""
    path = folder / f"run-of-{HOST}"
    shutil.copytree(DATA / "earlier" / "run-1", path)
    header = json.loads((path / "run.json").read_text().replace('"local"', json.dumps(ENVIRONMENT)))
    header["host"] |= {"name": f"{HOST}.{DOMAIN}", "machine": MACHINE_ID[:16]}
    header["argv"] = ["perfadvisor", "run", "--env", ENVIRONMENT, "--password", SECRET, "--out", f"{HOME}/secretplan"]
    header["notes"] = [f"the far end {IPV4} is {USER}@{HOST}", f"the file lies on {HOST}--vg-root"]
    header["options"] = {"directory": HOME, "peer": f"ssh:{USER}@nas.{DOMAIN}"}
    (path / "run.json").write_text(json.dumps(header))
    for trial in sorted((path / "trials").iterdir()):
        text = (trial / "trial.json").read_text().replace('"local"', json.dumps(ENVIRONMENT))
        found = json.loads(text)
        found["command"] = ["ssh", f"{USER}@{HOST}", "fio", f"--filename={HOME}/secretplan/perfadvisor.tmp"]
        found["doubts"] = [{"trust": "NOISY", "reason": f"{HOST} was busy", "evidence": f"{VM} ran on {IPV4}"}]
        (trial / "trial.json").write_text(json.dumps(found))
        (trial / "stderr").write_text(f"fio: {HOME}/secretplan/perfadvisor.tmp on {HOST} ({MAC.upper()}): {JOURNAL}")
    shutil.rmtree(path / "snapshots")
    (path / "snapshots").mkdir()
    for when in ("before", "after"):
        save_snapshot(snapshot(ENVIRONMENT), snapshot_file(path, ENVIRONMENT, when))
    return path
