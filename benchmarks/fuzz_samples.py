"""Sound inputs to start from: what tests/data holds, the same made small, and texts of formats that users write."""

import io
import json
import re
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from perfadvisor.model.history import SeriesKey
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Tree
from perfadvisor.saved.saved import load
from perfadvisor.saved.snapshot_file import snapshot_bytes
from perfadvisor.store.database import Database
from perfadvisor.store.ingest import StoredPoint, StoredRun, ingest
from perfadvisor.targets.remote import shell_capture

REPOSITORY = Path(__file__).resolve().parent.parent
DATA = REPOSITORY / "tests" / "data"
FEW_FILES, SMALL_BYTES = 12, 4096

GATE = b"workload,metric,unit,better,value\nw,m,s,lower,1.5\nw,m,s,lower,1.6\n"
RUNS = b"workload,metric,unit,better,value,time\nw,m,s,lower,1.5,1\nw,n,/s,higher,2,2\n"
POINTS = b"series,time,value,commit\nw,1700000000,1.5,abc\nw,2024-01-01T00:00:00Z,1.6,abd\n"
POLICY = (
    b"version: 1\nmetrics:\n  - match: 'w/*'\n    margin: 0.05\n"
    b"acknowledged:\n  - id: w/m\n    until: '2027-01-01'\n    reason: slower on purpose\n"
)
WAIVERS = (
    b"waivers:\n  - id: memory-ksm-active\n    subject: '0000:41:*'\n    reason: a scratch machine\n"
    b"    until: 2027-03-31\n"
)
FLOORS = (
    b'{"schema_version": 1, "metrics": {"w/m": {"pairs": 5, "margin": 0.05, "noise_floor": 0.02, "least_margin": 0.01,'
    b' "false_alarms": 0.01, "detectable": {"5": 0.1}, "bimodal": false}}}'
)
ENVIRONMENTS = b"environments:\n  small: {spec: 'docker:debian,cpus=2,memory=2g'}\n  a: {spec: 'ssh:root@host'}\n"
JOURNAL = b'{"owner": {"pid": 1}}\n{"n": 1, "what": "file", "path": "/x"}\n'
CONDITION = b"nic.mtu < 9000 and pci.link_width in (4, 8) or not a.b == 'x'"
LIBVIRT = (
    b"<domain type='kvm'><name>a</name><memory unit='KiB'>1048576</memory><vcpu placement='static'>4</vcpu>"
    b"<cputune><vcpupin vcpu='0' cpuset='0-1'/></cputune><devices><disk type='file' device='disk'>"
    b"<driver name='qemu' type='raw' cache='none' io='native'/><source file='/a.img'/><target dev='vda' bus='virtio'/>"
    b"</disk><hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x3b' slot='0x00'"
    b" function='0x0'/></source></hostdev></devices></domain>\n"
)
INSPECT = (
    b'[{"Id": "ab", "Created": "2024-01-01T00:00:00Z", "Name": "/c", "HostConfig": {"NanoCpus": 2000000000, "Memory":'
    b' 1073741824, "CpusetCpus": "0-1", "Privileged": false, "NetworkMode": "bridge", "ShmSize": 67108864, "Ulimits":'
    b' [{"Name": "memlock", "Soft": -1}]}, "State": {"Pid": 7}, "Mounts": [{"Type": "bind", "Source": "/a"}]}]\n'
)
KUBERNETES = (
    b"apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: c\n    resources:\n"
    b"      limits: {cpu: 500m, memory: 1Gi, hugepages-2Mi: 64Mi}\n      requests: {cpu: '0.5'}\n"
)
KUBEVIRT = (
    b"apiVersion: kubevirt.io/v1\nkind: VirtualMachineInstance\nmetadata:\n  name: a\nspec:\n  domain:\n"
    b"    cpu: {cores: 4, dedicatedCpuPlacement: true}\n    memory: {guest: 2Gi}\n    devices:\n      disks:\n"
    b"      - name: d\n        disk: {bus: virtio}\n        cache: none\n"
)
PROXMOX = (
    b"agent: 1\ncores: 4\ncpu: host\nmemory: 4096\nhostpci0: 0000:3b:00.0,pcie=1\nnet0: virtio=AA:BB:CC:DD:EE:FF,"
    b"bridge=vmbr0,queues=4\nnuma: 1\nscsi0: local:100/vm.raw,cache=none,iothread=1,size=32G\nsockets: 1\n"
)
QEMU = (
    b"qemu-system-x86_64 -machine q35,accel=kvm -cpu host -smp 4,sockets=1 -m 4096 -drive file=/a.img,if=none,id=d,"
    b"cache=none,aio=native -device virtio-blk-pci,drive=d,iothread=io0 -object iothread,id=io0 -device vfio-pci,"
    b"host=3b:00.0 -netdev tap,id=n,vhost=on,queues=2 -device virtio-net-pci,netdev=n,mq=on\n"
)
QEMU_FILE = b'# Machine\n[machine]\n  type = "q35"\n  accel = "kvm"\n[device "d"]\n  driver = "virtio-blk-pci"\n'
SYSCTL = b"net.core.rmem_max = 212992\nvm.nr_hugepages = 0\nkernel.numa_balancing = 1\n"
MEMINFO = b"MemTotal:       16303428 kB\nMemFree:         9303428 kB\nHugePages_Total:       0\n"
CGROUP = b"0::/system.slice/a.service\n"
UNAME = b"Linux a 6.1.0-18-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 x86_64 GNU/Linux\n"
PASTE = b"$ uname -a\n" + UNAME + b"$ cat /proc/meminfo\n" + MEMINFO + b"# sysctl -a\n" + SYSCTL
LSCPU = b'{"lscpu": [{"field": "Architecture:", "data": "x86_64"}, {"field": "CPU(s):", "data": "2"}]}\n'
TEXTS = (
    LIBVIRT,
    INSPECT,
    KUBERNETES,
    KUBEVIRT,
    PROXMOX,
    QEMU,
    QEMU_FILE,
    SYSCTL,
    MEMINFO,
    CGROUP,
    UNAME,
    LSCPU,
    PASTE,
)
GO = b"goos: linux\ngoarch: amd64\nBenchmarkA-8   \t     100\t      1234 ns/op\t     16 B/op\nPASS\n"
HYPERFINE = b'{"results": [{"command": "a", "mean": 1.5, "times": [1.4, 1.6], "exit_codes": [0, 0]}]}'
PYTEST = (
    b'{"machine_info": {}, "benchmarks": [{"name": "a", "fullname": "t::a", "stats": {"median": 0.1, "mean": 0.1,'
    b' "data": [0.1, 0.2]}}], "version": "4.0.0"}'
)
GOOGLE = (
    b'{"context": {"num_cpus": 2}, "benchmarks": [{"name": "BM_a", "run_name": "BM_a", "run_type": "iteration",'
    b' "iterations": 10, "real_time": 5.0, "cpu_time": 5.0, "time_unit": "ns", "items_per_second": 1e8}]}'
)
GAUGES = (
    b"@perfadvisor-gauge began=100.5\na line of the tool\n@perfadvisor-gauge up=101.0 running=3 own=1 soft=0"
    b" busy=0+12+30 delay=0+1 cpus=2 read=100 wrote=7 ticks=9\n"
)
CONFIGURATION_SPACE = bytes.fromhex(  # an endpoint with MSI-X and PCI Express capabilities, and no extended ones
    "8680721546011000020000020800800004000090000000000400809000000000000000000000000000000000868001000000000040000000"
    "0000000000010000"
    "01500300" + "00" * 12 + "11700080" + "00" * 12 + "00" * 16 + "10a00200" + "8280002c"
    "10291000" + "43b87a00" + "40004110" + "00" * 76
).ljust(256, b"\0")
CUSTOM = b'[{"name": "a", "unit": "ops/s", "value": 1.5}, {"name": "b", "unit": "s", "value": 2}]'


