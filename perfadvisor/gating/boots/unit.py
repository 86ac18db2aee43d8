"""The unit that goes on with the comparison after each start of the machine; written and removed as files."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.changing import kept_files

SYSTEMD = Path("/run/systemd/system")  # there where systemd is the init (sd_booted(3))
UNITS = Path("/etc/systemd/system")
NAME = "perfadvisor-gate-boots.service"
CARRIED = ("PATH", "PYTHONPATH", "HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")


def path() -> Path | None:
    """Where it goes; None where the init is not systemd."""
    return UNITS / NAME if SYSTEMD.is_dir() else None


def command(state: Path) -> tuple[str, ...]:
    """What a boot has to run."""
    program = sys.argv[0]
    own = (program,) if program.endswith(".pyz") else ("-m", "perfadvisor")
    return (sys.executable, *own, "gate", "boots", "resume", "--state", str(state))


def text(state: Path, checkout: str, environment: Mapping[str, str]) -> str:
    """The unit. Without the state it does nothing; it waits for the machine to be up, and holds nothing up."""
    carried = [f"Environment={_word(f'{name}={environment[name]}')}" for name in CARRIED if environment.get(name)]
    lines = (
        "[Unit]",
        "Description=perfadvisor compares two ways to start this machine (stop: perfadvisor gate boots stop)",
        "After=multi-user.target network-online.target",
        f"ConditionPathExists={_plain(str(state))}",
        "",
        "[Service]",
        "Type=simple",
        *carried,
        f"WorkingDirectory={_plain(checkout)}",
        f"ExecStart={_line(command(state))}",
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    )
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """A path as systemd.unit(5) takes it: `%` begins a specifier."""
    return text.replace("%", "%%")


def _word(text: str) -> str:
    """A word in quotes, as systemd.syntax(7) reads it."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_plain(quoted)}"'


def _line(words: Sequence[str]) -> str:
    """A command line, in which `$` begins a variable (systemd.service(5))."""
    return " ".join(_word(word).replace("$", "$$") for word in words)


def write(state: Path, checkout: str) -> dict[str, str]:
    """Write it, and have it wanted at each start; its files with their hashes, none where the init is not systemd.
    MeasureError where it cannot be written."""
    unit = path()
    if unit is None:
        return {}
    wanted = UNITS / "multi-user.target.wants" / NAME
    ours = text(state, checkout, os.environ)
    digest = kept_files.write(unit, ours, sha256(ours.encode()).hexdigest())
    try:
        wanted.parent.mkdir(parents=True, exist_ok=True)
        wanted.unlink(missing_ok=True)
        wanted.symlink_to(Path("..") / NAME)
    except OSError as error:
        unit.unlink(missing_ok=True)
        raise MeasureError(f"{wanted}: {error.strerror}", "run as root") from error
    return {str(unit): digest}


def remove(files: Mapping[str, str]) -> Iterator[str]:
    """Take away what was written, while it is still ours; yields what became of it."""
    for unit in map(Path, files):
        wanted = unit.parent / "multi-user.target.wants" / unit.name
        if wanted.is_symlink():
            wanted.unlink(missing_ok=True)
    yield from kept_files.remove(files)
