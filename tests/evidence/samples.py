"""Which sample in `tests/data` shows which kind of output: captured by us, or written by hand in its form."""

from pathlib import Path

from perfadvisor.evidence.bundle import EvidenceBundle, read

DATA = Path(__file__).resolve().parents[1] / "data"
FOLDERS = ("outputs", "text", "lspci", "ethtool", "interrupts", "guests")


def files() -> list[Path]:
    """Every sample."""
    return sorted(file for folder in FOLDERS for file in (DATA / folder).iterdir() if file.is_file())


def of(name: str) -> EvidenceBundle:
    """What is made of one of the samples in `outputs`."""
    return read([(name, (DATA / "outputs" / name).read_bytes())])
