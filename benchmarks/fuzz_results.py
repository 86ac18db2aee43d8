"""Counts of batches of fuzzing, a JSON line each, and their sums as a table."""

import json
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent


def row(
    what: str,
    seed: int,
    counts: Mapping[str, int],
    by_name: Mapping[str, int],
    slowest_s: float,
    seconds: float,
    peak_mb: float,
) -> dict[str, Any]:
    """One batch of `inputs` or `machines`; the memory is the process's peak so far, in megabytes (10^6 bytes)."""
    asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True)
    return {
        "what": what,
        "seed": seed,
        "commit": asked.stdout.strip(),
        "counts": dict(counts),
        "by_name": dict(by_name),
        "slowest_s": round(slowest_s, 3),
        "seconds": round(seconds, 1),
        "peak_mb": round(peak_mb, 1),
    }


def append(file: Path, batch: Mapping[str, Any]) -> None:
    """Add the batch to the file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as out:
        out.write(json.dumps(batch) + "\n")


def line(batch: Mapping[str, Any]) -> str:
    """The batch in a line."""
    counts = ", ".join(f"{name} {number:,}" for name, number in sorted(batch["counts"].items()))
    limits = f"slowest {batch['slowest_s']:.2f} s of CPU time, {batch['seconds']:.0f} s in all"
    tried = _tried(batch["counts"])
    return f"{tried:,} {batch['what']}, seed {batch['seed']}: {counts}; {limits}, at most {batch['peak_mb']:.0f} MB"


def total(file: Path) -> str:
    """The sums of all batches by what was fuzzed, then by reader."""
    batches = [json.loads(text) for text in file.read_text().splitlines()]
    lines = ["| | batches | tried | read | refused | tracebacks | over 2 s | slowest s | most MB |"]
    lines.append("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for what in ("inputs", "machines"):
        mine = [batch for batch in batches if batch["what"] == what]
        counts = sum((Counter(batch["counts"]) for batch in mine), Counter())
        figures = [len(mine), _tried(counts), *(counts[name] for name in ("read", "refused", "failed", "slow"))]
        cells = " | ".join(f"{figure:,}" for figure in figures)
        slowest, most = (max((batch[name] for batch in mine), default=0) for name in ("slowest_s", "peak_mb"))
        lines.append(f"| {what} | {cells} | {slowest:.2f} | {most:.0f} |")
    by_name = sum((Counter(batch["by_name"]) for batch in batches if batch["what"] == "inputs"), Counter())
    lines += ["", "inputs by reader: " + ", ".join(f"{name} {number:,}" for name, number in sorted(by_name.items()))]
    commits = dict.fromkeys(batch["commit"] for batch in batches)
    return "\n".join([*lines, "commits: " + ", ".join(commits)])


def _tried(counts: Mapping[str, int]) -> int:
    return sum(counts.get(name, 0) for name in ("read", "refused", "failed"))