def files(*patterns: str) -> tuple[bytes, ...]:
    """The bytes of every file of the repository that a pattern names, in order."""
    found = [path for pattern in patterns for path in sorted(REPOSITORY.glob(pattern)) if path.suffix != ".md"]
    return tuple(path.read_bytes() for path in found if path.is_file())


def pruned(data: bytes) -> bytes:
    """A JSON document with at most two rows of each list, and few of many keys that are numbers; else the bytes."""
    start = data.find(b"{")
    try:
        document = json.loads(data[max(start, 0) :])
    except ValueError:
        return data
    return json.dumps(_pruned(document), indent=1).encode()


def _pruned(value: Any) -> Any:
    if isinstance(value, list):
        return [_pruned(one) for one in value[:2]]
    if isinstance(value, dict):
        numbers = [key for key in value if key.replace(".", "").lstrip("<>=").isdigit()]
        return {key: _pruned(one) for key, one in value.items() if key not in numbers[2:]}
    return value


def renamed(data: bytes, name: str) -> bytes:
    """A file of a pack with this identifier, since it has to be that of the file's place."""
    return re.sub(rb"(?m)^id: .*$", f"id: {name}".encode(), data, count=1)


@cache
def remote_answer() -> bytes:
    """What the script of a capture over SSH answers, run here on a few files of its own."""
    with tempfile.TemporaryDirectory(prefix="perfadvisor-fuzz-") as folder:
        for name, data in (("a", b"1\n"), ("b:c", b"two\nlines\n"), ("config", CONFIGURATION_SPACE)):
            (Path(folder) / name).write_bytes(data)
        (Path(folder) / "link").symlink_to("a")
        text, given = shell_capture.script([f"{folder}/*", "/proc/version"])
        return subprocess.run(["sh", "-c", text], input=given, capture_output=True, check=True).stdout


