"""Settings that two parts give differently, as before and after a change: the later one counts, and both are named."""

from collections.abc import Iterable, Iterator

from perfadvisor.evidence.taken import ReadPart
from perfadvisor.model.evidence import Contradiction
from perfadvisor.model.fact import Fact, Nature

_RAW = (
    "nic_setting.",
    "nic_statistic.",
    "interrupts.",
)  # every line of an output as it is; those that count have a name of their own


def contradictions(taken: Iterable[ReadPart]) -> Iterator[Contradiction]:
    """Those of one machine. Measured values move by themselves, so they contradict nothing."""
    known: dict[tuple[str, str], Fact] = {}
    for one in taken:
        mine = {(fact.name, fact.subject): fact for fact in reversed(one.facts) if isinstance(fact, Fact)}
        for key, fact in mine.items():
            if fact.nature is Nature.MEASURED or fact.name.startswith(_RAW):
                continue
            before = known.get(key)
            known[key] = fact
            if before is not None and before.value != fact.value:
                yield Contradiction(
                    name=fact.name,
                    subject=fact.subject,
                    earlier=str(before.value),
                    earlier_at=before.source,
                    later=str(fact.value),
                    later_at=fact.source,
                )
