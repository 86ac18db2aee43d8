"""iperf3: what a network path carries, over TCP and UDP."""

from collections.abc import Iterator

from perfadvisor.model.workload import Parameters, Trial, Workload
from perfadvisor.tools.context import Context
from perfadvisor.tools.defaults import engine, huge_pages, needs_function, prepare, probe, with_common_engine
from perfadvisor.tools.iperf3_parse import parse
from perfadvisor.tools.iperf3_several import CLIENTS, MOST, SERVERS, several
from perfadvisor.tools.parameters import Parameter
from perfadvisor.tools.program import Program

__all__ = [
    "METRICS", "PARAMETERS", "PROGRAM", "command", "engine", "huge_pages", "needs_function", "parse", "prepare",
    "probe", "server", "with_common_engine",
]  # fmt: skip

PROGRAM = Program(name="iperf3", package="iperf3", measures="network")
_CONNECT_MS = 5000
_VALUES = (
    ("streams", "parallel"),
    ("length_bytes", "length"),
    ("window_bytes", "window"),
    ("congestion_control", "congestion"),
    ("mss_bytes", "set-mss"),
    ("fq_bits_per_s", "fq-rate"),
    ("affinity", "affinity"),
)
_SWITCHES = (("reverse", "reverse"), ("bidirectional", "bidir"), ("zerocopy", "zerocopy"), ("no_delay", "no-delay"))

PARAMETERS = {
    "protocol": Parameter(type=str, meaning="tcp or udp", choices=("tcp", "udp"), known_as=("udp",)),
    "streams": Parameter(type=int, meaning="flows at once", low=1, high=128, known_as=("parallel", "P")),
    "processes": Parameter(
        type=int,
        meaning="client and server processes, each with `streams` flows: one is one thread before iperf3 3.16",
        low=1,
        high=MOST,
    ),
    "reverse": Parameter(type=bool, meaning="the server sends", known_as=("R",)),
    "bidirectional": Parameter(type=bool, meaning="both send at once", known_as=("bidir",)),
    "zerocopy": Parameter(type=bool, meaning="send by sendfile, without copying into the socket", known_as=("Z",)),
    "bits_per_s": Parameter(
        type=int,
        meaning="target rate of each stream, 0 for as fast as it goes",
        high=10**13,
        known_as=("bitrate", "bandwidth", "b"),
    ),
    "length_bytes": Parameter(
        type=int, meaning="bytes a write, or a datagram's size", low=1, high=2**20, known_as=("length", "len", "l")
    ),
    "window_bytes": Parameter(type=int, meaning="socket buffer size", low=1, high=2**30, known_as=("window", "w")),
    "congestion_control": Parameter(
        type=str,
        meaning="TCP congestion control of the sender, as the kernel names it",
        form="[a-z][a-z0-9_]{1,14}",
        example="bbr",
        known_as=("congestion", "C"),
    ),
    "mss_bytes": Parameter(
        type=int, meaning="TCP maximum segment size", low=88, high=65495, known_as=("set-mss", "set_mss", "mss", "M")
    ),
    "no_delay": Parameter(type=bool, meaning="no Nagle algorithm", known_as=("no-delay", "nodelay", "N")),
    "fq_bits_per_s": Parameter(
        type=int,
        meaning="pacing of each stream by the kernel (fq)",
        low=1,
        high=10**13,
        known_as=("fq-rate", "fq_rate"),
    ),
    "affinity": Parameter(
        type=str,
        meaning="CPU of the client, and of the server behind a comma",
        form="[0-9]{1,4}(,[0-9]{1,4})?",
        example="0,1",
        known_as=("A",),
    ),
}

METRICS = (
    "bits_per_s",
    "reverse.bits_per_s",
    "sent_bits_per_s",
    "retransmits",
    "rtt_mean",
    "jitter",
    "lost_share",
)


def command(workload: Workload, trial: Trial, context: Context) -> tuple[str, ...]:
    """The argv of one trial: `warmup_s` omitted by iperf3 itself, then `runtime_s` measured. Whole seconds."""
    given = {**workload.parameters, **trial.parameters}
    processes = _processes(given)
    argv = (
        context.program or "iperf3",
        f"--client={context.host}",
        f"--connect-timeout={_CONNECT_MS}",
        f"--time={max(1, round(trial.runtime_s))}",
        f"--omit={round(trial.warmup_s)}",
        "--interval=1",
        *_flags(given),
        "--json",
    )
    if processes > 1:
        return several(CLIENTS, processes, context.port, argv)
    return (*argv[:2], f"--port={context.port}", *argv[2:])


def server(workload: Workload, context: Context) -> tuple[str, ...]:
    """The argv of the far end: one test, then it ends. Its port must be looked for (`ss -ltn`), never connected to."""
    bind = (f"--bind={context.bind}",) if context.bind else ()
    argv = (context.program or "iperf3", "--server", "--one-off", *bind)
    processes = _processes(workload.parameters)
    if processes > 1:
        return several(SERVERS, processes, context.port, argv)
    return (*argv[:3], f"--port={context.port}", *bind)


def _processes(given: Parameters) -> int:
    return int(given.get("processes", 1))


def _flags(given: Parameters) -> Iterator[str]:
    udp = given.get("protocol") == "udp"
    if udp:
        yield "--udp"
    if udp or "bits_per_s" in given:  # iperf3 sends UDP at 1 Mbit/s by default
        yield f"--bitrate={given.get('bits_per_s', 0)}"
    for name, flag in _VALUES:
        if name in given:
            yield f"--{flag}={given[name]}"
    for name, flag in _SWITCHES:
        if given.get(name):
            yield f"--{flag}"
