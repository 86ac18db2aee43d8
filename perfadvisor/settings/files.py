"""Settings behind one file of /sys or /proc each."""

from perfadvisor.facts.reading import mountinfo
from perfadvisor.settings.model import Disturbs, Door, Field, FileForm, Setting, Type

QUEUE = "/sys/block/{subject}/queue"
SYSTEM = "/sys/devices/system/cpu"
CPUFREQ = f"{SYSTEM}/cpufreq/{{subject}}"
# The kernel works the read-ahead out anew when it takes these (block/blk-settings.c, blk_apply_bdi_limits).
LIMITS = ("block.max_sectors_kb", "block.rotational", "block.add_random")
READ_AHEAD = ("block.read_ahead_kb",)
THP = "/sys/kernel/mm/transparent_hugepage"


def _file(
    name: str,
    subject: str,
    path: str,
    type_: Type,
    meaning: str,
    *,
    fact: str = "",
    choices: str = "",
    after: tuple[str, ...] = (),
    along: tuple[str, ...] = (),
    disturbs: Disturbs = Disturbs.NONE,
) -> Setting:
    return Setting(
        name=name,
        subject=subject,
        door=Door.FILE,
        path=path,
        choices=choices,
        meaning=meaning,
        after=after,
        along=along,
        disturbs=disturbs,
        fields=(Field(name=name.rpartition(".")[2], type=type_, fact=fact),),
    )


