"""CPUs, memory, and settings of the whole machine."""

from dataclasses import replace

from perfadvisor.evidence.kind import NO_MORE, OutputKind, files_at, machine_file, reader
from perfadvisor.evidence.machine_files import named_files, sysctl_files, uname_files
from perfadvisor.facts.text import cgroup, cpuinfo, lscpu, numactl
from perfadvisor.facts.text.cpu import cpupower, iostat, lscpu_table, shares, turbostat, vmstat
from perfadvisor.facts.text.disk import iostat_disks
from perfadvisor.facts.text.kernel import log, tuned
from perfadvisor.facts.text.memory import numastat

_MACHINES = r"x86_64|i[3-6]86|aarch64|arm\w*|ppc64(?:le)?|s390x?|riscv\d+|loongarch64|mips\w*|sparc64"
_LSCPU = rf"\s*(?:Architecture:\s+(?:{_MACHINES})\s*$|CPU\(s\):\s+[0-9]+|On-line CPU\(s\) list:)"
_LSCPU_TABLE = r"NODE|SOCKET|CORE|L1d:\S+|ONLINE|CLUSTER|DRAWER|BOOK|MAXMHZ|MINMHZ|MHZ|POLARIZATION|ADDRESS|CONFIGURED"
_NUMACTL = r"node [0-9]+ (?:cpus|size|free):|node distances:|node +[0-9]+|\s*[0-9]+:(?:\s+[0-9]+)+\s*$"
_COUNTERS = r"(?:numa_hit|numa_miss|numa_foreign|interleave_hit|local_node|other_node)\s+[0-9]+"
_MEGABYTES = r"[A-Z]\w+(?:\(\w+\))?\s+[0-9.]+(?:\s+[0-9.]+)*\s*$|\s*-{5,}|Token \w+ not in hash|\s+Node [0-9]+"
_SOFT = "HI|TIMER|NET_TX|NET_RX|BLOCK|IRQ_POLL|TASKLET|SCHED|HRTIMER|RCU"
_MONITOR = r"Linux \S+ \(\S+\)\s+\S+\s+_\w+_\s+\([0-9]+ CPU\)"
_TIME = r"(?:[0-9]{2}:[0-9]{2}:[0-9]{2}(?: [AP]M)?|Average:)\s+"
_LOG_TIME = (
    r"\[ *[0-9]+\.[0-9]+\] |\[[A-Z][a-z]{2} [A-Z][a-z]{2} [^\]]{5,30}\] "
    r"|[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} \S+ kernel: "
)
_LOG_LINE = (
    r"(?:pci(?:eport)?|[a-z]\w{1,15}) (?:[0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]:? "
    r".*(?:available PCIe bandwidth|PCIe Bus Error|Detected Tx Unit Hang|AMD-Vi: Event)"
    r"|DMAR: ?\[|AMD-Vi: Event logged|nvme nvme[0-9]+: |NETDEV WATCHDOG: "
    r"|vfio-pci [0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]: |vfio_iommu_type1_attach_group: |NVRM: Attempting to "
)

