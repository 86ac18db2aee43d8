"""Guests, containers, and what runs them."""

import re
from dataclasses import replace

from perfadvisor.evidence.kind import OutputKind, reader
from perfadvisor.facts.text import inspect, kubernetes, libvirt, proxmox, qemu, qemu_config
from perfadvisor.facts.text.guests import cloud_hypervisor, engine_info, engine_stats, flavour, microvm, perf_kvm, virsh
from perfadvisor.facts.text.kernel import assigning

# Behind variables, the columns of ps, or sudo; options follow on the line or behind its end, or words between NULs.
_BEFORE = r"[ \t]*(?:[^\s\0]+[ \t]+){0,12}(?:[^\s\0]*/)?"
_QEMU = _BEFORE + r"(?:qemu-system-[\w.-]+|qemu-kvm|kvm)(?:[ \t]+(?:-|\\\s*$)|\0)"
_INI = r"[\w.-]+ *= *\"|\[[\w-]+(?: \"[^\"]+\")?\]|#|\s*$"
_PROXMOX = (
    r"(?:agent|balloon|bios|boot|bootdisk|cores|cpu|hostpci\d+|hotplug|memory|net\d+|numa|onboot|ostype|scsihw|sockets"
    r"|vmgenid|smbios1|(?:ide|sata|scsi|virtio|efidisk|tpmstate)\d+): \S"
)
_KUBERNETES = r"apiVersion: *\S+\s*$|kind: *[A-Z]\w+\s*$|\{\s*\"(?:apiVersion|kind)\":"
_XML = r"\s*<(?:domain|domstatus|domainsnapshot|domains|capabilities|devices|disk|interface)\b"
_DOMINFO = (
    r"(?:Id|Name|UUID|OS Type|State|CPU\(s\)|CPU time|(?:Max|Used) memory|Persistent|Autostart|Managed save"
    r"|Security .*):"
)
_MICROVM = r"\{\s*\"(?:boot-source|machine-config|drives|cpus|config|payload)\":"

KINDS: tuple[OutputKind, ...] = (
    reader(
        "libvirt XML",
        _XML + r"|\s*<(?:\?xml|!--|!DOCTYPE)",
        None,
        libvirt.facts,
        "virsh dumpxml GUEST",
        ("vm.*", "vm_disk.*", "vm_nic.*"),
    ),
    reader(
        "container inspect JSON",
        r"[\[{][\s\[{]*\"(?:Id|ID|AppArmorProfile|Created)\"",
        None,
        inspect.facts,
        "podman inspect CONTAINER",
        ("container.*",),
    ),
    reader("microVM JSON", _MICROVM, None, microvm.facts, "ch-remote --api-socket SOCKET info"),
    reader("Kubernetes YAML", _KUBERNETES, None, kubernetes.facts, "kubectl get -o yaml pod POD"),
    reader(
        "QEMU's errors",
        r".{0,200}?(?:\b(?:qemu-system-\w+|qemu-kvm|kvm): .{0,400}?\bvfio"
        r"|\bvfio(?: error)?: (?:error|failed|[0-9a-f]{4}:))",
        r"Please ensure all devices|\s*or are not bound|.{0,200}?(?:qemu|kvm)\S*: ",
        assigning.facts,
    ),
    reader("QEMU command line", _QEMU, None, qemu.facts, "ps -o args= -p PID"),
    reader(
        "QEMU configuration file",
        r"\[(?:machine|memory|smp-opts|(?:device|drive|object) \"[^\"]+\")\]|# Machine$",
        _INI,
        qemu_config.facts,
        "cat /run/lxd/GUEST/qemu.conf",
    ),
    reader("Proxmox guest", _PROXMOX, r"\S+: ?|#|\[|\s*$", proxmox.facts, "qm config ID"),
    reader(
        "perf kvm stat",
        r"Analyze events for |\s*(?:VM-EXIT|Event name)\s+Samples\s",
        r"\s*\S.*[0-9]us\b|Total Samples|\s*VM-EXIT",
        perf_kvm.facts,
        "perf kvm stat record -a sleep 5; perf kvm stat report",
        ("kvm_exit.*", "kvm_exits.*"),
    ),
    replace(
        reader(
            "virsh vcpupin",
            r"\s*VCPU:?\s+CPU Affinity\s*$",
            r"-+\s*$|\s*[0-9]+:?\s+[0-9,^-]+\s*$",
            virsh.pins,
            "virsh vcpupin GUEST",
            ("vm.vcpupin_count", "vm.pinned_*"),
        ),
        named=virsh.guest,
    ),
    replace(
        reader(
            "virsh vcpuinfo",
            r"VCPU:\s+[0-9]+\s*$",
            r"(?:CPU|State|CPU time|CPU Affinity|VCPU):",
            virsh.affinities,
            "virsh vcpuinfo GUEST",
            ("vm.vcpupin_count", "vm.pinned_*", "vm.vcpus"),
        ),
        named=virsh.guest,
    ),
    reader(
        "virsh dominfo",
        r"Id:\s+(?:[0-9]+|-)\s*$|OS Type:\s+\S+\s*$|CPU\(s\):\s+[0-9]+\s*$",
        _DOMINFO,
        virsh.info,
        "virsh dominfo GUEST",
    ),
    reader(
        "virsh domstats",
        r"Domain: '",
        r"\s+[\w.-]+=|Domain: ",
        virsh.stats,
        "virsh domstats",
        ("vm.running", "vm.vcpus", "vm.memory_bytes", "vm.current_memory_bytes"),
    ),
    reader(
        "OpenStack flavour",
        flavour.HEAD + r"|\+-+\+-+\+\s*$",
        r"\||\+-",
        flavour.facts,
        "openstack flavor show FLAVOUR",
    ),
    replace(
        reader(
            "docker or podman info, or version",
            r"(?:Client|host):(?: Docker Engine.*)?\s*$|Containers: [0-9]+\s*$",
            r"\s+\S|(?:Server|Client|version|store|plugins|registries):|[A-Z][\w ()-]{1,40}:(?:\s|$)|WARNING: ",
            engine_info.facts,
            "podman info",
        ),
        own=re.compile(r" ?(?:Architecture|CPUs|OSType|Kernel Version|Total Memory): "),
    ),
    reader(
        "docker or podman stats",
        engine_stats.HEAD.pattern,
        r"\S+ +\S+.* +[0-9.]+%|--",
        engine_stats.facts,
        "podman stats --no-stream",
    ),
    reader(
        "cloud-hypervisor command line",
        rf"{_BEFORE}cloud-hypervisor(?:-static)?(?:[ \t]+(?:--|\\\s*$)|\s*$)",
        r"\s+(?:--[a-z]|[a-z_]+=|\S+=)",
        cloud_hypervisor.facts,
        "ps -o args= -p PID",
    ),
)
