"""dmabench's copy and triad against likwid-bench, mbw and sysbench, alternating.

`python -m benchmarks.memory [--rounds N]`. All get one pinned thread, arrays of the same size (256 MB, or four times
the last-level cache) in 4 KiB pages (transparent huge pages are switched off for them) and STREAM's counting of
bytes: mbw counts a copy once, so its figure is doubled, and its MiB are made bytes; sysbench moves one stream and
does not copy at all, so its better one of read and write stands beside both. Every kernel a tool has takes part in
heats, and the best one by its median goes on to the rounds that count, so that choosing it favours nobody. Each round
runs all once, in a new seeded order; the ratio is taken within the round, so that what the machine did at the time
falls out.
"""

import argparse
import ctypes
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import harmonic_mean, median

from perfadvisor.analyse.statistics.estimate import order_interval
from perfadvisor.targets.here.dmabench_build import program

LEAST_BYTES, CACHES = 256_000_000, 4  # an array; decimal, as likwid's MB are, and a multiple of 4 KiB
STEP = 64_000_000
HEATS = 3
GOAL = 0.95
PR_SET_THP_DISABLE = 41
PACKAGES = {"likwid-bench": "likwid", "mbw": "mbw", "sysbench": "sysbench"}
LIKWID = {
    "copy": ("copy_avx", "copy_mem_sse", "copy_mem_avx", "copy_mem_avx512"),
    "triad": ("stream_avx", "stream_mem_sse", "stream_mem_avx", "stream_mem_avx_fma", "stream_mem_avx512"),
}


@dataclass(frozen=True, kw_only=True)
class Contender:
    """One kernel of one tool; `rate` finds its bytes per second in what it prints."""

    tool: str
    kernel: str
    argv: tuple[str, ...]
    rate: Callable[[str], float]

    @property
    def name(self) -> str:
        return f"{self.tool} {self.kernel}"


