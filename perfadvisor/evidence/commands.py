"""What a command line, or the name of a file that holds its output, says about the output."""

import re

from perfadvisor.evidence.prompts import PROGRAMS

_ETHTOOL = re.compile(r"ethtool +(?:-\S+ +)*([A-Za-z0-9_.@-]{1,32})\s*(?:[|>;&].*)?$")
_FILE = re.compile(r"(?:sudo )?(?:cat|head|tail)(?: -n? ?[0-9]+)? +(/(?:proc|sys)/[\w./:@+-]+)\s*(?:[|>;&].*)?$")
_ROOTED = re.compile(r"(?:.*/)?((?:proc|sys)/.+)")


def interface(command: str) -> str:
    """The network interface that an `ethtool` command line names, "" where there is none."""
    found = [match for one in re.split(r"[;&]+", command) if (match := _ETHTOOL.search(one.strip()))]
    return found[-1][1] if found else ""


def file_shown(command: str) -> str:
    """The path whose content the command prints, "" where it does something else."""
    match = _FILE.match(command)
    return match[1] if match and ".." not in match[1] else ""


def of_file_name(name: str) -> str:
    """The command that a file's name tells of: `sos_commands/pci/lspci_-nnvv`, `ethtool/g/eth0`; "" for other names."""
    if match := _ROOTED.fullmatch(name):
        return f"cat /{match[1]}"
    words = name.rpartition("/")[2].removesuffix(".txt").removesuffix(".out").split("_")
    if words[0] in PROGRAMS and len(words) > 1:
        return " ".join(words)
    folders = name.split("/")
    for place, folder in enumerate(folders[:-1]):
        if folder in PROGRAMS:
            letter = f"-{folders[place + 1]} " if len(folders[place + 1 : -1]) == 1 else ""
            return f"{folder} {letter}{folders[-1]}"
    return words[0] if words[0] in PROGRAMS else ""
