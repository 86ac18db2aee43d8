"""Where one command's output ends and the next one's begins: prompts, traces, and the headers that tools print."""

import re
from dataclasses import dataclass

_PROGRAMS = """
cat ch-remote cpupower cyclictest dd df dmesg docker dpkg echo egrep ethtool fgrep fio free getconf grep head hostname
hostnamectl hwloc-ls ifconfig iostat ip iperf iperf3 irqbalance journalctl kubectl ls lsblk lscpu lsmod lspci lstopo
lstopo-no-graphics mdadm modinfo modprobe mount mpstat nproc numactl numastat nvidia-smi nvme oc openstack perf pct
ping podman ps qm rpm sar smartctl ss sysctl tail taskset tc top tuned-adm turbostat uname uptime virsh vmstat xl zcat
"""
PROGRAMS = frozenset(_PROGRAMS.split())
_HOST = r"(?P<host>[A-Za-z0-9][\w.-]{0,63})"
_PROMPTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\[[\w.-]{{1,32}}@{_HOST}(?: [^\]\n]{{0,200}})?\] ?[#$%] ?(?P<cmd>.*)",
        rf"(?:\([\w.-]+\) ?)?[\w.-]{{1,32}}@{_HOST}[: ][^#$%>\n]{{0,200}}[#$%>] ?(?P<cmd>.*)",
        rf"{_HOST}:[~/][^#$%\s]{{0,200}} ?[#$%] ?(?P<cmd>.*)",
    )
)
# A bare sign is not a prompt in a comment or in prose: a program that is known has to follow.
_SHORT = re.compile(
    rf"(?:{_HOST} ?)?(?:[~/][\w./-]{{0,60}} ?)?(?:#{{2,6}}|[$#%]|\[[^\]\n]{{0,80}}\][#$]|\++) ?(?P<cmd>\S.*)"
)
_BARE = re.compile(
    r"(?P<cmd>(?:sudo )?(?:ethtool (?!version )(?:--?[\w-]+ )*[a-z][\w.@-]{0,31}(?: .*)?"
    r"|(?:lspci|numactl|numastat|sysctl|virsh|lsblk|dmesg|nvme|qm|fio|iperf3?) \S.*"
    r"|(?:cat|grep|head|tail|egrep) [^\s]*/\S.*|lscpu(?: -\S+)?|ip -?[\w-]+ .*(?:link|addr).*|uname -\w+|lsblk))[:`]?"
)
_FILE = re.compile(r"==> (?P<file>/?[^\n]{1,300}?) <==")
_SHOWN = re.compile(r"# (?P<file>/(?:proc|sys)/[\w./:@+-]{1,200})")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)[\w.+-]*\s*|\[/?code\]")
_ANSIBLE = re.compile(rf"{_HOST} \| (?:CHANGED|SUCCESS|FAILED|UNREACHABLE)!?(?: \| rc=-?\d+ .*| => ?\{{?)")
_KUBECTL = re.compile(r"Defaulted container \"[^\"\n]+\" out of: .*")
_WORDS = re.compile(r"(?:sudo |time |LC_ALL=\w+ |LANG=\w+ |(?:\S*/)(?=\w))*([\w.+-]+)")
# What every line that begins an output has somewhere, or begins with: most lines of a long log have neither.
_SIGNS = re.compile(r"[#$%>`|~+]|code\]")
_STARTS = (
    "Defaulted", "cat", "dmesg", "egrep", "ethtool", "fio", "grep", "head", "ip", "lsblk", "lscpu", "lspci", "numactl",
    "numastat", "nvme", "qm", "sudo", "sysctl", "tail", "uname", "virsh",
)  # fmt: skip


_SSH = re.compile(
    r"(?:sudo )?ssh(?: +-[46AaCfGgKkMNnqsTtVvXxYy]+| +-[BbcDEeFIiJLlmOopQRSWw] *\S+)*"
    r" +(?:[\w.-]{1,32}@)?(?P<host>[A-Za-z0-9][\w.-]{0,63}) +(?P<cmd>[^-\s].*)"
)
_INSIDE = re.compile(r"(?:sudo )?(?:docker|podman|nerdctl|kubectl|oc|lxc|incus|pct) (?:exec|run)\b.*")
CONTAINER = "container"


@dataclass(frozen=True, slots=True)
class PromptLine:
    """A line that begins a new output: the command as typed ("" where there is none), and the machine's name or "".
    `at` is where the command ran, if not on that machine: on another one, or in a container."""

    command: str = ""
    host: str = ""
    at: str = ""


def cut(line: str) -> PromptLine | None:
    """What the line says of the output below it; None where it is a line of output like others."""
    text = line.strip()
    found = _begins(line, text) if text and len(text) <= 1000 and may_begin(text) else None
    return _placed(found) if found and found.command else found


def may_begin(text: str) -> bool:
    """Whether a line can begin an output at all: a quick look, before those that cost."""
    return text.startswith(_STARTS) or _SIGNS.search(text) is not None


def _begins(line: str, text: str) -> PromptLine | None:
    if _FENCE.fullmatch(line) or _KUBECTL.fullmatch(text):
        return PromptLine()
    if match := _SHOWN.fullmatch(text):  # as a supportconfig has it above the copy of a file
        return PromptLine(f"cat {match['file']}")
    if match := _FILE.fullmatch(text):
        return PromptLine(f"cat {match['file']}")
    if match := _ANSIBLE.fullmatch(text):
        return PromptLine(host=match["host"])
    return _prompt(text)


def _prompt(text: str) -> PromptLine | None:
    for pattern in _PROMPTS:
        if match := pattern.fullmatch(text):
            return PromptLine(match["cmd"].strip(), match["host"])
    match = _SHORT.fullmatch(text)
    if match and is_command(match["cmd"]):
        return PromptLine(match["cmd"].strip(), match["host"] or "")
    match = _BARE.fullmatch(text)
    return PromptLine(match["cmd"].strip()) if match else None


def _placed(found: PromptLine) -> PromptLine:
    if match := _SSH.fullmatch(found.command):
        return PromptLine(match["cmd"].strip("'\""), found.host, match["host"])
    return PromptLine(found.command, found.host, CONTAINER) if _INSIDE.fullmatch(found.command) else found


def program(command: str) -> str:
    """The program of a command line, without sudo, a path and variables."""
    match = _WORDS.match(command)
    return match[1] if match else ""


def is_command(text: str) -> bool:
    """Whether the text begins with a program that shows how a machine is set up, run here or by ssh."""
    inner = _SSH.fullmatch(text)
    return program(inner["cmd"].strip("'\"") if inner else text) in PROGRAMS