BLOCK = (
    _file(
        "block.scheduler",
        "block",
        f"{QUEUE}/scheduler",
        Type.CHOICE,
        "I/O scheduler",
        fact="block.scheduler",
        along=("block.nr_requests", "block.wbt_lat_usec"),
    ),
    _file(
        "block.nr_requests",
        "block",
        f"{QUEUE}/nr_requests",
        Type.INTEGER,
        "requests per queue",
        after=("block.scheduler",),
    ),
    _file("block.read_ahead_kb", "block", f"{QUEUE}/read_ahead_kb", Type.INTEGER, "read-ahead in KiB", after=LIMITS),
    _file(
        "block.max_sectors_kb",
        "block",
        f"{QUEUE}/max_sectors_kb",
        Type.INTEGER,
        "largest request in KiB",
        along=READ_AHEAD,
    ),
    _file("block.rotational", "block", f"{QUEUE}/rotational", Type.INTEGER, "1: seeks cost time", along=READ_AHEAD),
    _file(
        "block.wbt_lat_usec",
        "block",
        f"{QUEUE}/wbt_lat_usec",
        Type.INTEGER,
        "read latency target of writeback in us; -1: default",
    ),
    _file(
        "block.rq_affinity",
        "block",
        f"{QUEUE}/rq_affinity",
        Type.INTEGER,
        "CPU that completes a request: 1 same group, 2 same CPU",
    ),
    _file("block.nomerges", "block", f"{QUEUE}/nomerges", Type.INTEGER, "0: try all merges, 2: none"),
    _file(
        "block.writeback_strict",
        "block",
        "/sys/block/{subject}/bdi/strict_limit",
        Type.INTEGER,
        "1: its share of the dirty pages holds at any time",
    ),
    _file(
        "block.writeback_ppm",
        "block",
        "/sys/block/{subject}/bdi/max_ratio_fine",
        Type.INTEGER,
        "share of all dirty pages that may wait for it, in millionths",
    ),
    _file(
        "block.add_random", "block", f"{QUEUE}/add_random", Type.INTEGER, "1: feeds the entropy pool", along=READ_AHEAD
    ),
)
CPU = (
    _file(
        "cpu.governor",
        "policy",
        f"{CPUFREQ}/scaling_governor",
        Type.CHOICE,
        "frequency governor",
        choices=f"{CPUFREQ}/scaling_available_governors",
        along=("cpu.energy_preference",),
    ),
    _file(
        "cpu.energy_preference",
        "policy",
        f"{CPUFREQ}/energy_performance_preference",
        Type.CHOICE,
        "energy performance preference",
        choices=f"{CPUFREQ}/energy_performance_available_preferences",
        after=("cpu.governor",),
    ),
    _file(
        "cpu.max_frequency_khz", "policy", f"{CPUFREQ}/scaling_max_freq", Type.INTEGER, "upper frequency limit in kHz"
    ),
    _file(
        "cpu.min_frequency_khz", "policy", f"{CPUFREQ}/scaling_min_freq", Type.INTEGER, "lower frequency limit in kHz"
    ),
    _file(
        "cpu.online",
        "cpu",
        f"{SYSTEM}/{{subject}}/online",
        Type.INTEGER,
        "1: the CPU works; subject cpu1",
        disturbs=Disturbs.BLIP,
    ),
    _file(
        "cpu.idle_disable",
        "idle_state",
        f"{SYSTEM}/{{subject}}/disable",
        Type.INTEGER,
        "1: the CPU never enters this idle state; subject cpu0/cpuidle/state2",
    ),
    _file(
        "cpu.resume_latency_us",
        "cpu",
        f"{SYSTEM}/{{subject}}/power/pm_qos_resume_latency_us",
        Type.TEXT,
        "longest time in us that the CPU may take to wake, which bounds its idle states; 0: no bound; n/a: none at all",
    ),
    _file(
        "cpu.clocksource",
        "",
        "/sys/devices/system/clocksource/clocksource0/current_clocksource",
        Type.CHOICE,
        "what the kernel reads the time from",
        choices="/sys/devices/system/clocksource/clocksource0/available_clocksource",
    ),
)
MEMORY = (
    _file("memory.thp_enabled", "", f"{THP}/enabled", Type.CHOICE, "transparent huge pages", fact="memory.thp_enabled"),
    _file(
        "memory.thp_defrag",
        "",
        f"{THP}/defrag",
        Type.CHOICE,
        "when the kernel compacts memory for them",
        fact="memory.thp_defrag",
    ),
    _file("memory.ksm_run", "", "/sys/kernel/mm/ksm/run", Type.INTEGER, "1: equal pages are merged"),
    _file(
        "memory.huge_pages",
        "pool",
        "/sys/devices/system/node/{subject}/nr_hugepages",
        Type.INTEGER,
        "huge pages reserved on a node; subject node0/hugepages/hugepages-2048kB",
    ),
)
PCI = (
    _file(
        "pci.aspm_policy", "", "/sys/module/pcie_aspm/parameters/policy", Type.CHOICE, "power saving of idle PCIe links"
    ),
    _file(
        "pci.sriov_vfs",
        "pci",
        "/sys/bus/pci/devices/{subject}/sriov_numvfs",
        Type.INTEGER,
        "virtual functions",
        disturbs=Disturbs.BLIP,
    ),
)
IRQ = (
    _file(
        "irq.affinity",
        "irq",
        "/proc/irq/{subject}/smp_affinity_list",
        Type.TEXT,
        "CPUs that may serve an interrupt",
        after=("nic.channels",),
    ),
    _file(
        "nic.rps_cpus",
        "queue",
        "/sys/class/net/{subject}/rps_cpus",
        Type.TEXT,
        "mask of CPUs that receive packets of a queue; subject eth0/queues/rx-0",
        after=("nic.channels", "irq.affinity"),
    ),
    _file(
        "nic.xps_cpus",
        "queue",
        "/sys/class/net/{subject}/xps_cpus",
        Type.TEXT,
        "mask of CPUs that send through a queue; subject eth0/queues/tx-0",
        after=("nic.channels", "irq.affinity"),
    ),
    _file(
        "nic.mtu",
        "nic",
        "/sys/class/net/{subject}/mtu",
        Type.INTEGER,
        "largest packet in bytes",
        fact="nic.mtu",
        disturbs=Disturbs.BLIP,
    ),
)
SYSCTL = (_file("sysctl", "sysctl", "/proc/sys/{subject}", Type.TEXT, "a kernel parameter; subject net/core/rmem_max"),)
CGROUP = (
    _file(
        "cgroup",
        "cgroup",
        "/sys/fs/cgroup/{subject}",
        Type.TEXT,
        "a file of a control group; subject cpu/group/cpu.cfs_quota_us",
    ),
)
MODULE = (
    _file(
        "module.parameter",
        "parameter_of_module",
        "/sys/module/{subject}",
        Type.TEXT,
        "a parameter of a loaded module; subject vfio/parameters/enable_unsafe_noiommu_mode",
    ),
)
CAPS = Setting(
    name="cgroup.io_cap",
    subject="cap",
    door=Door.FILE,
    form=FileForm.CAPS,
    path="/sys/fs/cgroup/{subject}",
    meaning="cap of a control group on one device; subject blkio/group/blkio.throttle.read_iops_device@8:0",
    fields=(Field(name="cap", type=Type.TEXT),),
)
LOOP = Setting(
    name="loop.direct_io",
    subject="block",
    door=Door.TOOL,
    path="/sys/block/{subject}/loop/dio",
    tool=("losetup", "--direct-io={value}", "/dev/{subject}"),
    lasts="until-detached",
    meaning="whether a loop device goes past the page cache to its file",
    fields=(Field(name="direct_io", type=Type.FLAG, fact="block.loop_direct_io"),),
)
MOUNT = Setting(
    name="mount.sync",
    subject="mount",
    door=Door.TOOL,
    form=FileForm.MOUNTS,
    path=mountinfo.PATH,
    tool=("mount", "-o", "remount,{value}", "{subject}"),
    lasts="until-unmount",
    meaning="sync: every write waits for the disk; async; subject: where it is mounted",
    fields=(Field(name="sync", type=Type.TEXT),),
)
ALL = (*BLOCK, *CPU, *MEMORY, *PCI, *IRQ, *SYSCTL, *CGROUP, *MODULE, CAPS, LOOP, MOUNT)
