"""iperf3's flows on several processes: before version 3.16 a process is one thread, however many flows it has.

Each process has a server and a port of its own; they start together, and print one after the other, the first one last.
"""

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from perfadvisor.model.fact import Scalar
from perfadvisor.model.result import Output, Sample

MOST = 32
CLIENTS = """n=$1 port=$2; shift 2
run() {
  at=$1; shift
  if [ "$at" -lt $((n - 1)) ]; then run $((at + 1)) "$@" & fi
  out=$("$@" --port=$((port + at))); code=$?
  wait
  printf '%s\\n' "$out"
  return "$code"
}
run 0 "$@"
"""
SERVERS = """n=$1 port=$2; shift 2; at=1
while [ "$at" -lt "$n" ]; do "$@" --port=$((port + at)) & at=$((at + 1)); done
sleep 0.2  # until they listen, too
exec "$@" --port="$port"
"""
_SUMS = ("bits_per_s", "reverse.bits_per_s", "sent_bits_per_s", "retransmits")
_ADDED = ("streams", "sent_bytes")
_BUSIEST = ("sender_cpu_percent", "receiver_cpu_percent", "max_snd_cwnd_bytes", "max_snd_wnd_bytes")


def several(script: str, processes: int, port: int, argv: Sequence[str]) -> tuple[str, ...]:
    """The command without its port, so many times at once."""
    return ("sh", "-c", script, "iperf3", str(processes), str(port), *argv)


def together(outputs: Sequence[Output]) -> Output:
    """All processes as one result: rates and counts added up, times and shares averaged, the CPU of the busiest."""
    failed = next((one for one in outputs if one.error), None)
    if failed:
        return failed
    details = dict(outputs[-1].details)
    for name in (*_ADDED, *_BUSIEST):
        known = [value for one in outputs if isinstance(value := one.details.get(name), int | float)]
        if len(known) == len(outputs):
            details[name] = _whole(sum(known) if name in _ADDED else max(known))
    return Output(samples=tuple(_sample(one, outputs) for one in outputs[-1].samples), details=details)


def _whole(value: float) -> Scalar:
    return int(value) if float(value).is_integer() else value


def _sample(first: Sample, outputs: Sequence[Output]) -> Sample:
    values = [sample.value for one in outputs for sample in one.samples if sample.metric == first.metric]
    return replace(first, value=sum(values) if first.metric in _SUMS else fmean(values))
