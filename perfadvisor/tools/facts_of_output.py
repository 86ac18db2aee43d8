"""Facts of an output file of fio or iperf3, whichever it is."""

from collections.abc import Callable, Iterator

from perfadvisor.model.fact import Absent, Fact, FactSpec
from perfadvisor.tools import fio_facts, fio_text, iperf3_facts, iperf3_text

MAX_BYTES = 64 * 2**20

CATALOGUE: tuple[FactSpec, ...] = (*fio_facts.CATALOGUE, *iperf3_facts.CATALOGUE)
_RECOGNISERS: dict[str, Callable[[bytes], bool]] = {"iperf3": iperf3_text.recognise, "fio": fio_text.recognise}
_READERS: dict[str, Callable[[bytes, str], Iterator[Fact | Absent]]] = {
    "iperf3": iperf3_facts.facts,
    "fio": fio_facts.facts,
}


def recognise(data: bytes) -> str | None:
    """ "fio", "iperf3", or None for anything else. Files above 64 MiB are not looked into."""
    if len(data) > MAX_BYTES:
        return None
    return next((name for name, mine in _RECOGNISERS.items() if mine(data)), None)


def facts(data: bytes, source: str = "") -> Iterator[Fact | Absent]:
    """Every fact of the file; nothing where neither tool wrote it."""
    tool = recognise(data)
    return _READERS[tool](data, source) if tool else iter(())
