"""Inputs made up for facts that no captured input shows, and the facts that even these do not show."""

import json

from perfadvisor.model.tree import Symlink, Tree

DOMAIN = b"""<domain type='kvm'>
  <name>web</name><uuid>6c1e5ab0-0000-4000-8000-000000000001</uuid><memory unit='GiB'>4</memory>
  <memtune><hard_limit unit='GiB'>5</hard_limit></memtune><vcpu>2</vcpu><iothreads>1</iothreads>
  <cputune><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='1' cpuset='1'/><emulatorpin cpuset='0-1'/></cputune>
  <numatune><memory mode='strict' nodeset='0'/></numatune>
  <os><type arch='x86_64' machine='pc-q35-9.0'>hvm</type></os>
  <cpu mode='custom'><model>Skylake-Server</model><numa><cell id='0' cpus='0-1' memory='4' unit='GiB'/></numa></cpu>
  <devices>
    <disk type='block' device='disk'><driver name='qemu' type='raw' cache='none' io='native' queues='2' iothread='1'/>
      <source dev='/dev/sda'/><target dev='vda' bus='virtio'/><serial>S1</serial>
      <iotune><total_iops_sec>100</total_iops_sec><total_bytes_sec>1000000</total_bytes_sec></iotune>
      <address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/></disk>
    <disk type='file' device='cdrom'><driver name='qemu' type='raw'/><target dev='sda' bus='sata'/></disk>
    <interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/><target dev='vnet0'/>
      <model type='virtio'/><driver name='vhost' queues='2'/>
      <bandwidth><inbound average='1000'/><outbound average='1000'/></bandwidth>
      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></interface>
    <hostdev mode='subsystem' type='pci' managed='yes'>
      <source><address domain='0x0000' bus='0x81' slot='0x00' function='0x0'/></source>
      <address type='pci' domain='0x0000' bus='0x05' slot='0x00' function='0x0'/></hostdev>
  </devices>
</domain>
"""
POD = b"""apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: main
    image: web
    resources:
      limits: {cpu: 2, memory: 1Gi, hugepages-2Mi: 1Gi}
      requests: {cpu: 2, memory: 1Gi}
"""
NODE = b"""apiVersion: v1
kind: Node
metadata: {name: worker}
status:
  capacity: {cpu: 8, memory: 32Gi, pods: 110, ephemeral-storage: 100Gi, hugepages-1Gi: 4Gi, hugepages-2Mi: 1Gi}
  allocatable: {cpu: 7, memory: 30Gi, pods: 100, ephemeral-storage: 90Gi, hugepages-1Gi: 4Gi, hugepages-2Mi: 1Gi}
"""
CONTAINER = json.dumps(
    [
        {
            "Id": "0123456789abcdef",
            "Name": "/web",
            "Image": "sha256:fedcba9876543210",
            "State": {"Running": True, "Pid": 7},
            "Config": {"Image": "web"},
            "HostConfig": {
                "CpusetCpus": "0-1",
                "CpusetMems": "0",
                "NanoCpus": 2000000000,
                "Memory": 1073741824,
                "CpuShares": 512,
                "Ulimits": [{"Name": "memlock", "Soft": 65536, "Hard": 65536}],
                "BlkioDeviceReadIOps": [{"Path": "/dev/sda", "Rate": 10}],
                "BlkioDeviceWriteIOps": [{"Path": "/dev/sda", "Rate": 10}],
                "BlkioDeviceReadBps": [{"Path": "/dev/sda", "Rate": 10}],
                "BlkioDeviceWriteBps": [{"Path": "/dev/sda", "Rate": 10}],
            },
        }
    ]
).encode()
IMAGE = json.dumps([{"Id": "sha256:fedcba9876543210", "RepoTags": ["web:1"], "RootFS": {}, "Config": {}}]).encode()
CHANNELS = b"""Channel parameters for eth0:
Pre-set maximums:
RX:\t\t8
TX:\t\t8
Other:\t\t1
Combined:\t8
Current hardware settings:
RX:\t\t4
TX:\t\t4
Other:\t\t1
Combined:\t4
"""
COALESCING = b"""Coalesce parameters for eth0:
Adaptive RX: on  TX: off
rx-usecs: 50
"""
COUNTERS = b"""NIC statistics:
     outbound_pci_stalled_wr_events: 3
     bw_in_allowance_exceeded: 1
     conntrack_allowance_exceeded: 2
"""
TEXTS: tuple[bytes, ...] = (DOMAIN, POD, NODE, CONTAINER, IMAGE, CHANNELS, COALESCING, COUNTERS)

