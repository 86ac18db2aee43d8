"""What to give next: never what was just given, and fit for what the outputs are about."""

from pathlib import Path

import pytest

from perfadvisor.judge import judge
from perfadvisor.report.asking import commands

THREADS = Path(__file__).resolve().parents[1] / "data" / "threads"
PING = "--- 192.0.2.1 ping statistics ---\n20 packets transmitted, 20 received, 0% packet loss, time 19000ms\n"
STATISTICS = "NIC statistics:\n     rx_packets: 99\n     rx_missed_errors: 3\n"
SSD = """\
01:00.0 Non-Volatile memory controller: Example SSD (prog-if 02 [NVM Express])
\tCapabilities: [70] Express (v2) Endpoint, MSI 00
\t\tLnkCap:\tPort #0, Speed 8GT/s, Width x4, ASPM L1
\t\tLnkSta:\tSpeed 8GT/s, Width x1 (downgraded)
"""
ARRAY = """\
Personalities : [raid1]
md0 : active raid1 sdb1[1] sda1[0]
      243537216 blocks [2/2] [UU]

unused devices: <none>
"""


def asked(tmp_path: Path, text: str) -> str:
    file = tmp_path / "paste.txt"
    file.write_text(text)
    return "; ".join(commands(judge(file)))


@pytest.mark.parametrize(
    ("text", "there", "absent"),
    [
        (PING, ("ethtool -g DEVICE",), ("ping", "virsh", "podman", "mdstat")),
        (f"$ ethtool -S eth0\n{STATISTICS}", ("ethtool -g eth0", "ethtool -l eth0"), ("ethtool -S", "virsh")),
        (f"$ lspci -vvv -s 01:00.0\n{SSD}", ("lsblk",), ("lspci", "virsh", "podman", "ethtool", "mdstat")),
        (f"$ cat /proc/mdstat\n{ARRAY}", ("lsblk",), ("mdstat", "virsh", "ethtool")),
        ("$ uname -a\nLinux web1 6.1.0-18-amd64 #1 SMP x86_64 GNU/Linux\n", ("virsh",), ("uname",)),
    ],
)
def test_asked_for_fits_what_was_given(
    tmp_path: Path, text: str, there: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    found = asked(tmp_path, text)
    assert [word for word in there if word not in found] == []
    assert [word for word in absent if word in found] == []


def test_a_guest_that_was_given_in_another_form_is_not_asked_for_again() -> None:
    assert "virsh" not in "; ".join(commands(judge(THREADS / "qemu-emulated.txt")))
