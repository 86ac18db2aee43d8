"""`cpupower frequency-info`: driver, governor and limits of one CPU, as the files that it reads."""

import re
from collections.abc import Mapping

from perfadvisor.facts.cpu.cpu import SYSTEM

_CPU = re.compile(r"analyzing CPU ([0-9]{1,5}):")
_LINES = (
    (re.compile(r"\s*driver: ([\w-]+)"), "scaling_driver"),
    (re.compile(r"\s*The governor \"([\w-]+)\" may decide"), "scaling_governor"),
)
_LIMITS = re.compile(r"\s*hardware limits: (?P<low>[\d.]+ [GMk]Hz) - (?P<high>[\d.]+ [GMk]Hz)")
_POLICY = re.compile(
    r"\s*current policy: frequency should be within (?P<low>[\d.]+ [GMk]Hz) and (?P<high>[\d.]+ [GMk]Hz)"
)
_KILOHERTZ = {"GHz": 1e6, "MHz": 1e3, "kHz": 1.0}


def files(text: str) -> Mapping[str, bytes]:
    """Path -> content, of every CPU that was looked at."""
    found: dict[str, bytes] = {}
    directory = f"{SYSTEM}/cpu0/cpufreq"
    for line in text.splitlines():
        if match := _CPU.match(line):
            directory = f"{SYSTEM}/cpu{match[1]}/cpufreq"
        for pattern, name in _LINES:
            if match := pattern.match(line):
                found[f"{directory}/{name}"] = f"{match[1]}\n".encode()
        for pattern, name in ((_LIMITS, "cpuinfo_max_freq"), (_POLICY, "scaling_max_freq")):
            if match := pattern.match(line):
                found[f"{directory}/{name}"] = f"{_kilohertz(match['high'])}\n".encode()
    return found


def _kilohertz(text: str) -> int:
    number, unit = text.split(" ")
    return round(float(number) * _KILOHERTZ[unit])