@cache
def small_snapshots() -> tuple[bytes, ...]:
    """Snapshots of a dozen files each, packed as any other."""
    return tuple(_packed_snapshot(entries) for entries in _dozens())


@cache
def small_tars() -> tuple[bytes, ...]:
    """The same files as plain tars with directories, a link and a hard link."""
    return tuple(_tar(entries) for entries in _dozens())


def _dozens() -> Iterator[dict[str, Any]]:
    entries = list(load(DATA / "machines" / "emulated-server.tar.gz").tree.items())
    small = [pair for pair in entries if not isinstance(pair[1], bytes) or len(pair[1]) < SMALL_BYTES // 8]
    for start in range(0, len(small), len(small) // 12):
        yield dict(small[start : start + FEW_FILES])


def _packed_snapshot(entries: dict[str, Any]) -> bytes:
    parent = Snapshot(environment="host", taken=1e9, tree=Tree(dict(list(entries.items())[:2])))
    return snapshot_bytes(Snapshot(environment="x", taken=1e9, tree=Tree(entries), version="0", parent=parent))


def _tar(entries: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, entry in entries.items():
            member = tarfile.TarInfo(f"a{name}")
            if isinstance(entry, bytes):
                member.size = len(entry)
            else:
                member.type, member.linkname = tarfile.SYMTYPE, "../b"
            archive.addfile(member, io.BytesIO(entry if isinstance(entry, bytes) else b""))
        for kind, name in ((tarfile.DIRTYPE, "a/d"), (tarfile.LNKTYPE, "a/h")):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "a/sys"
            archive.addfile(member)
    return buffer.getvalue()


@cache
def small_zips() -> tuple[bytes, ...]:
    """Outputs in zip archives, packed in each way."""
    return tuple(map(_zip, (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)))


def _zip(method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("host/uname", "Linux h 6.1.0 #1 SMP x86_64 GNU/Linux\n")
        archive.writestr("host/proc/cmdline", "quiet\n")
    return buffer.getvalue()


@cache
def history() -> bytes:
    """A history of two series and three runs."""
    runs = [StoredRun(id=f"r{i}", started=1e9 + i, commit="c", marks={"kernel.release": "6.1"}) for i in range(3)]
    keys = [SeriesKey(workload="w", metric=metric, environment="local") for metric in ("m", "n")]
    points = [
        StoredPoint(
            run_id=run.id, key=key, unit="s", better="lower", time=run.started, value=1.5, fresh_runs=(1.0, 2.0)
        )
        for run in runs
        for key in keys
    ]
    with tempfile.TemporaryDirectory(prefix="perfadvisor-fuzz-") as folder:
        place = Path(folder) / "h.sqlite"
        with Database(str(place)).writing() as connection:
            ingest(connection, runs, points)
        return place.read_bytes()
