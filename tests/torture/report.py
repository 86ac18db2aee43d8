"""What went wrong, so that it can be repeated, and what was done, as a table."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Report:
    """Counts what was done by assault and victim, and keeps each failure in a folder with all that repeats it."""

    folder: Path
    seed: int
    done: "Counter[tuple[str, str]]" = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def count(self, assault: str, victim: str) -> None:
        """One more was tried."""
        self.done[assault, victim] += 1

    def fail(self, what: str, number: int, files: dict[str, bytes], **known: object) -> None:
        """Keep a failure: the sentence, the seed and number of the step, and the inputs."""
        place = self.folder / f"failure-{len(self.failures) + 1}"
        place.mkdir(parents=True)
        for name, data in files.items():
            (place / name).write_bytes(data)
        repeat = f"python -m tests.torture --seed {self.seed} --only {number}"
        story = {"what": what, "repeat": repeat, **known}
        (place / "story.json").write_text(json.dumps(story, indent=1, default=str) + "\n")
        self.failures.append(f"{what} ({place})")

    def table(self) -> str:
        """A line per victim with a column per signal, then what else was done, then the failures."""
        signals = sorted({assault for assault, _ in self.done if assault.startswith("SIG")})
        rows = [f"{'':28}" + "".join(f"{name:>9}" for name in (*signals, "all"))] if signals else []
        for victim in sorted({victim for assault, victim in self.done if assault in signals}):
            counts = [self.done[name, victim] for name in signals]
            rows.append(f"{victim:28}" + "".join(f"{count:9}" for count in (*counts, sum(counts))))
        others = [(pair, count) for pair, count in sorted(self.done.items()) if pair[0] not in signals]
        rows += [f"{assault:10} {victim:28} {count:8}" for (assault, victim), count in others]
        struck = sum(count for (assault, _), count in self.done.items() if assault in signals)
        total = [f"{struck} signals, {len(self.failures)} failures, seed {self.seed}"]
        return "\n".join([*rows, *total, *self.failures])

    def keep(self) -> None:
        """Write the counts down, for sums over several goes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        rows = [[*pair, count] for pair, count in self.done.items()]
        told = {"seed": self.seed, "done": rows, "failures": self.failures}
        (self.folder / "report.json").write_text(json.dumps(told) + "\n")


def table_of(files: Sequence[Path]) -> str:
    """The table of several goes together."""
    found = [json.loads(file.read_text()) for file in files]
    summed = Report(Path(), 0)
    for one in found:
        summed.done.update({(assault, victim): count for assault, victim, count in one["done"]})
        summed.failures += one["failures"]
    seeds = ", ".join(str(one["seed"]) for one in found)
    return summed.table().replace("seed 0", f"seeds {seeds}")
