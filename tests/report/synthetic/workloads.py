"""What was measured: the made-up workloads and the numbers that each of them gives."""

# ruff: noqa: E501 - rows of made-up data

from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Workload

NS, IOPS, BPS, BITS = Unit.NANOSECONDS, Unit.IOPS, Unit.BYTES_PER_SECOND, Unit.BITS_PER_SECOND

# fmt: off
# id, title, device, tool, [(metric, unit, better, centre, relative spread)]
WORKLOADS = (
    ("storage/randread-4k-qd1", "Random read, 4 KiB, one at a time", "storage", "fio",
     [("read.lat_p50", NS, "lower", 84_200, .006), ("read.iops", IOPS, "higher", 11_650, .006), ("read.lat_p99", NS, "lower", 131_000, .02),
      ("read.lat_p999", NS, "lower", 412_000, .05), ("read.lat_p9999", NS, "lower", 1_930_000, .1), ("read.lat_mean", NS, "lower", 85_900, .006)]),
    ("storage/randread-4k-qd32", "Random read, 4 KiB, 32 deep", "storage", "fio",
     [("read.iops", IOPS, "higher", 198_400, .012), ("read.lat_p50", NS, "lower", 158_000, .012), ("read.lat_p99", NS, "lower", 342_000, .03),
      ("read.lat_p999", NS, "lower", 988_000, .05), ("read.lat_p9999", NS, "lower", 3_100_000, .1), ("read.lat_mean", NS, "lower", 161_000, .012)]),
    ("storage/mixed-4k-qd16", "70 % read, 30 % write, 4 KiB, 16 deep", "storage", "fio",
     [("read.iops", IOPS, "higher", 92_100, .061), ("write.iops", IOPS, "higher", 39_500, .064), ("read.lat_p50", NS, "lower", 121_000, .05),
      ("read.lat_p99", NS, "lower", 1_240_000, .1), ("read.lat_p999", NS, "lower", 6_800_000, .2)]),
    ("storage/seqread-1m-qd8", "Sequential read, 1 MiB, 8 deep", "storage", "fio",
     [("read.bytes_per_s", BPS, "higher", 1.742e9, .003), ("read.lat_p50", NS, "lower", 4_780_000, .004), ("read.lat_p99", NS, "lower", 5_930_000, .01)]),
    ("storage/buffered-read", "Sequential read through the page cache", "storage", "fio",
     [("read.bytes_per_s", BPS, "higher", 9.81e9, .02)]),
    ("network/tcp-stream", "TCP, one stream", "network", "iperf3",
     [("bits_per_s", BITS, "higher", 13.9e9, .018), ("retransmits", Unit.COUNT, "lower", 211, .3), ("rtt_mean", Unit.MICROSECONDS, "lower", 61, .1)]),
    ("network/tcp-stream-8", "TCP, eight streams", "network", "iperf3",
     [("bits_per_s", BITS, "higher", 23.4e9, .004), ("retransmits", Unit.COUNT, "lower", 1_840, .2)]),
    ("network/pingpong", "Request and response, 64 B", "network", "fio",
     [("round_trip.lat_p50", NS, "lower", 98_400, .02), ("round_trip.lat_p99", NS, "lower", 141_000, .04), ("round_trip.iops", IOPS, "higher", 9_900, .02)]),
    *((f"memory/pairs-copy-4k-cpu{cpu}-memory{memory}", f"Memory copy, 4 KiB pages, every pair of nodes (cpu {cpu}, memory {memory})", "memory", "dmabench",
       [("copy.bytes_per_s", BPS, "higher", speed, .01), ("chase", NS, "lower", lag, .01)])
      for cpu, memory, speed, lag in ((0, 0, 12.4e9, 88), (0, 1, 7.1e9, 139), (1, 0, 7.0e9, 141), (1, 1, 12.3e9, 89))),
)
# fmt: on


def workloads() -> dict[str, Workload]:
    return {
        name: Workload(
            id=name,
            title=title,
            device=device,
            tool=tool,
            parameters={},
            metrics=tuple(m[0] for m in metrics[:2]) if device == "storage" and "mixed" in name else (metrics[0][0],),
        )
        for name, title, device, tool, metrics in WORKLOADS
    }
