"""Every kind of output that a bundle may hold; a new one is one row."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from perfadvisor.evidence.kind import Facts, OutputKind, files_at
from perfadvisor.evidence.machine_files import named_files, sysctl_files, uname_files
from perfadvisor.facts.net import ethtool
from perfadvisor.facts.text import (
    cgroup,
    cpuinfo,
    inspect,
    interrupts,
    kubernetes,
    libvirt,
    lscpu,
    lspci,
    numactl,
    proxmox,
    qemu,
    qemu_config,
)


def _reader(name: str, head: str, body: str | None, facts: Callable[..., Facts]) -> OutputKind:
    return OutputKind(name=name, head=re.compile(head), body=None if body is None else re.compile(body), facts=facts)


def _file(name: str, head: str, body: str, files: Callable[[str], Mapping[str, bytes]]) -> OutputKind:
    inner = re.compile(body)
    return OutputKind(
        name=name, head=re.compile(head), body=inner, files=files, headless=inner if body != NO_MORE else None
    )


def _refused(name: str, head: str, body: str | None, why: str) -> OutputKind:
    return OutputKind(name=name, head=re.compile(head), body=None if body is None else re.compile(body), refused=why)


NO_MORE = r"(?!)"  # of outputs each line of which begins one
_COUNTS = r"\s*(?:%s):(?:\s+[0-9]+)+\s*$"
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
_X86_AND_OTHERS = r"x86_64|i[3-6]86|aarch64|arm\w*|ppc64(?:le)?|s390x?|riscv\d+|loongarch64|mips\w*|sparc64"
_LSCPU_HEAD = rf"\s*(?:Architecture:\s+(?:{_X86_AND_OTHERS})\s*$|CPU\(s\):\s+[0-9]+|On-line CPU\(s\) list:)"
_NUMACTL_BODY = r"node [0-9]+ (?:cpus|size|free):|node distances:|node +[0-9]+|\s*[0-9]+:(?:\s+[0-9]+)+\s*$"
# Behind variables, the columns of ps, or sudo; options follow on the line or behind its end, or words between NULs.
_QEMU = r"[ \t]*(?:[^\s\0]+[ \t]+){0,12}(?:[^\s\0]*/)?(?:qemu-system-[\w.-]+|qemu-kvm|kvm)(?:[ \t]+(?:-|\\\s*$)|\0)"
_INI = r"[\w.-]+ *= *\"|\[[\w-]+(?: \"[^\"]+\")?\]|#|\s*$"
_PROXMOX = (
    r"(?:agent|balloon|bios|boot|bootdisk|cores|cpu|hostpci\d+|hotplug|memory|net\d+|numa|onboot|ostype|scsihw|sockets"
    r"|vmgenid|smbios1|(?:ide|sata|scsi|virtio|efidisk|tpmstate)\d+): \S"
)
_KUBERNETES = r"apiVersion: *\S+\s*$|kind: *[A-Z]\w+\s*$|\{\s*\"(?:apiVersion|kind)\":"
_XML = r"\s*<(?:domain|domstatus|domainsnapshot|domains|capabilities|devices|disk|interface)\b"

KINDS = (
    _refused(
        "hwloc's topology", r"\s*<topology\b|\s*<!DOCTYPE topology", None,
        "perfadvisor reads a machine's own files, not what lstopo made of them; give the outputs of lscpu and"
        " numactl --hardware, or a snapshot",
    ),
    _refused("a web page", r"(?i)\s*<(?:!DOCTYPE html|html)\b", None, "copy the text out of it"),
    _reader("libvirt XML", _XML + r"|\s*<(?:\?xml|!--|!DOCTYPE)", None, libvirt.facts),
    _reader("container inspect JSON", r"[\[{][\s\[{]*\"(?:Id|ID|AppArmorProfile|Created)\"", None, inspect.facts),
    _reader("lscpu JSON", r"\{\s*\"lscpu\":", None, lscpu.facts),
    _reader("Kubernetes YAML", _KUBERNETES, None, kubernetes.facts),
    _reader("/proc/PID/cgroup", r"[0-9]{1,3}:[a-z_,=A-Z]*:/", NO_MORE, cgroup.facts),
    _reader("numactl", r"available: \d+ nodes?", _NUMACTL_BODY, numactl.facts),
    _reader("lscpu", _LSCPU_HEAD, r"[ ]*[A-Z][\w() /.,-]{1,40}:(?:\s|$)|NUMA:|  +[A-Z]\S", lscpu.facts),
    replace(_reader("ethtool", _ETHTOOL_HEAD, _ETHTOOL_BODY, ethtool.facts), subject=True,
            headless=re.compile(_ETHTOOL_ALONE)),
    _reader("lspci", _LSPCI_HEAD, _LSPCI_BODY, lspci.facts),
    _file("softirqs", r"\s+CPU\d+", _COUNTS % "HI|TIMER|NET_TX|NET_RX|BLOCK|IRQ_POLL|TASKLET|SCHED|HRTIMER|RCU",
          files_at("/proc/softirqs")),
    _reader("interrupts", r"\s+CPU\d+\s*(?:CPU|$)", r"\s*(?:[0-9]+|[A-Z][A-Z0-9]{2,4}):\s+[0-9]", interrupts.facts),
    _reader("cpuinfo", r"processor\s*:\s*[0-9]+|vendor_id\s*:", r"[\w /()]+\t*\s*:(?:\s|$)", cpuinfo.facts),
    _reader("QEMU command line", _QEMU, None, qemu.facts),
    _reader("QEMU configuration file", r"\[(?:machine|memory|smp-opts|(?:device|drive|object) \"[^\"]+\")\]|# Machine$",
            _INI, qemu_config.facts),
    _reader("Proxmox guest", _PROXMOX, r"\S+: ?|#|\[|\s*$", proxmox.facts),
    _file("uname", r"Linux \S+ [0-9]+\.[0-9]+\S* .*(?:#[0-9]+|Linux)", NO_MORE, uname_files),
    _file("/proc/meminfo", r"MemTotal:\s+[0-9]+ kB", r"[A-Z]\w+(?:\(\w+\))?:\s+[0-9]+(?: kB)?\s*$",
          files_at("/proc/meminfo")),
    _file("/proc/cmdline", r"(?:BOOT_IMAGE|root|ro|rw|initrd)(?:=\S*)? .*\b(?:root=|quiet|ro\b|console=)", NO_MORE,
          files_at("/proc/cmdline")),
    _file("/proc/net/softnet_stat", r"(?:[0-9a-f]{8} ){8,}[0-9a-f]{8}\s*$", NO_MORE,
          files_at("/proc/net/softnet_stat")),
    _file("sysctl", r"(?:kernel|vm|net|fs)\.[\w./:-]+ ?= ?\S*", r"[a-z]+\.[\w./:-]+ ?= ?", sysctl_files),
    _file("files by name", r"/(?:sys|proc)/[\w./:@+-]+:\S", NO_MORE, named_files),
    _refused("iperf 2", r"(?:Client connecting to .*|Server listening on) (?:TCP|UDP) port \d+",
             r"\[ *(?:\d+|ID|SUM)\]|-{20,}|TCP window size:", "its results are not read; measure with iperf3 -J"),
    _refused("lscpu in another language", r"\s*(?:Architektur|Arquitectura|Arquitetura|Architettura|Architecture )\s*:",
             r"\s*\S[^:]*:(?:\s|$)", "its names are translated; give LC_ALL=C lscpu"),
    _refused("Windows", r"(?:Windows IP Configuration|Host Name:\s+\S+|OS Name:\s+Microsoft|PS [A-Z]:\\)",
             r".*", "perfadvisor reads outputs of Linux"),
)  # fmt: skip
ANY_HEAD = re.compile("|".join(f"(?:{kind.head.pattern.removeprefix('(?i)')})" for kind in KINDS))
