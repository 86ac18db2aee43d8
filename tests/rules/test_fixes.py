"""Every rule's fix is data that perfadvisor can plan, or is here with the reason why it stays words."""

from perfadvisor.packs.rules import load_rules

HARDWARE = {
    "cpu-clocksource-coarse",
    "cpu-clocksource-none-fast",
    "cpu-thermal-throttle",
    "cpu-thermal-throttle-since-boot",
    "irq-one-vector",
    "network-bond-port-down",
    "network-half-duplex",
    "network-infiniband-one-lane",
    "network-link-100mbit",
    "numa-cpus-in-several-nodes",
    "numa-device-node-unknown",
    "numa-memory-uneven",
    "numa-nodes-without-memory",
    "numa-socket-without-memory",
    "numa-unbalanced-memory",
    "passthrough-acs-missing",
    "passthrough-group-shared",
    "pcie-aer-correctable",
    "pcie-aer-correctable-since-boot",
    "pcie-aer-uncorrectable",
    "pcie-aer-uncorrectable-since-boot",
    "pcie-bandwidth-limited-in-log",
    "pcie-bw-saturated",
    "pcie-bw-saturated-network",
    "pcie-link-below-device",
    "pcie-link-speed-at-rest",
    "pcie-link-speed-degraded",
    "pcie-link-width-degraded",
    "pcie-mps-below-path",
    "pcie-nic-pci-stall",
    "pcie-slot-limits-device",
    "pcie-uplink-shared",
    "pcie-upstream-bottleneck",
    "storage-array-degraded",
    "storage-nvme-throttled",
}
MEASURED_OTHERWISE = {
    "container-io-uring-filtered",
    "cpu-page-table-isolation",
    "cpu-single-core-bound",
    "measurement-env-mismatch",
    "measurement-faster-than-link",
    "measurement-iperf-process-bound",
    "measurement-latency-off",
    "measurement-littles-law",
    "measurement-memory-pressure",
    "measurement-no-nic-crossed",
    "measurement-null-engine",
    "measurement-other-load",
    "measurement-page-cache-involved",
    "measurement-queue-depth-not-reached",
    "measurement-rate-asked",
    "measurement-spread",
    "measurement-steady-state-not-attained",
    "measurement-sync-engine-with-iodepth",
    "memory-swapping",
    "network-frames-dropped-since-boot",
    "numa-memory-only-nodes",
    "numa-net-workload-remote",
    "numa-node-overflows",
    "numa-process-memory-spread",
    "numa-storage-workload-remote",
    "storage-array-busy",
    "storage-other-io",
    "storage-qd-too-low",
}
GIVEN_BY_OTHERS = {
    "network-allowance-exceeded",
    "network-peer-window-limited",
    "network-socket-receiver-limited",
    "storage-rate-limit",
    "sriov-vfs-not-enabled",
    "vm-overcommit",
    "vm-steal-seen",
    "vm-steal-time",
}
# An engine fixes these when it makes the container: `docker update` has no option for them.
CONTAINERS_OWN = {
    "container-cap-on-partition",
    "container-io-capped",
    "container-memlock-vfio",
    "container-net-bridge-nat",
    "container-privileged",
    "container-test-file-on-overlay",
}
# Seen inside the guest, or by its results, while the definition is on its host.
ON_THE_HOST = {
    "passthrough-virtio-where-it-pays",
    "vm-disk-path-narrow",
    "vm-emulated-nic",
}
# The guest's own system must be prepared first, or its disk be made anew.
GUESTS_OWN = {
    "vm-emulated-disk",
    "vm-image-format",
}
# One of several settings, or a number that only the owner of the machine knows.
A_CHOICE = {
    "numa-vm-spans-nodes",
    "vm-exits-mostly-halt",
    "vm-vcpu-not-pinned",  # which CPUs the host and other guests can spare
    "vm-vcpu-pins-crowded",
    "vm-vcpu-pins-partial",
    "cpu-isolated",
    "hugepages-not-got",
    "hugepages-surplus",
    "iommu-intremap-off",
    "iommu-iotlb-wall",
    "irq-network-on-one-cpu",
    "irq-softirq-one-cpu-seen",
    "irq-softirq-saturated",
    "network-rate-set",
    "network-retransmits",
    "network-shaped",
    "network-socket-buffer-limited",
    "passthrough-assignment-refused",
    "passthrough-ats-on",
    "passthrough-posted-interrupts-off",
}
WORDS = (HARDWARE, MEASURED_OTHERWISE, GIVEN_BY_OTHERS, CONTAINERS_OWN, ON_THE_HOST, GUESTS_OWN, A_CHOICE)


def test_a_fix_that_is_no_plan_has_a_reason() -> None:
    in_words = {rule.id for rule in load_rules() if not rule.fix.set}
    assert in_words == set().union(*WORDS)
    assert len(in_words) == sum(map(len, WORDS)), "each has one reason"


def test_more_than_eighty_fixes_are_plans() -> None:
    assert sum(bool(rule.fix.set) for rule in load_rules()) > 80