_SYSCTL = {
    "core/rmem_max": "4194304",
    "core/wmem_max": "4194304",
    "core/netdev_max_backlog": "1000",
    "core/somaxconn": "4096",
    "core/busy_poll": "0",
    "core/default_qdisc": "fq",
    "core/rps_sock_flow_entries": "32768",
    "ipv4/tcp_wmem": "4096 16384 4194304",
    "ipv4/tcp_rmem": "4096 131072 6291456",
    "ipv4/tcp_adv_win_scale": "1",
    "ipv4/tcp_sack": "1",
}
_NODE = "/sys/devices/system/node/node0"
_DIMM = "/sys/devices/system/edac/mc/mc0/dimm0"
_DIMM_FILES = {
    "dimm_label": "CPU_SrcID#0_MC#0_Chan#0_DIMM#0",
    "dimm_mem_type": "Registered-DDR4",
    "dimm_location": "channel 0 slot 0",
    "size": "32768",
    "dimm_ce_count": "0",
    "dimm_ue_count": "0",
}
_CONTAINER = json.loads(CONTAINER)[0]["HostConfig"]
HOST = Tree(
    {
        "/var/lib/docker/containers/0123456789ab/hostconfig.json": json.dumps(_CONTAINER).encode(),
        **{f"/proc/sys/net/{name}": text.encode() for name, text in _SYSCTL.items()},
        "/proc/net/softnet_stat": b"00000005 00000001 00000002 00000000\n",
        "/etc/libvirt/qemu/web.xml": DOMAIN,
        "/run/libvirt/qemu/web.pid": b"70",
        "/proc/1/comm": b"init\n",
        "/proc/70/smaps_rollup": b"Rss: 8 kB\nAnonHugePages: 4 kB\nPrivate_Hugetlb: 0 kB\nShared_Hugetlb: 0 kB\n",
        **{f"{_DIMM}/{name}": f"{text}\n".encode() for name, text in _DIMM_FILES.items()},
        f"{_NODE}/cpulist": b"0-1\n",
        f"{_NODE}/distance": b"10\n",
        f"{_NODE}/meminfo": b"Node 0 MemTotal: 8 kB\n",
        "/sys/devices/system/node/online": b"0\n",
        "/sys/devices/system/cpu/online": b"0-1\n",
        "/sys/bus/pci/devices/0000:81:00.0": Symlink("../../../devices/pci0000:80/0000:81:00.0"),
        "/sys/devices/pci0000:80/0000:81:00.0/numa_node": b"0\n",
        "/sys/block/sda": Symlink("../devices/virtual/sda"),
        "/sys/devices/virtual/sda/dev": b"8:0\n",
        "/sys/class/block/sda": Symlink("../../devices/virtual/sda"),
        "/sys/class/net/br0": Symlink("../../devices/virtual/net/br0"),
        "/sys/devices/virtual/net/br0/brif/eth0": Symlink("../../eth0/brport"),
        "/sys/class/net/eth0": Symlink("../../devices/pci0000:80/0000:81:00.0/net/eth0"),
        "/sys/devices/pci0000:80/0000:81:00.0/net/eth0/device": Symlink("../.."),
        "/sys/devices/pci0000:80/0000:81:00.0/net/eth0/queues/tx-0/xps_cpus": b"3\n",
        "$ ethtool -S eth0": COUNTERS,
    }
)
