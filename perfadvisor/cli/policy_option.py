"""What --policy means: the policy in a file, or the default one without importing what reads files."""

from pathlib import Path

from perfadvisor.gating.policy import Policy


def policy_of(path: Path | None) -> Policy:
    """PackError with every mistake at its line."""
    if path is None:
        return Policy()
    from perfadvisor.gating.policy_file import read_file

    return read_file(path)