Rates = dict[Contender, list[float]]  # bytes per second of every run


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; 1 where a ratio is below the goal with all its interval, 3 where nothing can be decided."""
    parser = argparse.ArgumentParser(prog="benchmarks.memory", description="memory bandwidth, dmabench against others")
    parser.add_argument("--rounds", type=int, default=12, help="how often each kernel runs (default 12)")
    parser.add_argument("--seconds", type=float, default=1.0, help="measured time of a run (default 1)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    return max(_compare(kind, given.rounds, given.seconds, Random(given.seed)) for kind in ("copy", "triad"))


def array_bytes() -> int:
    """What all of them get: STREAM's rule is four times the caches, which a server's exceed at 256 MB."""
    indexes = Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size")
    last = max((int(file.read_text().strip().rstrip("K")) << 10 for file in indexes), default=0)
    return max(LEAST_BYTES, -(-CACHES * last // STEP) * STEP)


def _compare(kind: str, rounds: int, seconds: float, dice: Random) -> int:
    best = _best(_rates(list(_contenders(kind, seconds)), HEATS, dice))
    return _report(kind, rounds, _rates(best, rounds, dice))


def _rates(contenders: list[Contender], rounds: int, dice: Random) -> Rates:
    rates: Rates = {contender: [] for contender in contenders}
    for _ in range(rounds):
        for contender in dice.sample(contenders, len(contenders)):
            rates[contender].append(contender.rate(_run(contender.argv)))
    return rates


def _best(rates: Rates) -> list[Contender]:
    """One kernel of each tool."""
    best: dict[str, Contender] = {}
    for contender in sorted(rates, key=lambda one: median(rates[one])):
        best[contender.tool] = contender
    return list(best.values())


def _report(kind: str, rounds: int, rates: Rates) -> int:
    own = next(contender for contender in rates if contender.tool == "dmabench")
    ours = rates[own]
    print(f"\n{kind}, {rounds} rounds, one thread, arrays of {array_bytes() / 1e6:.0f} MB in 4 KiB pages")
    print(f"  {'best kernel of each tool':34} {'GB/s':>6} {'lowest':>7} {'highest':>8}  dmabench against it")
    others = sorted((one for one in rates if one is not own), key=lambda one: -median(rates[one]))
    for contender in [own, *others]:
        ratio = "" if contender is own else _ratio_text(ours, rates[contender])
        low, middle, high = (pick(rates[contender]) / 1e9 for pick in (min, median, max))
        print(f"  {contender.name:34} {middle:6.1f} {low:7.1f} {high:8.1f}  {ratio}", flush=True)
    if not others:
        print("  nothing to compare with: apt install " + " ".join(PACKAGES.values()))
        return 3
    low, _, high = _ratio(ours, rates[others[0]])
    word, code = verdict(low, high)
    print(f"  goal, at least {GOAL} of the fastest: {word}")
    return code


def verdict(low: float, high: float) -> tuple[str, int]:
    """What an interval of the ratio says of the goal, and the exit code: an interval on both sides decides nothing."""
    if low >= GOAL:
        return "met", 0
    return ("MISSED", 1) if high < GOAL else ("undecided: the interval reaches to both sides; more --rounds", 3)


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float, float]:
    """Lower end, median and upper end of the 95 % interval of the ratio within rounds."""
    ratios = sorted(own / other for own, other in zip(ours, theirs, strict=True))
    low, high, _ = order_interval(len(ratios))
    return ratios[low], median(ratios), ratios[high]


def _ratio_text(ours: Sequence[float], theirs: Sequence[float]) -> str:
    low, middle, high = _ratio(ours, theirs)
    return f"{middle:.3f} ({low:.3f} to {high:.3f})"


def _contenders(kind: str, seconds: float) -> Iterator[Contender]:
    own = (str(program()), kind, f"--size={array_bytes()}", "--threads=1", f"--seconds={seconds}", "--warmup=0.1")
    yield Contender(tool="dmabench", kernel=kind, argv=own, rate=_dmabench_rate)
    yield from (contender for contender in _others(kind, seconds) if shutil.which(contender.argv[0]))


def _others(kind: str, seconds: float) -> Iterator[Contender]:
    arrays = {"copy": 2, "triad": 3}[kind]
    flags = _cpu_flags()
    for kernel in LIKWID[kind]:
        if all(feature in flags for feature in _needs(kernel)):
            size = f"N:{arrays * array_bytes() // 10**6}MB:1"
            argv = ("likwid-bench", "-t", kernel, "-w", size, "-s", str(max(1, round(seconds))))
            yield Contender(tool="likwid", kernel=kernel, argv=argv, rate=_likwid_rate)
    if kind == "copy":
        for test, name in (
            ("-t0", "memcpy"),
            ("-t1", "plain loop"),
        ):  # -t2 copies one block again and again, from cache
            times = str(max(3, round(seconds * 20 * LEAST_BYTES / array_bytes())))
            argv = ("mbw", "-q", "-n", times, test, str(round(array_bytes() / 2**20)))
            yield Contender(tool="mbw", kernel=f"{name} x 2", argv=argv, rate=_mbw_rate)
    block = 1 << (array_bytes() - 1).bit_length()  # it must be a power of two
    for way in ("read", "write"):
        argv = (
            "sysbench",
            "memory",
            "--threads=1",
            f"--memory-block-size={block >> 20}M",
            "--memory-total-size=100T",
            f"--time={max(1, round(seconds))}",
            f"--memory-oper={way}",
            "run",
        )
        yield Contender(tool="sysbench", kernel=f"{way} (one stream)", argv=argv, rate=_sysbench_rate)


def _needs(kernel: str) -> Iterator[str]:
    if "avx512" in kernel:
        yield "avx512f"
    elif "avx" in kernel:
        yield "avx"
    if "fma" in kernel:
        yield "fma"


def _cpu_flags() -> set[str]:
    found = re.search(r"^flags\s*:(.*)", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return set(found[1].split()) if found else set()


def _run(argv: tuple[str, ...]) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300, preexec_fn=_like_the_others)
    if done.returncode:
        raise SystemExit(f"{' '.join(argv)} ended with {done.returncode}: {done.stderr or done.stdout}")
    return done.stdout


def _like_the_others() -> None:
    """On the first CPU, without transparent huge pages: both outlive exec."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    ctypes.CDLL(None).prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0)


def _dmabench_rate(text: str) -> float:
    """All bytes over all time, as the others compute it: the harmonic mean of equal rounds."""
    return harmonic_mean(json.loads(text)["bytes_per_s"]["values"])


def _likwid_rate(text: str) -> float:
    return float(_found(r"^MByte/s:\s*([\d.]+)", text)) * 1e6


def _mbw_rate(text: str) -> float:
    """MiB/s of one direction."""
    return float(_found(r"^AVG\s.*Copy: ([\d.]+) MiB/s", text)) * 2**20 * 2


def _sysbench_rate(text: str) -> float:
    return float(_found(r"transferred \(([\d.]+) MiB/sec\)", text)) * 2**20


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    if match is None:
        raise SystemExit(f"no `{pattern}` in: {text}")
    return match[1]


if __name__ == "__main__":
    raise SystemExit(main())
