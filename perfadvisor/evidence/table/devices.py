"""PCI functions, network interfaces, disks, and their interrupts."""

import re
from dataclasses import replace

from perfadvisor.evidence import commands
from perfadvisor.evidence.kind import NO_MORE, OutputKind, files_at, machine_file, reader
from perfadvisor.facts.net import ethtool
from perfadvisor.facts.text import interrupts, lspci
from perfadvisor.facts.text.disk import lsblk, mdadm, nvme, nvme_identity
from perfadvisor.facts.text.net import ethtool_json, ethtool_tables, ifconfig, ip_link, ping, ss, tc
from perfadvisor.facts.text.pcie import iommu_groups, lspci_tree, lstopo, lstopo_console, nvidia

_ETHTOOL_HEAD = (
    r"\s*(?:(?:Coalesce|Ring|Channel|Pause|Offload|Time stamping) parameters for \S+:|Features for \S+:"
    r"|Settings for \S+:|NIC statistics:|Private flags for \S+:|Cannot get |no stats available"
    r"|netlink error)|driver: \S+\s*$|ethtool: |ethtool version "
)
_ETHTOOL_ALONE = (
    r" {2,}\S.*: [0-9]+\s*$|[\w\s-]+:? (?:on|off|n/a|enabled|disabled|[0-9]+)(?: \[\w.*\])?\s*$"
    r"|(?:RX|TX|Other|Combined|RX Mini|RX Jumbo|RX Buf Len|TX Push|RX Push|CQE Size|TX push buff len):"
    r"|(?:driver|version|firmware-version|expansion-rom-version|bus-info|supports-[a-z-]+|Autonegotiate):"
    r"|Adaptive RX:|Pre-set maximums|Current hardware settings|\s*[RT]X negotiated:"
)
_ETHTOOL_BODY = (
    _ETHTOOL_ALONE + r"|\s+\S|: Operation|(?:Capabilities|PTP Hardware Clock|Hardware \w+ [\w ]+):|For more|Usage:"
)
_LSPCI_HEAD = r"(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[01][0-9a-f]\.[0-7] |Slot:\s+[0-9a-f]"
_LSPCI_BODY = r"\s+\S|[A-Z][A-Za-z]{2,12}:\s|[0-9a-f]{2,3}: (?:[0-9a-f]{2} ?)+|-\[[0-9a-f:]+\]-"
_GROUPS_HEAD = r"\s*(?i:IOMMU group):? +[0-9]+\b|/sys/kernel/iommu_groups/[0-9]+/devices/[0-9a-f]{4}:"
_GROUPS_BODY = (
    r"(?:\s+|(?=\[RESET\]))(?:\[RESET\]\s*)?(?:Group Device: )?(?:[0-9a-f]{4}:)?[0-9a-f]{2}:[01][0-9a-f]\.[0-7]\s"
    r"|IOMMU: \w+$"
)
_LSBLK = r"NAME\s(?=.*\b(?:MAJ:MIN|ROTA|SCHED|TYPE|SIZE|MOUNTPOINTS?|LOG-SEC|MODEL)\b)(?!.*\bPRIO\b)[A-Z0-9 %:_-]+$"
_BOND = r"[A-Z][\w ()./-]{1,40}: ?|802\.3ad info|details (?:actor|partner)|\s+\S"

