"""What went wrong, so that it can be repeated, and what was done, as a table."""

import json
from collections import Counter
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
        """A line per assault and victim, then the failures."""
        rows = [f"{assault:10} {victim:28} {count:8}" for (assault, victim), count in sorted(self.done.items())]
        total = [f"{sum(self.done.values())} in all, {len(self.failures)} failures, seed {self.seed}"]
        return "\n".join([*rows, *total, *self.failures])
