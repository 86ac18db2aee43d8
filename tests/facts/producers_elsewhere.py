"""Facts that the inputs of `test_producers.py` do not show. `BUILT` names, by test file, those for which that file
builds an input of its own; `NOWHERE` those that no test sees, with the reason. Both may only shrink."""

_BY_FILE = {
    "tests/analyse/environments/test_environments.py": (
        "block.vm_disk",
        "environment.domain",
        "result.io_limit_share",
    ),
    "tests/analyse/environments/test_guest_activity.py": (
        "pci.host_address",
        "vm.vcpu_migrations_per_s",
        "vm_hostdev.guest_interrupts_per_s",
        "vm_hostdev.host_interrupts_per_s",
        "vm_nic.vhost_busy_share",
    ),
    "tests/analyse/environments/test_guest_join.py": (
        "environment.machine_uuid",
        "nic.vm_nic",
    ),
    "tests/analyse/results/test_disk_best.py": (
        "result.best_iops",
        "result.best_iops_queue_depth",
    ),
    "tests/facts/block/test_block.py": ("block.slaves",),
    "tests/facts/block/test_carried.py": ("block.holders",),
    "tests/facts/cgroup/test_cgroup.py": (
        "cgroup.io_directory",
        "cgroup.read_iops_max",
    ),
    "tests/facts/container/test_inspect.py": ("container_resource.limit",),
    "tests/facts/cpu/test_frequency.py": (
        "cpu.energy_performance_preferences",
        "cpu.frequency_limit_hz",
        "cpu.frequency_limit_share",
        "cpu.frequency_max_hz",
        "cpu.governors",
        "cpu.package_throttle_count",
        "cpu.scaling_driver",
        "cpu.turbo_disabled",
    ),
    "tests/facts/guest/test_uplink_and_ready.py": ("passthrough.posting_capable",),
    "tests/facts/memory/test_numa.py": ("numa.memory_only_distance_max",),
    "tests/facts/net/test_attached.py": (
        "nic.master",
        "nic.uppers",
    ),
    "tests/facts/net/test_ethtool.py": ("nic_allowance.over_packets",),
    "tests/facts/net/test_infiniband.py": (
        "infiniband.lanes",
        "infiniband.link_layer",
        "infiniband.pci_address",
        "infiniband.rate",
        "infiniband.state",
    ),
    "tests/facts/net/test_virtual_ports.py": (
        "nic_vf.for_guest",
        "nic_vf.nic",
        "nic_vf.pci_address",
        "nic_vf.spoof_check",
        "nic_vf.trusted",
        "nic_vf.tx_bits_per_s_max",
    ),
    "tests/facts/pci/test_iommu.py": (
        "vfio.noiommu",
        "vfio.unsafe_interrupts",
    ),
    "tests/facts/trial/test_counters_qemu.py": ("vm.iothread_busy_share",),
    "tests/targets/container/test_parts.py": (
        "cgroup.write_bytes_per_s_max",
        "cgroup.write_iops_max",
    ),
}
BUILT: dict[str, str] = {name: file for file, names in _BY_FILE.items() for name in names}
NOWHERE: dict[str, str] = {
    "block.irq_managed": "needs debugfs of a kernel with CONFIG_GENERIC_IRQ_DEBUGFS, which none of the machines has",
    "cgroup.read_bytes_per_s_max": "read as its three brothers in tests/facts/cgroup/test_cgroup.py, which are seen",
    "nic.report": "never has a value: its absence says why a report of ethtool failed",
}