KINDS: tuple[OutputKind, ...] = (
    reader(
        "hwloc's topology",
        r"\s*<topology\b|\s*<!DOCTYPE topology",
        None,
        lstopo.facts,
        "lstopo --of xml",
        ("numa.*", "node.memory_total_bytes"),
    ),
    reader(
        "lstopo on the console",
        lstopo_console.HEAD,
        r"\s+\S",
        lstopo_console.facts,
        "lstopo --of console",
    ),
    reader("ip JSON", r"\[\s*(?:\{\s*\}\s*,\s*)*\{\s*\"ifindex\":", None, ip_link.facts, "ip -s -d -j link"),
    reader("ethtool JSON", r"\[\s*\{\s*\"ifname\":", None, ethtool_json.facts, "ethtool --json -g {nic}"),
    reader("lsblk JSON", r"\{\s*\"blockdevices\":", None, lsblk.facts, "lsblk -J -O"),
    reader("nvme list JSON", r"\{\s*\"Devices\":", None, nvme.listed, "nvme list -o json"),
    replace(
        reader(
            "nvme smart-log JSON", r"\{\s*\"critical_warning\":", None, nvme.health, "nvme smart-log -o json {nvme}"
        ),
        named=nvme.controller,
    ),
    replace(
        reader("nvme id-ctrl JSON", r"\{\s*\"vid\":", None, nvme_identity.facts, "nvme id-ctrl -o json {nvme}"),
        named=nvme.controller,
    ),
    replace(
        reader(
            "ethtool",
            _ETHTOOL_HEAD,
            _ETHTOOL_BODY,
            ethtool.facts,
            "ethtool -g {nic}; ethtool -S {nic}; ethtool -k {nic}; ethtool -l {nic}; ethtool -c {nic}",
            (
                "nic.ring_*",
                "nic.channels_*",
                "nic.tso",
                "nic.gso",
                "nic.gro",
                "nic.rx_usecs",
                "nic.adaptive_rx",
                "nic.rx_missed",
                "nic.rx_checksum",
                "nic.tx_checksum",
                "nic.scatter_gather",
                "nic_allowance.*",
                "nic.driver",
            ),
        ),
        named=commands.interface,
        headless=re.compile(_ETHTOOL_ALONE),
    ),
    reader(
        "ethtool -x",
        r"RX flow hash indirection table for \S+ with",
        r"\s*[0-9]+:(?:\s+[0-9]+)+|RSS hash|\s+\S|[0-9a-f]{2}:|Operation",
        ethtool_tables.spread,
        "ethtool -x {nic}",
        ("nic.rss_*",),
    ),
    replace(
        reader(
            "ethtool -m",
            r"\s+Identifier\s+: 0x",
            r"\s+\S.*:",
            ethtool_tables.module,
            "ethtool -m {nic}",
            ("nic.module_alarms",),
        ),
        named=commands.interface,
    ),
    reader("IOMMU groups", _GROUPS_HEAD, _GROUPS_BODY, iommu_groups.facts, "find /sys/kernel/iommu_groups -type l"),
    replace(
        reader(
            "lspci", _LSPCI_HEAD, _LSPCI_BODY, lspci.facts, "lspci -vvv", ("pci.*", "environment.kind", "iommu_group.*")
        ),
        own=re.compile(r"\s+IOMMU group: [0-9]+\s*$"),
    ),
    reader(
        "lspci -t",
        r"-(?:\+-)?\[(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}(?:-[0-9a-f]{2})?\]-",
        r"[\s+\\|-]",
        lspci_tree.facts,
        "lspci -t",
    ),
    reader(
        "nvidia-smi -q",
        r"=+NVSMI LOG=+|GPU [0-9A-Fa-f]{8}:[0-9A-Fa-f]{2}:",
        r"\s+\S|(?:GPU|Timestamp|Driver|CUDA|Attached)\b",
        nvidia.query,
        "nvidia-smi -q",
        ("gpu.link_*",),
    ),
    reader(
        "nvidia-smi topo",
        r"\s+(?:\x1b\[\dm)?GPU0\s",
        r"(?:GPU|NIC|mlx)\S*\s|Legend|\s+\S+\s+=|NIC Legend|\s+NIC[0-9]+:",
        nvidia.topology,
        "nvidia-smi topo -m",
        ("gpu.nearest_nic_path",),
    ),
    reader(
        "interrupts",
        r"\s+CPU\d+\s*(?:CPU|$)",
        r"\s*(?:[0-9]+|[A-Z][A-Z0-9]{2,4}):\s+[0-9]",
        interrupts.facts,
        "cat /proc/interrupts",
        ("interrupts.*", "irq.*", "nic.irq_hottest_cpu_share", "nic.irq_count", "nic.irq_total"),
    ),
    reader(
        "ip link",
        ip_link.HEAD.pattern.replace("?P<name>", "").replace("?P<flags>", "").replace("?P<rest>", ""),
        r"\s+\S",
        ip_link.facts,
        "ip -s -d link",
        ("nic.mtu", "nic.kind", "nic.rx_missed", "nic.qdisc"),
    ),
    reader(
        "ifconfig",
        ifconfig.HEAD.pattern.replace("?P<name>", "").replace("?P<flags>", "").replace("?P<mtu>", ""),
        r"\s+\S",
        ifconfig.facts,
        "ip -s -d link",
    ),
    reader(
        "ping",
        r"\s*--- \S+ ping statistics ---\s*$|PING \S+ ",
        r"[0-9]+ bytes from |[0-9]+ packets transmitted|rtt |round-trip |From \S+|no answer|\s*--- |PING ",
        ping.facts,
        "ping -c 100 ADDRESS",
        ("ping.*",),
    ),
    reader(
        "ss",
        rf"(?:Netid\s+)?State\s+Recv-Q\s+Send-Q|{ss.STATES}\s+[0-9]",
        rf"\s+\S|{ss.STATES}|LISTEN|UNCONN|State",
        ss.facts,
        "ss -tni",
        ("socket.*",),
    ),
    reader(
        "tc qdisc",
        r"qdisc [a-z_]\w* [0-9a-f]{0,8}: (?:dev|root|parent)",
        r"\s*(?:Sent|backlog|qdisc)\b|\s+\S",
        tc.facts,
        "tc -s qdisc",
        ("nic.qdisc", "nic.shaped_bits_per_s", "nic.delay_added"),
    ),
    replace(
        machine_file(
            "bonding",
            r"Ethernet Channel Bonding Driver: v",
            _BOND,
            files_at("/proc/net/bonding/bond"),
            "cat /proc/net/bonding/*",
            ("bond.*",),
        ),
        headless=None,
    ),
    machine_file(
        "/proc/net/softnet_stat",
        r"(?:[0-9a-f]{8} ){8,}[0-9a-f]{8}\s*$",
        NO_MORE,
        files_at("/proc/net/softnet_stat"),
        "cat /proc/net/softnet_stat",
        ("network.softnet_*",),
    ),
    reader(
        "lsblk",
        _LSBLK,
        r"[\s│├└─|`-]*[a-z]\S*\s",
        lsblk.facts,
        "lsblk -o NAME,TYPE,ROTA,SCHED,RA,RQ-SIZE,MODEL",
        ("block.scheduler", "block.rotational", "block.is_nvme", "block.is_virtual"),
    ),
    replace(
        reader(
            "nvme smart-log",
            r"Smart Log for NVME device:",
            r"[A-Za-z].*\s:",
            nvme.health,
            "nvme smart-log {nvme}",
            ("nvme.*",),
        ),
        named=nvme.controller,
    ),
    replace(
        reader(
            "nvme id-ctrl",
            r"NVME Identify Controller:",
            r"[a-z0-9_]{2,10}\s*:|ps +[0-9]+ :|\s+\S",
            nvme_identity.facts,
            "nvme id-ctrl {nvme}",
        ),
        named=nvme.controller,
    ),
    replace(
        reader(
            "smartctl",
            r"smartctl [0-9]\.|=== START OF SMART DATA|SMART/Health Information \(NVMe",
            r".*",
            nvme.health,
            "smartctl -a {nvme}",
        ),
        named=nvme.controller,
    ),
    reader("nvme list", r"Node\s+(?:Generic\s+)?SN\s+Model", r"-{5,}|/dev/nvme", nvme.listed, "nvme list"),
    replace(
        machine_file(
            "/proc/mdstat",
            r"Personalities :",
            r"md\S+ : |\s+\S|unused devices:|Personalities",
            files_at("/proc/mdstat"),
            "cat /proc/mdstat",
            ("array.*",),
        ),
        headless=None,
    ),
    reader(
        "mdadm --detail",
        mdadm.HEAD.pattern.replace("(md", "(?:md"),
        r"\s+\S",
        mdadm.facts,
        "mdadm --detail /dev/md0",
        ("array.*",),
    ),
)
