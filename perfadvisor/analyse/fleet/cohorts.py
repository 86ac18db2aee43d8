"""Which hosts are equals: bucketed hardware."""

from perfadvisor.analyse.gate.fingerprint import fingerprint
from perfadvisor.model.fact import FactTable

KIND = "environment.kind"


def cohort_of(facts: FactTable) -> str:
    """Kind of environment, processor, CPUs, nodes, and memory to the nearest half power of two."""
    parts = (str(facts.value(KIND) or ""), fingerprint(facts))
    return ", ".join(part for part in parts if part) or "unknown hardware"