KINDS: tuple[OutputKind, ...] = (
    reader("lscpu JSON", r"\{\s*\"lscpu\":", None, lscpu.facts, "lscpu -J"),
    reader("/proc/PID/cgroup", r"[0-9]{1,3}:[a-z_,=A-Z]*:/", NO_MORE, cgroup.facts, "cat /proc/self/cgroup"),
    reader(
        "numactl",
        r"available: \d+ nodes?",
        _NUMACTL,
        numactl.facts,
        "numactl --hardware",
        ("numa.*", "node.memory_total_bytes", "node.cpu_*", "memory.total_bytes"),
    ),
    reader(
        "lscpu",
        _LSCPU,
        r"[ ]*[A-Z][\w() /.,-]{1,40}:(?:\s|$)|NUMA:|  +[A-Z]\S",
        lscpu.facts,
        "lscpu",
        ("cpu.online_count", "cpu.package_count", "environment.kind", "numa.cpu_node_count", "numa.node_cpus_*"),
    ),
    reader("lscpu -e", rf"\s*CPU(?:\s+(?:{_LSCPU_TABLE}))+\s*$", r"\s*[0-9]+\s", lscpu_table.facts, "lscpu -e"),
    reader(
        "lscpu -p", r"# (?:The following is the parsable format|CPU,\S)", r"#|[0-9]+,", lscpu_table.facts, "lscpu -p"
    ),
    machine_file(
        "numastat",
        r"\s+node[0-9]+(?:\s+node[0-9]+)*\s*$",
        _COUNTERS,
        numastat.counters,
        "numastat",
        ("node.elsewhere_share", "node.allocations_elsewhere"),
    ),
    replace(
        machine_file(
            "numastat -m",
            r"Per-node system memory usage|\s+Node 0(?:\s+Node [0-9]+)*\s+Total\s*$",
            _MEGABYTES,
            numastat.memory,
            "numastat -m",
            ("node.memory_total_bytes",),
        ),
        headless=None,
    ),
    reader(
        "numastat -p",
        r"Per-node process memory usage|\s+Node 0(?:\s+Node [0-9]+)*\s+Total\s*$",
        _MEGABYTES,
        numastat.process_facts,
        "numastat -p PID",
        ("process.*",),
    ),
    reader(
        "mpstat or sar",
        rf"{_MONITOR}|{_TIME}CPU\s+%us",
        _TIME,
        shares.facts,
        "mpstat -P ALL 5 2",
        ("load.steal_share", "load.softirq_*"),
    ),
    reader(
        "iostat",
        rf"{_MONITOR}|avg-cpu:\s+%user|{iostat_disks.HEAD.pattern}",
        r"\s+[0-9.]+\s|Device|[a-z]\S*(?:\s+[0-9.]+)+\s*$|avg-cpu:",
        iostat.facts,
        "iostat -x 5 2",
    ),
    reader("iostat JSON", r"\{\s*\"sysstat\":", None, iostat.facts, "iostat -x -o JSON 5 2"),
    reader(
        "vmstat",
        r"procs -+|\s*r\s+b\s+swpd\s",
        r"\s*[0-9]+(?:\s+[0-9]+){10,}\s*$|\s*r\s+b\s+swpd\s",
        vmstat.facts,
        "vmstat 1 10",
        ("load.steal_share", "load.swapped_*"),
    ),
    reader(
        "turbostat",
        r"turbostat version|\s*(?:\S+\s+){0,6}CPU\s+Avg_MHz\s+Busy%",
        r"[0-9.-]+\s|cpu[0-9]+:|CPUID|turbostat|\s*(?:\S+\s+){0,6}CPU\s+Avg_MHz",
        turbostat.facts,
        "turbostat --quiet --interval 5 --num_iterations 1",
        ("load.busiest_*", "load.nominal_*"),
    ),
    replace(
        machine_file(
            "cpupower",
            r"analyzing CPU [0-9]+:",
            r"\s+\S|analyzing CPU |Not Available",
            cpupower.files,
            "cpupower frequency-info",
            ("cpu.governors", "cpu.scaling_driver", "cpu.frequency_*"),
        ),
        headless=None,
    ),
    reader(
        "tuned-adm",
        tuned.HEAD,
        r"- \S|Current active|Preset profile",
        tuned.facts,
        "tuned-adm active",
        ("tuned.profile",),
    ),
    reader(
        "kernel log", rf"{_LOG_TIME}|{_LOG_LINE}", rf"{_LOG_TIME}|{_LOG_LINE}|\s+\S", log.facts, "dmesg", ("logged.*",)
    ),
    machine_file(
        "softirqs",
        r"\s+CPU\d+",
        rf"\s*(?:{_SOFT}):(?:\s+[0-9]+)+\s*$",
        files_at("/proc/softirqs"),
        "cat /proc/softirqs",
    ),
    reader(
        "cpuinfo",
        r"processor\s*:\s*[0-9]+|vendor_id\s*:",
        r"[\w /()]+\t*\s*:(?:\s|$)",
        cpuinfo.facts,
        "cat /proc/cpuinfo",
    ),
    machine_file(
        "uname",
        r"Linux \S+ [0-9]+\.[0-9]+\S* .*(?:#[0-9]+|Linux)",
        NO_MORE,
        uname_files,
        "uname -a",
        ("kernel.release",),
    ),
    machine_file(
        "/proc/meminfo",
        r"MemTotal:\s+[0-9]+ kB",
        r"[A-Z]\w+(?:\(\w+\))?:\s+[0-9]+(?: kB)?\s*$",
        files_at("/proc/meminfo"),
        "cat /proc/meminfo",
        ("memory.total_bytes", "memory.hugepages_*"),
    ),
    machine_file(
        "/proc/vmstat",
        r"nr_free_pages [0-9]+$",
        r"[a-z][a-z_0-9]+ [0-9]+$",
        files_at("/proc/vmstat"),
        "cat /proc/vmstat",
    ),
    machine_file(
        "/proc/cmdline",
        r"(?:BOOT_IMAGE|root|ro|rw|initrd)(?:=\S*)? .*\b(?:root=|quiet|ro\b|console=)",
        NO_MORE,
        files_at("/proc/cmdline"),
        "cat /proc/cmdline",
    ),
    machine_file(
        "sysctl",
        r"(?:kernel|vm|net|fs)\.[\w./:-]+ ?= ?\S*",
        r"[a-z]+\.[\w./:-]+ ?= ?",
        sysctl_files,
        "sysctl -a",
        ("memory.zone_reclaim_mode",),
    ),
    machine_file(
        "files by name",
        r"/(?:sys|proc)/[\w./:@+-]+:\S",
        NO_MORE,
        named_files,
        "grep . /sys/devices/system/cpu/cpu*/cpufreq/scaling_*",
    ),
)
