"""Throughput and round trip between all pairs of hosts: a round-robin tournament, each link in both directions.

Ansible's linear strategy is the barrier between rounds: no host is in two pairs at once. The servers end with the last
round, or by themselves after an hour.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from perfadvisor.analyse.fleet.tournament import Meeting, rounds
from perfadvisor.errors import MeasureError
from perfadvisor.fleet.ansible import FleetOptions, HostAnswer, play, run_play
from perfadvisor.fleet.switches import switch_of
from perfadvisor.plaintext import visible_line

PORT = 55201
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@:+-]{0,199}")
_PINGED = re.compile(r"(?:rtt|round-trip) min/avg/max(?:/mdev)? = (\d{1,6}(?:\.\d{1,6})?)/")
_PIDS = f"/tmp/perfadvisor-pairs-{PORT}-{{{{ inventory_hostname | quote }}}}.pid"  # noqa: S108 - hosts may share /tmp
SWITCH = "{ timeout 5 lldpctl -f json 2>/dev/null; true; }"
START = f"command -v iperf3 >/dev/null && timeout 3600 iperf3 -s -D -p {PORT} -I {_PIDS} && sleep 0.5 && {SWITCH}"
STOP = f"kill $(tr -d '\\0' <{_PIDS}) 2>/dev/null; rm -f {_PIDS}; true"


@dataclass(slots=True)
class MeasuredPairs:
    """Sender and receiver -> bits per second, and the shortest round trip in seconds where ping answered; host -> its
    switch, "" for an unknown one; and the pairs or hosts that gave no throughput, with the reason."""

    values: dict[Meeting, float] = field(default_factory=dict)
    round_trips: dict[Meeting, float] = field(default_factory=dict)
    switches: dict[str, str] = field(default_factory=dict)
    missed: dict[str, str] = field(default_factory=dict)


def measure_pairs(options: FleetOptions, seconds: int, seed: int = 0) -> MeasuredPairs:
    """Measure every pair of the hosts that answer. MeasureError where fewer than two do."""
    found = MeasuredPairs()
    hosts = _started(options, found)
    if len(hosts) < 2:
        reasons = "; ".join(f"{host}: {why}" for host, why in found.missed.items())
        raise MeasureError(f"fewer than two hosts can be measured: {reasons}"[:500], "check the inventory and iperf3")
    met = rounds(hosts, seed)
    tasks = [_round(number, pairs, seconds) for number, pairs in enumerate(met)]
    peers = {f"round {number}": dict(pairs) for number, pairs in enumerate(met)}

    def take(answer: HostAnswer) -> None:
        receiver = peers.get(answer.task, {}).get(answer.host)
        if receiver is not None:
            _take(found, (answer.host, receiver), answer)

    stop = {"name": "stop the servers", "ansible.builtin.raw": STOP, "changed_when": False}
    run_play(options, play(options, [*tasks, stop], "perfadvisor: pairs"), "", take)
    return found


def _started(options: FleetOptions, found: MeasuredPairs) -> list[str]:
    """The hosts on which a server runs now."""
    hosts: list[str] = []

    def take(answer: HostAnswer) -> None:
        if answer.state or not _NAME.fullmatch(answer.host):
            found.missed[answer.host] = f"{answer.state or 'failed'}: {answer.reason or 'its name is not plain'}"
        else:
            hosts.append(answer.host)
            found.switches[answer.host] = switch_of(str(answer.result.get("stdout", "")))

    task = {"name": "start a server", "ansible.builtin.raw": START, "changed_when": False, "ignore_errors": True}
    run_play(options, play(options, [task], "perfadvisor: pairs"), "start a server", take)
    return sorted(set(hosts))


_RECEIVER = "{{ receivers[inventory_hostname] | quote }}"
# A server that still ends the test before refuses this one.
CLIENT = (
    f"ping -q -c 5 -i 0.2 -w 3 {_RECEIVER} 2>/dev/null || busybox ping -q -c 5 -i 0.2 -w 3 {_RECEIVER} 2>/dev/null; "
    "for _ in 1 2 3 4; do "
    f"out=$(iperf3 -c {_RECEIVER} -p {PORT} -t SECONDS -O 1 -J 2>&1); "
    "case $out in *sum_received*) break;; esac; sleep 1; done; printf '%s' \"$out\""
)


def _round(number: int, pairs: Sequence[Meeting], seconds: int) -> dict[str, Any]:
    """One round: senders measure, all others wait."""
    receivers = {
        sender: f"{{{{ hostvars['{receiver}'].ansible_host | default('{receiver}') }}}}" for sender, receiver in pairs
    }
    return {
        "name": f"round {number}",
        "vars": {"receivers": receivers},
        "ansible.builtin.raw": CLIENT.replace("SECONDS", str(seconds)),
        "when": "inventory_hostname in receivers",
        "timeout": 4 * (seconds + 2) + 23,
        "changed_when": False,
        "ignore_errors": True,
    }


def _take(found: MeasuredPairs, pair: Meeting, answer: HostAnswer) -> None:
    name = " to ".join(pair)
    if answer.state:
        found.missed[name] = f"{answer.state}: {answer.reason}"
        return
    pinged, brace, rest = str(answer.result.get("stdout", "")).partition("{")
    round_trip = _PINGED.search(pinged)
    if round_trip and float(round_trip[1]) > 0:
        found.round_trips[pair] = float(round_trip[1]) * 1e-3
    try:
        value = float(json.loads(brace + rest)["end"]["sum_received"]["bits_per_second"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        found.missed[name] = f"its answer is not iperf3's: {visible_line(repr(error))[:100]}"
        return
    if isfinite(value) and value > 0:
        found.values[pair] = value
    else:
        found.missed[name] = "iperf3 moved nothing"
